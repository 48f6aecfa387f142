/** Any note by a few letters of its title, without the mouse. */
import { Dialog } from '@base-ui/react/dialog'
import { FileText, Plus, Search, type LucideIcon } from 'lucide-react'
import { useId, useMemo, useState, type KeyboardEvent } from 'react'
import type { DocumentView } from '../../app/api/views.ts'
import type { WorkspaceId } from '../../app/base/ids.ts'
import { sayAge } from '../components/time.ts'
import { navigate } from '../routes.ts'
import { strings } from '../strings.ts'
import { matchTitles } from './match-titles.ts'
import type { NoteCommands } from './use-note-commands.ts'

interface SwitcherProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly workspace: WorkspaceId
  readonly documents: readonly DocumentView[] | undefined
  readonly commands: NoteCommands
}

export const QuickSwitcher = ({ isOpen, onClose, ...rest }: SwitcherProps) => (
  <Dialog.Root open={isOpen} onOpenChange={(open) => open || onClose()}>
    <Dialog.Portal>
      <Dialog.Backdrop className="backdrop" />
      <Dialog.Popup className="switcher" aria-label={strings.switcher.label}>
        <Finder onClose={onClose} {...rest} />
      </Dialog.Popup>
    </Dialog.Portal>
  </Dialog.Root>
)

interface Choice {
  readonly key: string
  readonly icon: LucideIcon
  readonly title: string
  readonly detail: string
  readonly act: () => void
}

const Finder = ({ onClose, workspace, documents, commands }: Omit<SwitcherProps, 'isOpen'>) => {
  const id = useId()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const notes = documents ?? NONE
  const choices = useMemo(() => choicesFor(typed, { workspace, documents: notes, commands }), [typed, workspace, notes, commands])
  const at = Math.min(chosen, choices.length - 1)

  const take = (choice: Choice | undefined) => {
    onClose()
    choice?.act()
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key]
    if (to !== undefined) setChosen((to + choices.length) % choices.length)
    else if (event.key === 'Enter') take(choices[at])
    else return
    event.preventDefault()
  }

  return (
    <>
      <div className="switcher-input">
        <Search size="1.0625rem" aria-hidden />
        <input
          role="combobox"
          aria-label={strings.switcher.label}
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={choices.length > 0 ? `${id}-${at}` : undefined}
          placeholder={strings.switcher.placeholder}
          autoComplete="off"
          spellCheck={false}
          autoFocus
          value={typed}
          onChange={(event) => (setTyped(event.target.value), setChosen(0))}
          onKeyDown={onKeyDown}
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label={strings.switcher.label} className="switcher-list">
        {choices.map(({ key, icon: Icon, title, detail, ...choice }, index) => (
          <div
            key={key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            onMouseMove={() => setChosen(index)}
            onClick={() => take({ key, icon: Icon, title, detail, ...choice })}
            ref={index === at ? scrollHere : undefined}
          >
            <Icon size="1rem" aria-hidden />
            <span>{title}</span>
            <span className="switcher-detail">{detail}</span>
          </div>
        ))}
      </div>
    </>
  )
}

const scrollHere = (element: HTMLElement | null) => element?.scrollIntoView({ block: 'nearest' })

const NONE: readonly DocumentView[] = []

interface Found {
  readonly workspace: WorkspaceId
  readonly documents: readonly DocumentView[]
  readonly commands: NoteCommands
}

const choicesFor = (typed: string, { workspace, documents, commands }: Found): readonly Choice[] => {
  const notes = matchTitles(documents.filter(({ trashed }) => !trashed), typed).map((note): Choice => ({
    key: note.document,
    icon: FileText,
    title: note.title,
    detail: sayAge(note.changedMs),
    act: () => navigate({ kind: 'notes', workspace, document: note.document }),
  }))
  const title = typed.trim()
  const fresh: Choice = {
    key: 'new',
    icon: Plus,
    title: title === '' ? strings.nav.newNote : strings.switcher.create(title),
    detail: '',
    act: () => void commands.create(title === '' ? undefined : title),
  }
  return [...notes, fresh]
}
