/** A dialog with a title, a way out and the house's look. */
import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { strings } from '../strings.ts'

interface DialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly title: string
  readonly intro?: string
  readonly children: ReactNode
}

export const Dialog = ({ isOpen, onClose, title, intro, children }: DialogProps) => (
  <Base.Root open={isOpen} onOpenChange={(open) => open || onClose()}>
    <Base.Portal>
      <Base.Backdrop className="backdrop" />
      <Base.Popup className="dialog">
        <header>
          <Base.Title className="dialog-title">{title}</Base.Title>
          <Base.Close className="icon-button" aria-label={strings.app.close}>
            <X size="1.0625rem" aria-hidden />
          </Base.Close>
        </header>
        {intro !== undefined && <Base.Description className="dialog-intro">{intro}</Base.Description>}
        {children}
      </Base.Popup>
    </Base.Portal>
  </Base.Root>
)
