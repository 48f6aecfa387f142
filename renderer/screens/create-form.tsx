import { useState, type SubmitEvent } from 'react'
import { codeOf, sentence } from '../../app/base/errors.ts'
import { Button, Field } from '../components/controls.tsx'
import { useRefreshStatus, useRun } from '../peer/peer-context.tsx'
import { navigate } from '../routes.ts'
import { strings } from '../strings.ts'

interface FormProps {
  readonly machine: string
  readonly onBack: () => void
}

export const CreateForm = ({ machine, onBack }: FormProps) => {
  const run = useRun()
  const refreshStatus = useRefreshStatus()
  const [name, setName] = useState('')
  const [machineName, setMachineName] = useState(machine)
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)

  const create = async (event: SubmitEvent) => {
    event.preventDefault()
    if (name.trim() === '') return setError(strings.start.nameMissing)
    setBusy(true)
    setError(undefined)
    try {
      if (machineName.trim() !== '' && machineName.trim() !== machine) await run('machine.rename', { name: machineName.trim() })
      const { workspace } = await run('workspace.create', { name: name.trim() })
      await refreshStatus()
      navigate({ kind: 'notes', workspace, document: null })
    } catch (failure) {
      setError(sentence(codeOf(failure)))
      setBusy(false)
    }
  }

  return (
    <form className="card" onSubmit={(event) => void create(event)} aria-label={strings.start.create}>
      <Field
        label={strings.start.workspaceName}
        placeholder={strings.start.workspacePlaceholder}
        value={name}
        error={error}
        maxLength={60}
        autoFocus
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label={strings.start.machineName}
        hint={strings.start.machineHint}
        value={machineName}
        maxLength={60}
        onChange={(event) => setMachineName(event.target.value)}
      />
      <div className="form-actions">
        <Button look="quiet" onClick={onBack}>{strings.app.back}</Button>
        <Button look="primary" type="submit" disabled={isBusy}>{isBusy ? strings.start.creating : strings.start.createButton}</Button>
      </div>
    </form>
  )
}
