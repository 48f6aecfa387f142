/** A line of text to take elsewhere, with a button that copies it. */
import { Check, Copy } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import { strings } from '../strings.ts'
import { Button } from './controls.tsx'

const COPIED_MS = 2000

export const CopyField = ({ label, text, testId }: { label: string; text: string; testId?: string }) => {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), COPIED_MS)
    return () => clearTimeout(timer)
  }, [isCopied])

  const copy = async () => {
    input.current?.select()
    // Where the browser forbids it the text is selected, and the person copies it by key.
    await navigator.clipboard.writeText(text).then(() => setCopied(true), () => undefined)
  }

  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="copy-field">
        <input id={id} ref={input} readOnly value={text} data-testid={testId} onFocus={(event) => event.target.select()} />
        <Button icon={isCopied ? Check : Copy} onClick={() => void copy()}>
          <span aria-live="polite">{isCopied ? strings.app.copied : strings.app.copy}</span>
        </Button>
      </div>
    </div>
  )
}
