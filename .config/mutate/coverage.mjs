/** Which places of the sources were executed between two looks, as V8 counts them: stripped types leave blanks, so its offsets are those of
 *  the source. */
import { Session } from 'node:inspector'

const post = (session, method, parameters) => new Promise((resolve, reject) => {
  session.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result)))
})

const isExecuted = (offset, functions) => {
  // Ranges nest: the innermost that holds the place counts it.
  let innermost
  for (const { ranges } of functions) {
    for (const each of ranges) {
      const isInside = each.startOffset <= offset && offset < each.endOffset
      if (isInside && (!innermost || each.endOffset - each.startOffset <= innermost.endOffset - innermost.startOffset)) innermost = each
    }
  }
  return innermost !== undefined && innermost.count > 0
}

/** @param places { file, start }[]; `file` as its URL ends before `?`
 *  @returns take(): indexes of the places executed since the last look */
export const startCoverage = async (places) => {
  const session = new Session()
  session.connect()
  await post(session, 'Profiler.enable')
  await post(session, 'Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  return async () => {
    const { result } = await post(session, 'Profiler.takePreciseCoverage')
    const byFile = new Map()
    for (const { url, functions } of result) {
      const path = url.split('?')[0]
      byFile.set(path, [...(byFile.get(path) ?? []), functions])
    }
    return places.flatMap(({ file, start }, index) => {
      const scripts = byFile.get(file) ?? []
      return scripts.some((functions) => isExecuted(start, functions)) ? [index] : []
    })
  }
}
