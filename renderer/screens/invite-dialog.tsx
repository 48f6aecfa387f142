import { useEffect, useState } from 'react'
import type { Gives } from '../../app/api/commands.ts'
import { codeOf, sentence } from '../../app/base/errors.ts'
import type { WorkspaceId } from '../../app/base/ids.ts'
import { CircleAlert } from 'lucide-react'
import { Banner, Spinner } from '../components/controls.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { Dialog } from '../components/dialog.tsx'
import { sayTime } from '../components/time.ts'
import { useRun } from '../peer/peer-context.tsx'
import { strings } from '../strings.ts'
import { testIds } from '../test-ids.ts'

export const InviteDialog = ({ workspace, onClose }: { workspace: WorkspaceId; onClose: () => void }) => {
  const run = useRun()
  const [invitation, setInvitation] = useState<Gives<'workspace.invite'>>()
  const [error, setError] = useState<string>()

  useEffect(() => {
    run('workspace.invite', { workspace }).then(setInvitation, (failure: unknown) => setError(sentence(codeOf(failure))))
  }, [run, workspace])

  return (
    <Dialog isOpen onClose={onClose} title={strings.machines.inviteTitle} intro={strings.machines.inviteIntro}>
      {error !== undefined && <Banner tone="bad" icon={CircleAlert}>{error}</Banner>}
      {error === undefined && invitation === undefined && <Spinner label={strings.machines.inviteMaking} />}
      {invitation !== undefined && (
        <>
          <CopyField label={strings.machines.inviteLink} text={invitation.link} testId={testIds.inviteLink} />
          <p className="field-hint">{strings.machines.inviteOnce(sayTime(invitation.expiresMs))}</p>
        </>
      )}
    </Dialog>
  )
}
