/** For networks where machines don't find each other: an address, typed. */
import { useState, type SubmitEvent } from 'react'
import { codeOf, sentence } from '../../app/base/errors.ts'
import { Button, Field } from '../components/controls.tsx'
import { useRun } from '../peer/peer-context.tsx'
import { strings } from '../strings.ts'

interface ConnectProps {
  readonly label: string
  readonly hint?: string
  readonly button: string
}

export const ConnectForm = ({ label, hint, button }: ConnectProps) => {
  const run = useRun()
  const [address, setAddress] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  const [reached, setReached] = useState('')

  const connect = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    setReached('')
    try {
      const found = await run('connect', { address: address.trim() })
      setReached(strings.machines.connected(found.address))
      setAddress('')
    } catch (failure) {
      setError(sentence(codeOf(failure)))
    }
    setBusy(false)
  }

  return (
    <form className="inline-form" onSubmit={(event) => void connect(event)}>
      <Field
        label={label}
        hint={hint}
        error={error}
        placeholder={strings.join.addressPlaceholder}
        value={address}
        onChange={(event) => setAddress(event.target.value)}
      />
      <Button type="submit" disabled={isBusy || address.trim() === ''}>{isBusy ? strings.machines.connecting : button}</Button>
      <p role="status" className="field-hint">{reached}</p>
    </form>
  )
}
