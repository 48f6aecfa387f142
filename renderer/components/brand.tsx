/** The mark: a cord and the card it holds. */
import { strings } from '../strings.ts'

export const Mark = ({ size }: { size: string }) => (
  <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
    <rect width="32" height="32" rx="8" fill="var(--mark)" />
    <g fill="none" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round">
      <path d="M10 5.5 16 16l6-10.5" />
      <rect x="10.5" y="16" width="11" height="10.5" rx="2.6" />
      <path d="M14.2 20.6h3.6" />
    </g>
  </svg>
)

export const Brand = () => (
  <h1 className="brand">
    <Mark size="1.875rem" />
    {strings.app.name}
  </h1>
)
