/** A note's blocks as Markdown, and back. See docs/decisions/0014-markdown.md. */
export { blocksFromMarkdown } from './markdown-read.ts'
export { markdownFromBlocks } from './markdown-write.ts'
