/** Has everything, behind, not known yet: three things by word and by shape; colour only helps. */
import { CircleCheck, CircleDashed, CircleQuestionMark, type LucideIcon } from 'lucide-react'
import type { Holds } from '../../app/api/views.ts'
import { strings } from '../strings.ts'
import { sayTime } from './time.ts'

const icons: Readonly<Record<Holds, LucideIcon>> = { all: CircleCheck, behind: CircleDashed, unknown: CircleQuestionMark }

interface HoldsProps {
  readonly holds: Holds
  readonly asOfMs: number | null
  readonly isSelf: boolean
}

export const HoldsBadge = ({ holds, asOfMs, isSelf }: HoldsProps) => {
  const Icon = icons[holds]
  return (
    <span className={`holds holds-${holds}`}>
      <Icon size="1rem" aria-hidden />
      <span>{strings.holds[holds]}</span>
      {!isSelf && <span className="holds-when">{asOfMs === null ? strings.trust.noReceipt : strings.trust.asOf(sayTime(asOfMs))}</span>}
    </span>
  )
}
