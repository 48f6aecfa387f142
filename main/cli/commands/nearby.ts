/** People nearby: who has opened a workspace, and letting in who asks. Words are compared by people, so they are what one types. */
import type { PeerClient } from '../../../app/api/client.ts'
import type { NearbyView } from '../../../app/api/views.ts'
import { PeerError } from '../../../app/base/errors.ts'
import { JOIN_TIMEOUT_MS_MAX } from '../../../app/base/limits.ts'
import { wholeOption } from '../arguments.ts'
import type { CliCommand, Options } from '../command.types.ts'
import { columns } from '../output.ts'

const LOOK_MS = 15_000
/** What was just opened, or has just come on the network, is found within this. */
const SETTLE_MS = 2500
const JOIN_SECONDS = 300
const ANSWER_MS = 5000
const joinMs = (options: Options) => 1000 * (wholeOption(options, 'timeout', 1, JOIN_TIMEOUT_MS_MAX / 1000) ?? JOIN_SECONDS)
const wait = (durationMs: number) => new Promise<void>((resolve) => setTimeout(resolve, durationMs))
const until = (ms: number) => `until ${new Date(ms).toLocaleTimeString()}`

const lookAround = async (client: PeerClient): Promise<NearbyView> => {
  const { found } = await client.run('nearby.look', { durationMs: LOOK_MS })
  if (found.length === 0) await wait(SETTLE_MS)
  return (await client.run('status', {})).nearby
}

const nearbyText = ({ found, openings }: NearbyView): string => {
  const others = found.map(({ workspace, machine, closesMs }) => [`  ${workspace}`, `opened by ${machine}`, until(closesMs)])
  const askers = openings.flatMap((opening) => opening.askers.map(({ machine, words }) => [`  ${words}`, `shown by ${machine}`]))
  return [
    others.length === 0 ? 'Nobody nearby has opened a workspace.' : `Open nearby; ask with: lanyard nearby join NAME\n${columns(others)}`,
    ...openings.map(({ workspace, closesMs }) => `Open here: ${workspace.slice(0, 8)}, ${until(closesMs)}`),
    ...(askers.length === 0 ? [] : [`Asking to be let in; if the other machine shows the same words: lanyard nearby accept WORDS\n${columns(askers)}`]),
  ].join('\n\n')
}

/** By its name, or the machine that opened it. */
const findOpening = async (client: PeerClient, asked: string): Promise<string> => {
  const { found } = await lookAround(client)
  const named = found.filter(({ opening, workspace, machine }) => [opening, workspace, machine].includes(asked))
  if (named.length > 1) throw new PeerError('HOST_ARGUMENT_INVALID', { hint: 'Several are open under that name. Say the name of the machine that opened it.' })
  if (named[0] === undefined) throw new PeerError('NEARBY_NOT_OPEN', { name: asked })
  return named[0].opening
}

/** The words to compare are said as soon as they are known, while the answer is waited for. */
const sayWords = (client: PeerClient): void => {
  let said: string | null = null
  client.onEvent((event) => {
    const words = event.kind === 'status' ? event.status.nearby.asking?.words ?? null : null
    if (words === null || words === said) return
    said = words
    process.stderr.write(`The other machine must show the same words: ${words}\nWaiting for somebody there to let this machine in.\n`)
  })
}

const answer = (words: string, welcome: boolean, help: string, done: (machine: string) => string): CliCommand => ({
  kind: 'host',
  words,
  takes: 'WORDS',
  options: [],
  help,
  run: async ({ client, positionals: [asked = ''] }) => {
    const wanted = asked.toLowerCase().split(/[\s-]+/).join(' ').trim()
    const { openings } = (await client.run('status', {})).nearby
    const all = openings.flatMap(({ workspace, askers }) => askers.map((each) => ({ ...each, workspace })))
    const match = all.find((each) => each.words === wanted)
    if (match === undefined) throw new PeerError('NEARBY_ASKER_UNKNOWN')
    const { workspace, asker, machine } = match
    await client.run('nearby.answer', { workspace, asker, welcome })
    return { json: { workspace, machine, words: match.words }, text: done(machine) }
  },
})

export const nearbyCommands: readonly CliCommand[] = [
  {
    kind: 'host',
    words: 'nearby',
    takes: '',
    options: [],
    help: 'who nearby has opened a workspace, and who asks to be let in here',
    run: async ({ client }) => {
      const json = await lookAround(client)
      return { json, text: nearbyText(json) }
    },
  },
  {
    kind: 'host',
    words: 'nearby join',
    takes: 'NAME',
    options: ['timeout'],
    help: `ask to be let in to a workspace that is open nearby; waits, --timeout SECONDS (${JOIN_SECONDS})`,
    timeoutMs: (options) => joinMs(options) + SETTLE_MS + 2 * ANSWER_MS,
    run: async ({ client, positionals: [name = ''], options }) => {
      const opening = await findOpening(client, name)
      sayWords(client)
      const json = await client.run('nearby.ask', { opening, timeoutMs: joinMs(options) })
      return { json, text: `Joined (${json.workspace.slice(0, 8)}).` }
    },
  },
  answer('nearby accept', true, 'let in the machine that shows these words', (machine) => `"${machine}" is let in.`),
  answer('nearby decline', false, 'refuse the machine that shows these words', (machine) => `"${machine}" is refused.`),
  {
    kind: 'host',
    words: 'nearby close',
    takes: '',
    options: ['workspace'],
    help: 'let nobody nearby see the workspace any more',
    run: async ({ client, workspace: find }) => {
      const workspace = await find()
      await client.run('nearby.close', { workspace })
      return { json: { workspace }, text: 'Closed.' }
    },
  },
]
