/** Notes that were left with typing the peer has not taken: they must not be forgotten because another one is on the screen. */
import { TriangleAlert } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import type { DocumentId } from '../../app/base/ids.ts'
import { Banner } from '../components/controls.tsx'
import { hrefOf } from '../routes.ts'
import { strings } from '../strings.ts'
import { useNotebook } from './use-notebook.ts'

export default function LingeringNotes({ open }: { open: DocumentId | null }) {
  const notebook = useNotebook()
  const left = useSyncExternalStore(notebook.subscribe, notebook.lingering).filter(({ document }) => document !== open)
  const [first] = left
  return (
    <div className="banners" role="status">
      {first !== undefined && (
        <Banner tone="warn" icon={TriangleAlert} actions={<a className="button button-quiet" href={hrefOf({ kind: 'notes', ...first })}>{strings.note.openIt}</a>}>
          {strings.note.lingering(left.length)}
        </Banner>
      )}
    </div>
  )
}
