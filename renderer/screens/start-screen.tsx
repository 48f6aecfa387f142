/** The first thing a person sees, and the way to a further workspace. */
import { ArrowLeft, Link2, Plus, type LucideIcon } from 'lucide-react'
import { useState } from 'react'
import type { FoundView, StatusView } from '../../app/api/views.ts'
import { Mark } from '../components/brand.tsx'
import { strings } from '../strings.ts'
import { CreateForm } from './create-form.tsx'
import { JoinForm } from './join-form.tsx'
import { NearbyAsk, NearbyFound } from './nearby-found.tsx'

interface StartProps {
  readonly status: StatusView
  /** There is a workspace to go back to. */
  readonly backTo: string | undefined
}

export const StartScreen = ({ status, backTo }: StartProps) => {
  const [choice, setChoice] = useState<'create' | 'join' | null>(null)
  const [found, setFound] = useState<FoundView | null>(null)
  const back = () => setChoice(null)
  const isFree = choice === null && found === null
  return (
    <main className="start">
      <header>
        <Mark size="2.75rem" />
        <h1>{backTo === undefined ? strings.app.name : strings.start.anotherTitle}</h1>
        <p>{strings.app.oneSentence}</p>
      </header>
      {isFree && <Choices onChoose={setChoice} />}
      {isFree && <NearbyFound nearby={status.nearby} onChoose={setFound} />}
      {found !== null && <NearbyAsk status={status} found={found} onBack={() => setFound(null)} />}
      {choice === 'create' && <CreateForm machine={status.machine} onBack={back} />}
      {choice === 'join' && <JoinForm machine={status.machine} onBack={back} />}
      {isFree && backTo !== undefined && (
        <a className="button button-quiet" href={backTo}>
          <ArrowLeft size="1rem" aria-hidden />
          {strings.app.back}
        </a>
      )}
    </main>
  )
}

const Choices = ({ onChoose }: { onChoose: (choice: 'create' | 'join') => void }) => (
  <div className="choices">
    <Choice icon={Plus} title={strings.start.create} hint={strings.start.createHint} onClick={() => onChoose('create')} />
    <Choice icon={Link2} title={strings.start.join} hint={strings.start.joinHint} onClick={() => onChoose('join')} />
  </div>
)

const Choice = ({ icon: Icon, title, hint, onClick }: { icon: LucideIcon; title: string; hint: string; onClick: () => void }) => (
  <div className="choice">
    <Icon size="1.25rem" aria-hidden />
    {/* The whole card is clickable; only its title is the button’s name. */}
    <button type="button" onClick={onClick}>{title}</button>
    <p>{hint}</p>
  </div>
)
