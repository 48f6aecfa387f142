/** Inputs that once broke something, one a line in regressions/NAME.txt: hex, then why. All are tried at every run. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fromHex } from '../../app/base/codec.ts'
import { judgeAlone } from './judge.ts'
import type { Target } from './target.types.ts'

const fileOf = (name: string) => path.join(import.meta.dirname, 'regressions', `${name}.txt`)

export const regressionsOf = (name: string): readonly { readonly input: Uint8Array; readonly why: string }[] => {
  if (!existsSync(fileOf(name))) return []
  const lines = readFileSync(fileOf(name), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [hex = '', ...why] = line.split(' ')
    return { input: fromHex(hex), why: why.join(' ') }
  })
}

export const runRegressions = (targets: readonly Target[]) =>
  targets.map((target) => {
    const failures = regressionsOf(target.name).flatMap(({ input, why }) => {
      const { finding } = judgeAlone(target, input)
      return finding ? [`${why}: ${finding.kind}\n${finding.what}`] : []
    })
    return { name: target.name, failures }
  })
