/** What keeps this note from being edited or saved, and the way out. */
import { CircleAlert, Info } from 'lucide-react'
import { errorTable, sentence } from '../../app/base/errors.ts'
import { Banner, Button } from '../components/controls.tsx'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'
import type { NoteState } from './session.ts'

interface BannersProps {
  readonly state: Extract<NoteState, { kind: 'open' }>
  readonly isTrashed: boolean
  readonly onRetry: () => void
}

export const NoteBanners = ({ state, isTrashed, onRetry }: BannersProps) => {
  const { trust, replica } = state
  // The banner of the trash says it already, unless there is typing that waits for the restore.
  const isRefused = trust.kind === 'refused' && !(isTrashed && errorTable[trust.code] === errorTable.DOCUMENTS_TRASHED && !state.edits)
  return (
    <div className="banners" role="status">
      {replica.isReadOnly && (
        <Banner tone="info" icon={Info} data-testid={testIds.noteBanner} data-code="DOCUMENTS_READ_ONLY">
          {strings.note.readOnly}
        </Banner>
      )}
      {isRefused && trust.kind === 'refused' && (
        <Banner tone="bad" icon={CircleAlert} data-testid={testIds.noteBanner} data-code={trust.code} actions={<Button look="quiet" onClick={onRetry}>{strings.app.retry}</Button>}>
          {strings.note.refusedBar(sentence(trust.code))}
        </Banner>
      )}
    </div>
  )
}
