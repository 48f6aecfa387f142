/** Every decoder of the house, with good samples of what it takes. A new one is added here. */
import type { Target } from './target.types.ts'
import { diskTargets } from './targets/disk.ts'
import { documentTargets } from './targets/documents.ts'
import { logTargets } from './targets/log.ts'
import { mdnsTargets } from './targets/mdns.ts'
import { roomTargets } from './targets/rooms.ts'
import { screenTargets } from './targets/screens.ts'
import { syncTargets } from './targets/sync.ts'
import { textTargets } from './targets/texts.ts'
import { wireTargets } from './targets/wire.ts'
import { createWorld } from './world.ts'

export const createTargets = async (): Promise<readonly Target[]> => {
  const world = await createWorld()
  return [
    ...wireTargets(world), ...(await mdnsTargets()), ...logTargets(world), ...syncTargets(world), ...roomTargets(world),
      ...documentTargets(world),
    ...screenTargets(world), ...diskTargets(world), ...textTargets(),
  ]
}
