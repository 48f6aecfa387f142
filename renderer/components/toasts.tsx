/** Short messages at the edge: what was just done, and how to undo it. Announced politely, reachable by F6. */
import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { createContext, useContext, useMemo, type ReactNode } from 'react'
import { codeOf, sentence } from '../../app/base/errors.ts'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'

interface Say {
  readonly say: (text: string, action?: { readonly label: string; readonly act: () => void }) => void
  /** The sentence of whatever was thrown. */
  readonly fail: (error: unknown) => void
}

const SayContext = createContext<Say | null>(null)

export const useToast = (): Say => {
  const say = useContext(SayContext)
  if (say === null) throw new Error('no Toasts above')
  return say
}

export const Toasts = ({ children }: { children: ReactNode }) => (
  <Toast.Provider limit={3} timeout={7000}>
    <Sayer>{children}</Sayer>
    <Toast.Portal>
      <Toast.Viewport className="toasts" aria-label={strings.toast.region}>
        <List />
      </Toast.Viewport>
    </Toast.Portal>
  </Toast.Provider>
)

const Sayer = ({ children }: { children: ReactNode }) => {
  const { add, close } = Toast.useToastManager()
  const say = useMemo<Say>(
    () => ({
      say: (text, action) => {
        const act = () => {
          close(id)
          action?.act()
        }
        const id: string = add({ title: text, ...(action && { actionProps: { children: action.label, onClick: act } }) })
      },
      fail: (error) => void add({ title: sentence(codeOf(error)), priority: 'high', type: 'bad' }),
    }),
    [add, close],
  )
  return <SayContext value={say}>{children}</SayContext>
}

const List = () => {
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast" data-testid={testIds.toast} swipeDirection={['right', 'down']}>
      <Toast.Content className="toast-content">
        <Toast.Title className="toast-text" />
        {toast.actionProps !== undefined && <Toast.Action className="button button-quiet" />}
        {/* The library hides it from screen readers until the toast has focus, yet leaves it in the tab order: a button nobody names. */}
        <Toast.Close className="icon-button" aria-label={strings.app.dismiss} aria-hidden={false}>
          <X size="0.9375rem" aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
}
