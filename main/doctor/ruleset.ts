/** What nftables does with a new packet to a port, as `nft -j list ruleset` tells it. Pure. */

export interface Packet {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly direction: 'in' | 'out'
}
/** Unsure: a rule that we can not read decides. */
export type Fate = { readonly kind: 'accept' | 'unsure' } | { readonly kind: 'drop'; readonly rule: string }

type Json = Readonly<Record<string, unknown>>
interface Chain {
  readonly family: string
  readonly table: string
  readonly name: string
  readonly hook?: string
  readonly policy?: string
}
interface Rule {
  readonly family: string
  readonly table: string
  readonly chain: string
  readonly expr?: readonly Json[]
}
interface Table {
  readonly rules: readonly Rule[]
  readonly chains: readonly Chain[]
}

const JUMPS_MAX = 16
const HOOKS = { in: 'input', out: 'output' }

const within = (right: unknown, value: number | string): boolean | undefined => {
  if (right === value) return true
  if (typeof right === 'number' || typeof right === 'string') return false
  const { set, range } = (right ?? {}) as { set?: readonly unknown[]; range?: readonly [number, number] }
  if (Array.isArray(range)) return typeof value === 'number' && value >= range[0] && value <= range[1]
  if (Array.isArray(set)) return set.some((item) => within(item, value) === true)
  return undefined
}
const negated = (op: unknown, result: boolean | undefined) => (op === '!=' && result !== undefined ? !result : result)

/** True, false, or undefined: can't be told. */
const matches = (match: Json, { protocol, port }: Packet): boolean | undefined => {
  const { left, right, op } = match as { left: Json; right: unknown; op: unknown }
  const payload = left['payload'] as Json | undefined
  const meta = left['meta'] as Json | undefined
  if (payload !== undefined && (payload['protocol'] === 'tcp' || payload['protocol'] === 'udp' || payload['protocol'] === 'th')) {
    if (payload['protocol'] !== 'th' && payload['protocol'] !== protocol) return false
    return payload['field'] === 'dport' ? negated(op, within(right, port)) : undefined
  }
  if (payload !== undefined && !['ip', 'ip6', 'ether', 'arp'].includes(String(payload['protocol']))) return false
  if (payload?.['field'] === 'protocol' || meta?.['key'] === 'l4proto') return negated(op, within(right, protocol))
  if ((meta?.['key'] === 'iifname' || meta?.['key'] === 'oifname' || meta?.['key'] === 'iif') && right === 'lo') return op === '!='
  // The first packet belongs to nothing that is known.
  const state = left['ct'] as Json | undefined
  if (state?.['key'] === 'state') return within(right, 'new') ?? ([right].flat().includes('new'))
  return undefined
}

const wordsOf = (chain: Chain, packet: Packet, verdict: string) => `${chain.family} ${chain.table} ${chain.name}: ${packet.protocol} dport ${packet.port} ${verdict}`

const verdictOf = (expr: Json): string | undefined => ['drop', 'reject', 'accept', 'return', 'queue'].find((name) => name in expr)

/** Undefined: nothing decided in this chain. */
const walk = (name: string, packet: Packet, { rules, chains }: Table, depth = 0): Fate | undefined => {
  const chain = chains.find((candidate) => candidate.name === name)
  if (chain === undefined || depth > JUMPS_MAX) return { kind: 'unsure' }
  const end: Fate | undefined = chain.policy === 'drop' ? { kind: 'drop', rule: `${chain.family} ${chain.table} ${name}: policy drop` } : undefined
  /** What rules would do that may match or not. */
  const maybe = new Set<string>()
  const settled = (fate: Fate | undefined): Fate | undefined =>
    [...maybe].every((kind) => kind === (fate?.kind ?? 'accept')) ? fate : { kind: 'unsure' }
  for (const { expr = [] } of rules.filter((rule) => rule.chain === name)) {
    const results = expr.map((part) => resultOf(part, packet))
    if (results.includes(false)) continue
    const fate = decide(chain, expr, packet, (target) => walk(target, packet, { rules, chains }, depth + 1))
    if (fate === undefined) continue
    if (results.includes(undefined)) maybe.add(fate === 'return' ? 'return' : fate.kind)
    else return settled(fate === 'return' ? end : fate)
  }
  return settled(end)
}

const resultOf = (part: Json, packet: Packet): boolean | undefined => {
  if ('match' in part) return matches(part['match'] as Json, packet)
  return 'xt' in part || 'vmap' in part ? undefined : true
}

const decide = (chain: Chain, expr: readonly Json[], packet: Packet, follow: (target: string) => Fate | undefined): Fate | 'return' | undefined => {
  for (const part of expr) {
    const target = ((part['jump'] ?? part['goto']) as { target?: string } | undefined)?.target
    if (target !== undefined) return follow(target)
    if ('vmap' in part) return { kind: 'unsure' }
    const verdict = verdictOf(part)
    if (verdict === 'drop' || verdict === 'reject') return { kind: 'drop', rule: wordsOf(chain, packet, verdict) }
    if (verdict === 'accept') return { kind: 'accept' }
    if (verdict !== undefined) return verdict === 'return' ? 'return' : { kind: 'unsure' }
  }
  return undefined
}

/** Every table has its say: one that drops is enough.
 *  @param ruleset the parsed output of `nft -j list ruleset` */
export const fateOf = (ruleset: unknown, packet: Packet): Fate => {
  const items = ((ruleset as { nftables?: readonly Json[] })?.nftables ?? [])
  const chains = items.flatMap((item) => (item['chain'] === undefined ? [] : [item['chain'] as Chain]))
  const rules = items.flatMap((item) => (item['rule'] === undefined ? [] : [item['rule'] as Rule]))
  const fates = chains.filter(({ hook }) => hook === HOOKS[packet.direction]).map((base) => {
    const inTable = (other: { family: string; table: string }) => other.family === base.family && other.table === base.table
    return walk(base.name, packet, { rules: rules.filter(inTable), chains: chains.filter(inTable) }) ?? { kind: 'accept' as const }
  })
  return fates.find(({ kind }) => kind === 'drop') ?? fates.find(({ kind }) => kind === 'unsure') ?? { kind: 'accept' }
}
