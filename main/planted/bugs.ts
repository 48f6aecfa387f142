/** Bugs of the kind that people write: each planted in the source by replacing a text, one bug at a time. */

export interface Patch {
  readonly file: string
  readonly text: string
  readonly becomes: string
}

export interface Bug {
  /** Also the name of its story: NAME.json beside this file. */
  readonly name: string
  readonly what: string
  readonly patches: readonly Patch[]
}

export const BUGS: readonly Bug[] = [
  {
    name: 'sync-anti-entropy',
    what: 'no anti-entropy: neither every ten seconds nor on connect',
    patches: [
      { file: 'app/sync/links.ts', text: '        every(clock, ANTI_ENTROPY_MS, () => links.forEach((link) => link.compare())),\n', becomes: '' },
      { file: 'app/sync/exchange.ts', text: '    start: compare,\n', becomes: '    start: setCompared,\n' },
    ],
  },
  {
    name: 'sync-asks-once',
    what: 'a neighbour is asked only for logs of which nothing is here',
    patches: [{
      file: 'app/sync/asking.ts',
      text: '  const isMissing = (id: LogId) => (theirs.get(id) ?? 0) > log.heightOf(id) &&',
      becomes: '  const isMissing = (id: LogId) => log.heightOf(id) === 0 && (theirs.get(id) ?? 0) > 0 &&',
    }],
  },
  {
    name: 'log-causal-order',
    what: 'no causal order: entries are released as they come',
    patches: [{ file: 'app/log/release.ts', text: '    if (blocker) return blocker\n', becomes: '' }],
  },
  {
    name: 'log-write-ahead',
    what: 'no write-ahead: entries are sent, then stored',
    patches: [
      { file: 'app/log/log.ts', text: '    store.batch(operations)\n', becomes: '' },
      { file: 'app/log/log.ts', text: '    commit(chain, hashes, () => true)\n', becomes: '    commit(chain, hashes, () => true)\n    store.batch(operations)\n' },
    ],
  },
  {
    name: 'log-never-stored',
    what: 'no write-ahead: own entries are sent and never stored',
    patches: [{ file: 'app/log/log.ts', text: '    store.batch(operations)\n', becomes: '' }],
  },
  {
    name: 'log-one-session',
    what: 'one log for every session of a device',
    patches: [{ file: 'app/log/log.ts', text: '  const session = sessionId(toHex(random.bytes(16)))\n', becomes: '  const session = sessionId(keys.device.slice(0, 32))\n' }],
  },
  {
    name: 'log-saved-early',
    what: 'saved is said before it is on disk',
    patches: [{ file: 'app/log/durability.ts', text: '    store.synced().then(\n', becomes: '    Promise.resolve().then(\n' }],
  },
  {
    name: 'store-group-commit',
    what: 'what is written while a flush runs counts as flushed by it',
    patches: [{ file: 'app/store/group-flush.ts', text: '      durable = upTo\n', becomes: '      durable = written\n' }],
  },
  {
    name: 'documents-cleanups',
    what: 'clean-ups of formatting are not logged',
    patches: [{ file: 'app/documents/open-document.ts', text: '      else pending.add(update, origin)\n', becomes: '      else if (origin !== null) pending.add(update, origin)\n' }],
  },
  {
    name: 'documents-not-shown',
    what: 'what a neighbour wrote is kept and not shown in the note that is open',
    patches: [{ file: 'app/documents/intake.ts', text: "    if (verdict.kind === 'accepted' && entry.log !== log.self) apply(change)\n", becomes: "    if (verdict.kind === 'accepted' && entry.log !== log.self && parts.history === undefined) apply(change)\n" }],
  },
  {
    name: 'membership-founder-only',
    what: 'only invitations of the founder count',
    patches: [{ file: 'app/membership/reduce.ts', text: '!members.has(invite.author)) return false', becomes: 'invite.author !== genesis.founder) return false' }],
  },
  {
    name: 'cluster-receipts-too-much',
    what: 'receipts claim what is written and not yet on disk',
    patches: [{ file: 'app/cluster/author.ts', text: '      const height = log.durability.heightOf(id)\n', becomes: '      const height = log.heights().get(id)!.height\n' }],
  },
]
