/** A reporter for `node --test`: the failures whole, the rest as counts on the last line. */
const where = ({ file, line, name }) => `${file ?? ''}:${line ?? ''} ${name}`
const cause = (error) => error?.cause?.stack ?? error?.cause?.message ?? error?.cause ?? error?.stack ?? error

export default async function* failuresOnly(source) {
  let counts = { passed: 0, failed: 0, skipped: 0 }
  for await (const { type, data } of source) {
    if (type === 'test:fail' && data.details?.error?.failureType !== 'subtestsFailed') yield `✗ ${where(data)}\n${cause(data.details?.error)}\n`
    if (type === 'test:pass' && data.skip) yield `- ${data.name}: ${data.skip === true ? 'skipped' : data.skip}\n`
    if (type === 'test:summary' && data.file === undefined) counts = { ...data.counts, failed: data.counts.failed + data.counts.cancelled }
  }
  yield `@counts ${JSON.stringify({ passed: counts.passed, failed: counts.failed, skipped: counts.skipped })}\n`
}
