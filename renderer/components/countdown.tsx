/** Minutes and seconds that are left, by this machine's clock. Not announced: a screen reader would hear nothing else. */
import { useEffect, useState } from 'react'
import { sayRemaining } from './remaining.ts'

const LOOK_MS = 1000

export const Countdown = ({ untilMs }: { untilMs: number }) => {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), LOOK_MS)
    return () => clearInterval(timer)
  }, [])
  return <span role="timer" className="countdown">{sayRemaining(untilMs, nowMs)}</span>
}
