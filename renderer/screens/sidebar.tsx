/** Where to go: the workspace, its notes, its trash, its machines. */
import { Menu } from '@base-ui/react/menu'
import { Check, ChevronsUpDown, FileText, Laptop, Plus, Search, Settings, Trash2, type LucideIcon } from 'lucide-react'
import { useRef } from 'react'
import type { StatusView, WorkspaceView } from '../../app/api/views.ts'
import { Mark } from '../components/brand.tsx'
import { IconButton } from '../components/controls.tsx'
import { useLink } from '../peer/peer-context.tsx'
import { hrefOf, navigate, type WorkspaceRoute } from '../routes.ts'
import { strings } from '../strings.ts'

interface SidebarProps {
  readonly status: StatusView
  readonly workspace: WorkspaceView
  readonly route: WorkspaceRoute
  readonly onNew: () => void
  readonly onSearch: () => void
}

export const Sidebar = ({ status, workspace, route, onNew, onSearch }: SidebarProps) => {
  const others = workspace.members.filter(({ self, hasLeft }) => !self && !hasLeft)
  const reachable = others.filter((member) => member.reachable).length
  const isConnected = useLink().kind === 'open'
  const at = { workspace: workspace.id, document: null }
  return (
    <nav className="sidebar" aria-label={strings.nav.main}>
      <WorkspaceMenu status={status} workspace={workspace} />
      <div className="sidebar-actions">
        <button type="button" className="search-button" onClick={onSearch} title={strings.nav.search} aria-keyshortcuts="Control+K /">
          <Search size="0.9375rem" aria-hidden />
          <span>{strings.nav.search}</span>
          <kbd aria-hidden>Ctrl K</kbd>
        </button>
        <IconButton label={strings.nav.newNote} icon={Plus} onClick={onNew} aria-keyshortcuts="N" />
      </div>
      <ul>
        <Place
          href={hrefOf({ kind: 'notes', ...at })}
          icon={FileText}
          name={strings.nav.notes}
          count={workspace.documents}
          isCurrent={route.kind === 'notes'}
        />
        <Place href={hrefOf({ kind: 'trash', ...at })} icon={Trash2} name={strings.nav.trash} isCurrent={route.kind === 'trash'} />
        <Place
          href={hrefOf({ kind: 'machines', workspace: workspace.id })}
          icon={Laptop}
          name={strings.nav.machines}
          count={others.length + 1}
          isCurrent={route.kind === 'machines'}
        />
        <Place
          href={hrefOf({ kind: 'settings', workspace: workspace.id })}
          icon={Settings}
          name={strings.nav.settings}
          isCurrent={route.kind === 'settings'}
        />
      </ul>
      <div className="sidebar-foot">
        <p title={strings.nav.thisMachine(status.machine)}>{status.machine}</p>
        <p>{isConnected ? sayReach(reachable, others.length) : strings.nav.notConnected}</p>
      </div>
    </nav>
  )
}

const sayReach = (reachable: number, others: number) => (others === 0 ? strings.nav.alone : strings.nav.reachable(reachable, others))

interface PlaceProps {
  readonly href: string
  readonly icon: LucideIcon
  readonly name: string
  readonly count?: number
  readonly isCurrent: boolean
}

const Place = ({ href, icon: Icon, name, count, isCurrent }: PlaceProps) => (
  <li>
    <a className="place-link" href={href} aria-current={isCurrent ? 'page' : undefined} title={name}>
      <Icon size="1rem" aria-hidden />
      <span>{name}</span>
      {count !== undefined && <span className="count" aria-hidden>{count}</span>}
    </a>
  </li>
)

const WorkspaceMenu = ({ status, workspace }: Pick<SidebarProps, 'status' | 'workspace'>) => {
  // Within the landmark that its button stands in.
  const place = useRef<HTMLDivElement>(null)
  return (
    <Menu.Root>
      <Menu.Trigger className="workspace-button" aria-label={strings.nav.switchWorkspace(workspace.name)}>
        <Mark size="1.375rem" />
        <span>{workspace.name}</span>
        <ChevronsUpDown size="0.875rem" aria-hidden />
      </Menu.Trigger>
      <div ref={place} className="menu-place" />
      <Menu.Portal container={place}>
        <Menu.Positioner className="positioner" positionMethod="fixed" align="start" sideOffset={4}>
          <Menu.Popup className="menu">
            <Menu.Group>
              <Menu.GroupLabel className="menu-label">{strings.nav.workspaces}</Menu.GroupLabel>
              {status.workspaces.map(({ id, name }) => (
                <Menu.Item key={id} className="menu-item" onClick={() => navigate({ kind: 'notes', workspace: id, document: null })}>
                  <span>{name}</span>
                  {id === workspace.id && <Check size="0.9375rem" aria-hidden />}
                </Menu.Item>
              ))}
            </Menu.Group>
            <Menu.Separator className="menu-line" />
            <Menu.Item className="menu-item" onClick={() => navigate({ kind: 'add' })}>{strings.nav.addWorkspace}</Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
