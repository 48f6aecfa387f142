import { useState, type SubmitEvent } from 'react'
import type { StatusView } from '../../app/api/views.ts'
import { codeOf, sentence } from '../../app/base/errors.ts'
import { Button, Field } from '../components/controls.tsx'
import { chooseTheme, THEMES, useTheme } from '../components/theme.ts'
import { useRun } from '../peer/peer-context.tsx'
import { strings } from '../strings.ts'

export const SettingsScreen = ({ status }: { status: StatusView }) => (
  <div className="page">
    <h1>{strings.settings.title}</h1>
    <section className="card">
      <h2>{strings.settings.machine}</h2>
      <MachineNameForm key={status.machine} name={status.machine} />
    </section>
    <section className="card">
      <h2>{strings.settings.appearance}</h2>
      <ThemeChoice />
    </section>
    <section className="card">
      <h2>{strings.settings.keyboard}</h2>
      <dl className="keys">
        {strings.settings.keys.map(([what, keys]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd><kbd>{keys}</kbd></dd>
          </div>
        ))}
      </dl>
    </section>
    <p className="about">{strings.settings.about(status.version)}</p>
  </div>
)

export const MachineNameForm = ({ name }: { name: string }) => {
  const run = useRun()
  const [typed, setTyped] = useState(name)
  const [error, setError] = useState<string>()
  const [isSaved, setSaved] = useState(false)

  const save = async (event: SubmitEvent) => {
    event.preventDefault()
    setSaved(false)
    setError(undefined)
    try {
      await run('machine.rename', { name: typed.trim() })
      setSaved(true)
    } catch (failure) {
      setError(sentence(codeOf(failure)))
    }
  }

  return (
    <form className="inline-form" onSubmit={(event) => void save(event)}>
      <Field
        label={strings.settings.machineName}
        hint={strings.start.machineHint}
        error={error}
        value={typed}
        maxLength={60}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button type="submit" disabled={typed.trim() === '' || typed.trim() === name}>{strings.settings.save}</Button>
      <p role="status" className="field-hint">{isSaved && strings.settings.saved}</p>
    </form>
  )
}

const ThemeChoice = () => {
  const chosen = useTheme()
  return (
    <fieldset className="segments">
      <legend>{strings.settings.theme}</legend>
      {THEMES.map((theme) => (
        <label key={theme}>
          <input type="radio" name="theme" value={theme} checked={theme === chosen} onChange={() => chooseTheme(theme)} />
          <span>{strings.settings.themes[theme]}</span>
        </label>
      ))}
    </fieldset>
  )
}
