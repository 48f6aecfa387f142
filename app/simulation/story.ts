/** A plan as people would tell it. */
import { isFault, nameOf } from './plan.ts'
import type { Plan, Step, StepKind } from './plan.ts'

const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
const listOf = (names: readonly string[]) => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`)

interface Words {
  readonly who: string
  readonly other: string
  readonly during: string
  readonly amount: string
  readonly groups: string
}

const SENTENCES: Record<StepKind, (words: Words) => string> = {
  type: ({ who }) => `${who} writes in a note.`,
  format: ({ who }) => `${who} sets or removes a mark.`,
  rich: () => 'Everybody plays with the marks of one short line.',
  delete: ({ who }) => `${who} deletes some words.`,
  block: ({ who }) => `${who} adds a paragraph.`,
  unblock: ({ who }) => `${who} deletes a paragraph.`,
  paste: ({ who }) => `${who} pastes something big.`,
  append: ({ who }) => `${who} appends a line by command.`,
  create: ({ who }) => `${who} makes a note.`,
  rename: ({ who }) => `${who} renames a note.`,
  trash: ({ who }) => `${who} puts a note into the trash.`,
  restore: ({ who }) => `${who} takes a note out of the trash.`,
  open: ({ who }) => `${who} opens notes.`,
  cursor: ({ who }) => `${who} moves the cursor.`,
  where: ({ who }) => `${who} asks where a note is saved.`,
  name: ({ who }) => `${who} gives the machine another name.`,
  split: ({ groups, during }) => `The cables between ${groups} are cut for ${during}.`,
  oneWay: ({ who, other, during }) => `Nothing gets from ${who} to ${other} for ${during}.`,
  slowWay: ({ who, other, amount }) => `From ${who} to ${other} everything takes ${amount} from now on.`,
  flap: ({ who, other, during, amount }) => `The cable between ${who} and ${other} is cut and mended every ${amount} for ${during}.`,
  powerCut: ({ who, during, amount }) => `${who} loses power ${amount} after its next edit, and is back after ${during}.`,
  kill: ({ who, during }) => `The process of ${who} is killed, and started after ${during}.`,
  killWaiting: ({ who, during }) => `${who} loses power as soon as entries wait in it for others, and is back after ${during}.`,
  stumble: ({ who, during, amount }) => `The process of ${who} is killed, and loses power ${amount} after it is started again, ${during} later.`,
  stop: ({ who, during }) => `${who} is stopped in good order, and started after ${during}.`,
  away: ({ who }) => `${who} is stopped, and started only when all is over.`,
  freeze: ({ who, during }) => `${who} is frozen for ${during}.`,
  slowDisk: ({ who, during, amount }) => `A flush of the disk of ${who} takes up to ${amount}, for ${during}.`,
  fullDisk: ({ who, during }) => `The disk of ${who} is full for ${during}.`,
  wrongClock: ({ who, amount }) => `The clock of ${who} is wrong by ${amount}.`,
  clone: ({ who }) => `The disk of ${who} is copied, and the copy started beside it.`,
  backup: ({ who, during, amount }) => `${who} is backed up; ${amount} later its disk breaks, the backup is put back, and it is started after ${during}.`,
  slowReader: ({ who, during }) => `The windows at ${who} take nothing for ${during}.`,
}

const sentenceOf = (step: Step): string => SENTENCES[step.kind]({
  who: nameOf(step.machine),
  other: nameOf(step.other ?? 0),
  during: seconds(step.forMs ?? 0),
  amount: seconds(step.amountMs ?? 0),
  groups: listOf((step.groups ?? []).filter((group) => group.length > 0).map((group) => `{${group.map(nameOf).join(' ')}}`)),
})

const settingsOf = ({ replies, middleCuts, lateMs, machines, network }: Plan): string[] => [
  ...(replies > 0 ? ['Now and then somebody answers at once to what has just been read.'] : []),
  ...(middleCuts > 0 ? ['Cables break in the middle of big changes.'] : []),
  ...(network.streamsMix ? ['Streams overtake each other.'] : []),
  ...(network.longShare > 0 ? [`Some ways are long: up to ${seconds(network.longMs[1])}.`] : []),
  ...(lateMs === undefined ? [] : [`${nameOf(machines - 1)} joins only at ${seconds(lateMs)}.`]),
]

/** A sentence a line: who is there, what they do, what goes wrong. */
export const storyOf = (plan: Plan): readonly string[] => [
  `${listOf(Array.from({ length: plan.machines }, (_, machine) => nameOf(machine)))} share a workspace.`,
  ...settingsOf(plan),
  ...plan.steps.map((step) => `At ${seconds(step.atMs)}: ${sentenceOf(step)}`),
  ...(plan.quarrel ? ['At last two halves, cut from each other, change the same formatting.'] : []),
  'Then everything is mended, all rest, and everybody is started anew.',
]

/** How many things happen in it: steps, and the settings that make trouble. */
export const lengthOf = (plan: Plan): { readonly steps: number; readonly faults: number } =>
  ({ steps: plan.steps.length, faults: plan.steps.filter(isFault).length })
