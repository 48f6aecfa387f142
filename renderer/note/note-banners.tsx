/** What keeps this note from being edited or saved, and the way out. */
import { CircleAlert, Info, Trash2 } from 'lucide-react'
import type { ErrorCode } from '../../app/base/errors.ts'
import { sentence } from '../../app/base/errors.ts'
import { Banner, Button } from '../components/controls.tsx'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'

interface BannersProps {
  readonly isTrashed: boolean
  readonly isReadOnly: boolean
  /** Why the newest typing is not saved. */
  readonly refusal: ErrorCode | null
  readonly onRestore: () => void
  readonly onRetry: () => void
}

export const NoteBanners = ({ isTrashed, isReadOnly, refusal, onRestore, onRetry }: BannersProps) => (
  <div className="banners" role="status">
    {isTrashed && (
      <Banner
        tone="warn"
        icon={Trash2}
        data-testid={testIds.noteBanner}
        data-code="DOCUMENTS_TRASHED"
        actions={<Button look="quiet" onClick={onRestore}>{strings.note.restore}</Button>}
      >
        {refusal === 'DOCUMENTS_TRASHED' ? strings.note.refusedBar(strings.note.trashed) : strings.note.trashed}
      </Banner>
    )}
    {isReadOnly && (
      <Banner tone="info" icon={Info} data-testid={testIds.noteBanner} data-code="DOCUMENTS_READ_ONLY">
        {strings.note.readOnly}
      </Banner>
    )}
    {refusal !== null && !(isTrashed && refusal === 'DOCUMENTS_TRASHED') && (
      <Banner
        tone="bad"
        icon={CircleAlert}
        data-testid={testIds.noteBanner}
        data-code={refusal}
        actions={<Button look="quiet" onClick={onRetry}>{strings.app.retry}</Button>}
      >
        {strings.note.refusedBar(sentence(refusal))}
      </Banner>
    )}
  </div>
)
