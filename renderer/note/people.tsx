/** Who else has this note open. */
import { strings, joinNames } from '../strings.ts'
import { testIds } from '../test-ids.ts'
import type { Person } from './presence.ts'

const SHOWN_MAX = 4

const initialsOf = (name: string) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map(([first]) => first ?? '')
    .join('')
    .toUpperCase()

export const People = ({ people }: { people: readonly Person[] }) => {
  if (people.length === 0) return null
  const names = strings.note.people(joinNames(people.map(({ name }) => name)))
  return (
    <div className="people" role="img" aria-label={names} title={names} data-testid={testIds.people}>
      {people.slice(0, SHOWN_MAX).map(({ name, color }) => (
        <span key={name} style={{ '--who': color }}>{initialsOf(name)}</span>
      ))}
      {people.length > SHOWN_MAX && <span>+{people.length - SHOWN_MAX}</span>}
    </div>
  )
}
