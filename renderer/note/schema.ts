/** The blocks of a note: BlockNote's own, all of them, so that nothing another screen wrote is unknown here and dropped. */
import { BlockNoteSchema, defaultBlockSpecs } from '@blocknote/core'
import { strings } from '../strings.ts'

const { checkListItem } = defaultBlockSpecs
const { implementation } = checkListItem

type Render = typeof implementation.render

/** The same, with a name for its box: it has none of its own. */
const renderNamed: Render = function (...given) {
  const rendered = implementation.render.apply(this, given)
  rendered.dom.querySelector('input')?.setAttribute('aria-label', strings.note.done)
  return rendered
}

const named = { ...checkListItem, implementation: { ...implementation, render: renderNamed } } as typeof checkListItem

/** The types of BlockNote don't hold under exactOptionalPropertyTypes. */
type BlockSpecs = NonNullable<NonNullable<Parameters<typeof BlockNoteSchema.create>[0]>['blockSpecs']>

export const noteSchema = BlockNoteSchema.create({ blockSpecs: { ...defaultBlockSpecs, checkListItem: named } as unknown as BlockSpecs })
