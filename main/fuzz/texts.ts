/** Notes in Markdown: short ones of every kind of block, and the shapes that parsers are slow or deep in. */
import { textCases } from '../../app/documents/markdown-corpus.fixture.ts'
import { worstTexts } from '../../app/documents/markdown-worst.fixture.ts'

/** Short, because there are many. */
const SHORT_CHARACTERS = 60
/** Long enough that what grows with the square would show. */
const LONG_CHARACTERS = 2000
const LONG_ONCE_IN = 40
const DEEP = 100

export const noteTexts: readonly string[] = [
  '# Shopping for *Saturday*\n\nAsk **Ana** about `oven`, see [the list](https://a.b/c_\\(1\\)) or https://a.b/ now\\\nand call\n',
  '* bread\n* milk\n  * oat\n    1. two\n    2. cold\n* [ ] candles\n* [x] cake\n\n> Never enough\n>\n> * cake\n',
  '| who | what |\n| --- | :-: |\n| Ana | salad<br>and soup |\n| Bo | a \\| b |\n\n```js\nlet a = 1\n```\n\n***\n\n![Plan](plan.png "The room")\n',
]

const short = [...noteTexts, ...textCases.map(({ text }) => text).filter(({ length }) => length <= 2 * SHORT_CHARACTERS),
  ...Object.values(worstTexts(SHORT_CHARACTERS))]
const deep = ['> ', '- ', '1. ', '> - ', '**a ', '[', '![['].map((marker) => `${marker.repeat(DEEP)}end`)
const long = [...deep, ...Object.values(worstTexts(LONG_CHARACTERS)), `${'word '.repeat(LONG_CHARACTERS / 5)}`]

/** One in LONG_ONCE_IN is long or deep. */
export const texts: readonly string[] = long.flatMap((text, index) => [text, ...Array.from({ length: LONG_ONCE_IN - 1 }, (_,
  at) => short[(index * (LONG_ONCE_IN - 1) + at) % short.length]!)])
