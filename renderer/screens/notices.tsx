/** What the peer wants the person to know, quietly, with its way out. */
import { Info, KeyRound, TriangleAlert, X } from 'lucide-react'
import { useState } from 'react'
import type { NoticeView } from '../../app/api/views.ts'
import { sentence } from '../../app/base/errors.ts'
import { Banner, IconButton } from '../components/controls.tsx'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'

const DISMISSED = 'lanyard.dismissed'

/** Going away for good is only for what is harmless to forget. */
const isDismissable = ({ code }: NoticeView) => code === 'KEYS_UNPROTECTED'

interface NoticesProps {
  readonly notices: readonly NoticeView[]
  /** Refusals since start, by code. */
  readonly refusals: Readonly<Record<string, number>>
}

export const Notices = ({ notices, refusals }: NoticesProps) => {
  const [dismissed, setDismissed] = useState(() => localStorage.getItem(DISMISSED) ?? '')
  const isDismissed = (notice: NoticeView) => isDismissable(notice) && dismissed.includes(notice.code)
  const shown = [...notices, ...versionNotices(refusals, notices)].filter((notice) => !isDismissed(notice))

  const dismiss = (code: string) => {
    const all = `${dismissed} ${code}`.trim()
    localStorage.setItem(DISMISSED, all)
    setDismissed(all)
  }

  return (
    <div className="banners" role="status" aria-label={strings.notices.region}>
      {shown.map((notice) => (
        <Banner
          key={notice.code}
          tone={notice.code === 'KEYS_UNPROTECTED' ? 'info' : 'warn'}
          icon={iconOf(notice)}
          data-testid={testIds.notice}
          data-code={notice.code}
          actions={isDismissable(notice) && <IconButton label={strings.app.dismiss} icon={X} onClick={() => dismiss(notice.code)} />}
        >
          {notice.sentence}
        </Banner>
      ))}
    </div>
  )
}

const iconOf = ({ code }: NoticeView) => {
  if (code === 'KEYS_UNPROTECTED') return KeyRound
  return code.endsWith('VERSION_UNSUPPORTED') ? Info : TriangleAlert
}

const VERSION_CODES = ['SYNC_VERSION_UNSUPPORTED', 'LOG_VERSION_UNSUPPORTED'] as const

/** Somebody runs a version that this one can't talk to: the person is the only one who can do something. */
const versionNotices = (refusals: Readonly<Record<string, number>>, told: readonly NoticeView[]): readonly NoticeView[] =>
  VERSION_CODES.filter((code) => (refusals[code] ?? 0) > 0 && !told.some((notice) => notice.code === code)).map((code) => ({
    code,
    sentence: sentence(code),
    details: {},
  }))
