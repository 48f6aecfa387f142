/** All benchmarks, in the order in which they run. */
import type { Benchmark } from './benchmark.types.ts'
import { busy } from './cases/busy.ts'
import { documents, markdownImport, stored } from './cases/documents.ts'
import { entries, million } from './cases/entries.ts'
import { fanOut } from './cases/fan-out.ts'
import { idle } from './cases/idle.ts'
import { join10000, join1000, joinTrace, joinTyped } from './cases/join.ts'
import { keystroke } from './cases/keystroke.ts'
import { mesh } from './cases/mesh.ts'
import { start } from './cases/start.ts'

export const benchmarks: readonly Benchmark[] = [
  keystroke, joinTrace, joinTyped, join1000, join10000,
  start, entries, million, documents, markdownImport, stored, mesh, idle, busy, fanOut,
]
