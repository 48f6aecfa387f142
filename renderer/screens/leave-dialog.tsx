/** Leaving deletes: says first what is known to be elsewhere, and what may exist only here. */
import { AlertDialog } from '@base-ui/react/alert-dialog'
import { ShieldCheck, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import type { WorkspaceView } from '../../app/api/views.ts'
import { Banner, Button } from '../components/controls.tsx'
import { useToast } from '../components/toasts.tsx'
import { useRefreshStatus, useRun } from '../peer/peer-context.tsx'
import { redirect } from '../routes.ts'
import { joinNames, strings } from '../strings.ts'

export const LeaveDialog = ({ workspace, onClose }: { workspace: WorkspaceView; onClose: () => void }) => {
  const run = useRun()
  const refreshStatus = useRefreshStatus()
  const { fail } = useToast()
  const [isLeaving, setLeaving] = useState(false)

  const leave = async () => {
    setLeaving(true)
    try {
      await run('workspace.leave', { workspace: workspace.id })
      await refreshStatus()
      redirect({ kind: 'home' })
    } catch (error) {
      fail(error)
      setLeaving(false)
    }
  }

  return (
    <AlertDialog.Root open onOpenChange={(open) => open || isLeaving || onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title className="dialog-title">{strings.machines.leaveTitle(workspace.name)}</AlertDialog.Title>
          <AlertDialog.Description className="dialog-intro">{strings.machines.leaveMeaning}</AlertDialog.Description>
          <Safety workspace={workspace} />
          <div className="form-actions">
            <AlertDialog.Close className="button button-plain">{strings.machines.stay}</AlertDialog.Close>
            <Button
              look="danger"
              disabled={isLeaving}
              onClick={() => void leave()}
            >
              {isLeaving ? strings.machines.leaving : strings.machines.leaveButton}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}

const Safety = ({ workspace }: { workspace: WorkspaceView }) => {
  const others = workspace.members.filter(({ self, hasLeft }) => !self && !hasLeft)
  const whole = others.filter(({ holds }) => holds === 'all').map(({ name }) => name)
  if (others.length === 0) return <Banner tone="bad" icon={TriangleAlert}>{strings.machines.leaveAlone}</Banner>
  if (whole.length === 0) return <Banner tone="bad" icon={TriangleAlert}>{strings.machines.leaveUnsafe}</Banner>
  return <Banner tone="info" icon={ShieldCheck}>{strings.machines.leaveSafe(joinNames(whole))}</Banner>
}
