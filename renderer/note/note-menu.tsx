import { Menu } from '@base-ui/react/menu'
import { Ellipsis } from 'lucide-react'
import { useRef } from 'react'
import type { DocumentView } from '../../app/api/views.ts'
import type { WorkspaceId } from '../../app/base/ids.ts'
import { useToast } from '../components/toasts.tsx'
import { useRun } from '../peer/peer-context.tsx'
import { strings } from '../strings.ts'

export const NoteMenu = ({ workspace, note }: { workspace: WorkspaceId; note: DocumentView }) => {
  const run = useRun()
  const { say, fail } = useToast()
  // Within the landmark that its button stands in.
  const place = useRef<HTMLDivElement>(null)

  const copyMarkdown = async () => {
    try {
      const { markdown } = await run('document.markdown', { workspace, document: note.document })
      await navigator.clipboard.writeText(`# ${note.title}\n\n${markdown}`)
      say(strings.note.markdownCopied)
    } catch (error) {
      fail(error)
    }
  }

  return (
    <Menu.Root>
      <Menu.Trigger className="icon-button" aria-label={strings.note.actions} title={strings.note.actions}>
        <Ellipsis size="1.0625rem" aria-hidden />
      </Menu.Trigger>
      <div ref={place} className="menu-place" />
      <Menu.Portal container={place}>
        <Menu.Positioner className="positioner" positionMethod="fixed" align="end" sideOffset={4}>
          <Menu.Popup className="menu">
            <Menu.Item className="menu-item" onClick={() => void copyMarkdown()}>{strings.note.copyMarkdown}</Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
