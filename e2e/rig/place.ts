/** Where the built program and its tools are. */
import { existsSync } from 'node:fs'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')
export const program = path.join(root, 'dist/lanyard.js')

/** What runs these tests runs the hosts: .config/e2e.mjs chose it. */
export const node = process.execPath

const CHROMIUMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** Undefined: the one that Playwright brought, if it did. */
export const chromium = process.env['LANYARD_CHROMIUM'] ?? CHROMIUMS.find((file) => existsSync(file))
