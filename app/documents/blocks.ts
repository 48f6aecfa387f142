/** A note's Yjs tree as plain blocks, and back: the one place that knows how BlockNote stores a note. */
export type { Attributes, Block, Marks, NewId, Run, TableCell, TableRow } from './blocks.types.ts'
export { blockTypes, createBlock, createCell, emptyNote, plainText } from './blocks-schema.ts'
export { readBlocks } from './blocks-read.ts'
export { writeBlocks } from './blocks-write.ts'
