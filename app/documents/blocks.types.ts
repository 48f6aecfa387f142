/** A note as plain data: what BlockNote calls blocks, without its editor. */

/** Names and values as BlockNote 0.55 keeps them: `level`, `checked`, `url`, `textColor`, ... Undefined values are left out. */
export type Attributes = Readonly<Record<string, unknown>>

/** `link` holds the address. Colours are names of BlockNote's palette or CSS colours. */
export interface Marks {
  readonly bold?: true
  readonly italic?: true
  readonly underline?: true
  readonly strike?: true
  readonly code?: true
  readonly textColor?: string
  readonly backgroundColor?: string
  readonly link?: string
}

/** Text with one set of marks. A '\n' is a hard line break (in a code block: a line's end). Never empty. */
export interface Run {
  readonly text: string
  readonly marks: Marks
}

export interface TableCell {
  readonly isHeader: boolean
  readonly attributes: Attributes
  readonly content: readonly Run[]
}

export type TableRow = readonly TableCell[]

export interface Block {
  readonly id: string
  /** One of `blockTypes`, or a type that this version does not know. */
  readonly type: string
  /** Complete for known types: defaults are filled in. */
  readonly attributes: Attributes
  /** Empty for tables, media and dividers. */
  readonly content: readonly Run[]
  /** Empty unless `type` is 'table'. */
  readonly rows: readonly TableRow[]
  readonly children: readonly Block[]
}

/** Draws a block's id from the Random port. */
export type NewId = () => string
