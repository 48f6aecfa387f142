/** What we think of the mutants that no test notices. A judgement names its mutants by file, place and text, never by line; a field that it
 *  leaves out matches any. */
import { readFileSync } from 'node:fs'

export const VERDICTS = ['equivalent', 'defensive', 'not worth it']
const FIELDS = ['place', 'code', 'was', 'becomes', 'nth', 'kind']

/** @returns { file, place?, code?, was?, becomes?, nth?, kind?, verdict, why }[] */
export const readJudgements = (text = readFileSync(new URL('./judgements.json', import.meta.url), 'utf8')) => {
  const judgements = JSON.parse(text)
  const isWhole = ({ file, verdict, why, ...about }) => file && VERDICTS.includes(verdict) && why && Object.keys(about).length > 0
  const bad = judgements.find((judgement) => !isWhole(judgement))
  if (bad) throw new Error(`A judgement needs a file, a verdict (${VERDICTS.join(', ')}), a why, and what it is about: ${JSON.stringify(bad)}`)
  return judgements
}

const isAbout = (judgement, { file, kind, id }) =>
  judgement.file === file && FIELDS.every((field) => judgement[field] === undefined || judgement[field] === (field === 'kind' ? kind : id[field]))

/** Adds `judgement` to what was not noticed, or `isOpen` when there is none. */
export const judge = (results, judgements) =>
  results.map((result) => {
    if (result.verdict !== 'survived' && result.verdict !== 'not covered') return result
    const judgement = judgements.find((each) => isAbout(each, result))
    return { ...result, judgement, isOpen: judgement === undefined }
  })
