/** A programmer's error: always checked, never caught and continued from. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

export function invariant(condition: unknown, statement: string): asserts condition {
  if (!condition) throw new InvariantError(`broken invariant: ${statement}`)
}
