/** docs/mutation.md: a section a room, between marks, so that a run of one room leaves the others as they are. */

const SHOWN_CHARACTERS_MAX = 110

export const countsOf = (results) => {
  const count = (verdict) => results.filter((result) => result.verdict === verdict).length
  const [killed, timedOut, survived, notCovered, notTried] = ['killed', 'timed out', 'survived', 'not covered', 'not tried'].map(count)
  const tried = results.length - notTried
  return { mutants: results.length, killed, timedOut, survived, notCovered, notTried, score: tried === 0 ? 1 : (killed + timedOut) / tried }
}

const row = (name, { mutants, killed, timedOut, survived, notCovered, notTried, score }) => {
  const noticed = notTried === mutants && mutants > 0 ? '' : `${(100 * score).toFixed(1)} %`
  return `| ${name} | ${mutants} | ${killed} | ${timedOut} | ${survived} | ${notCovered} | ${notTried} | ${noticed} |`
}

/** A table of the files and their sum. */
export const tableOf = (results) => {
  const files = [...new Set(results.map(({ file }) => file))]
  return [
    '| file | mutants | killed | timed out | survived | not covered | not tried | noticed of those tried |',
    '|---|---|---|---|---|---|---|---|',
    ...files.map((file) => row(`\`${file}\``, countsOf(results.filter((result) => result.file === file)))),
    row('**all**', countsOf(results)),
  ].join('\n')
}

const short = (text) => (text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text)
const code = (text) => `\`\` ${short(text) || ' '} \`\``

/** Mutants of one judgement stand together. */
const survivorsOf = (results) => {
  const groups = new Map()
  for (const result of results.filter(({ judgement, isOpen }) => judgement || isOpen)) {
    const { verdict, why } = result.judgement ?? { verdict: '**not judged yet**', why: '' }
    const key = `${result.file}\n${verdict}\n${why}`
    groups.set(key, [...(groups.get(key) ?? []), result])
  }
  const lines = []
  let file
  for (const [key, mutants] of groups) {
    const [of, verdict, why] = key.split('\n')
    if (of !== file) lines.push('', `\`${of}\``)
    file = of
    lines.push(`- *${verdict}*${why ? `: ${why}` : ''}`)
    for (const { was, becomes, code: line, id } of mutants) lines.push(`  - ${id.place ? `${id.place}: ` : ''}${code(line)}: ${code(was)} becomes ${code(becomes)}`)
  }
  return lines
}

/** The page with the section of `room` written anew. */
export const writePage = (page, room, results) => {
  const [open, close] = [`<!-- ${room} -->`, `<!-- /${room} -->`]
  const section = [open, `## ${room}`, '', tableOf(results), ...survivorsOf(results), close].join('\n')
  const [from, to] = [page.indexOf(open), page.indexOf(close)]
  return from < 0 ? `${page.trimEnd()}\n\n${section}\n` : page.slice(0, from) + section + page.slice(to + close.length)
}
