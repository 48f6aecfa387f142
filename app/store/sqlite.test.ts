import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { createSqliteStore } from './sqlite.ts'
import { storeContract } from './store.contract.ts'

const root = mkdtempSync(join(tmpdir(), 'lanyard-store-'))
after(() => rmSync(root, { recursive: true }))
let number = 0
storeContract('sqlite', () => createSqliteStore(join(root, String(++number))))
