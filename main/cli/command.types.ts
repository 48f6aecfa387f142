/** One command of the command line, as data: parsing, help and running all read it. */
import type { PeerClient } from '../../app/api/client.ts'
import type { WorkspaceId } from '../../app/base/ids.ts'
import type { Output } from './output.ts'

export type OptionName =
  | 'data-dir' | 'profile' | 'json' | 'help' | 'workspace' | 'timeout' | 'title' | 'file' | 'format' | 'trash' | 'yes' | 'nearby' | 'minutes'
  | 'name' | 'port' | 'listen' | 'no-discovery' | 'open' | 'no-open'

export type Options = { readonly [Name in OptionName]?: string | boolean | readonly string[] | undefined }

/** What a command is given: its words are gone, its options checked. */
export interface Call {
  readonly positionals: readonly string[]
  readonly options: Options
  readonly dataDir: string
}

/** A call with a running host at hand. */
export interface HostCall extends Call {
  readonly client: PeerClient
  /** The one of --workspace, else the only one. @throws MEMBERSHIP_WORKSPACE_AMBIGUOUS, MEMBERSHIP_WORKSPACE_UNKNOWN */
  workspace(): Promise<WorkspaceId>
}

interface CommandFace {
  /** `doc create` */
  readonly words: string
  /** As the help shows them: `DOC TEXT`. Each is required. */
  readonly takes: string
  readonly options: readonly OptionName[]
  readonly help: string
}

export type CliCommand = CommandFace &
  (
    | { readonly kind: 'host'; run(call: HostCall): Promise<Output>; readonly timeoutMs?: (options: Options) => number }
    | { readonly kind: 'local'; run(call: Call): Promise<Output> }
    /** Prints by itself and runs until told to end; gives its exit code. */
    | { readonly kind: 'serve'; run(call: Call): Promise<number> }
  )
