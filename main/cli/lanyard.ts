/** Starts the program with what V8 compiled of it the last time. */
import { enableCompileCache } from 'node:module'
import path from 'node:path'

// Beside the program, so that who may write there could as well have changed the program. Where nobody may write, there is none.
enableCompileCache(path.join(import.meta.dirname, 'compiled'))
await import('./main.ts')
