/** All findings, in the order in which a person would look. */
import type { Facts } from './facts.types.ts'
import type { Finding } from './finding.ts'
import { judgeClock, judgeDirectory, judgeDisk, judgeIdentity, judgeVersions } from './judge-machine.ts'
import { judgeAddresses, judgeFirewall, judgeMulticast, judgeOthers, judgeOwnPort, judgeTunnels } from './judge-network.ts'

const AREAS = [
  judgeAddresses, judgeMulticast, judgeOwnPort, judgeOthers, judgeTunnels, judgeFirewall,
  judgeClock, judgeVersions, judgeDisk, judgeDirectory, judgeIdentity,
]

export const judge = (facts: Facts): readonly Finding[] => AREAS.flatMap((area) => area(facts))
