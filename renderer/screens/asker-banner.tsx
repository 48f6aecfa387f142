/** Somebody nearby asks to join while the person here is elsewhere: the way to the words. */
import { UserPlus } from 'lucide-react'
import type { StatusView, WorkspaceView } from '../../app/api/views.ts'
import { Banner } from '../components/controls.tsx'
import { hrefOf } from '../routes.ts'
import { strings } from '../strings.ts'
import { openingOf } from './nearby-card.tsx'

export const AskerBanner = ({ status, workspace }: { status: StatusView; workspace: WorkspaceView }) => {
  const [first] = openingOf(status, workspace)?.askers ?? []
  const link = <a className="button button-plain" href={hrefOf({ kind: 'machines', workspace: workspace.id })}>{strings.nearby.toMachines}</a>
  return (
    <div role="status">
      {first !== undefined && <Banner tone="info" icon={UserPlus} actions={link}>{strings.nearby.askerBanner(first.machine)}</Banner>}
    </div>
  )
}
