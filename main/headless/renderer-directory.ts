import { existsSync } from 'node:fs'
import path from 'node:path'

/** Where the built screens lie: beside the built program, or in dist/ when the sources run as they are. */
export const rendererDirectory = (here: string = import.meta.dirname): string => {
  const built = path.join(here, 'renderer')
  return existsSync(built) ? built : path.resolve(here, '../../dist/renderer')
}
