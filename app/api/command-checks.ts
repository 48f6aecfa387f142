/** What each command may take: shape and size. What a value means is judged by the room that gets it. */
import { documentId, workspaceId } from '../base/ids.ts'
import {
  CHANNEL_MESSAGE_BYTES_MAX, JOIN_TIMEOUT_MS_MAX, LINK_CHARACTERS_MAX, MARKDOWN_BYTES_MAX,
  NAME_CHARACTERS_MAX, NEARBY_LOOK_MS_MAX, NEARBY_MINUTES_MAX, PRESENCE_BYTES_MAX, TITLE_CHARACTERS_MAX,
} from '../base/limits.ts'
import type { CommandKind, Takes } from './commands.ts'
import { bytes, flag, id, nullable, shape, text, whole, type Check } from './validate.ts'

const workspace = id(workspaceId)
const document = id(documentId)
// Twice what is allowed: up to there the rooms answer with the sentence that fits, beyond it nobody meant it.
const name = text(2 * NAME_CHARACTERS_MAX)
const title = text(2 * TITLE_CHARACTERS_MAX)
const content = text(MARKDOWN_BYTES_MAX)

const none = shape<Record<never, never>>({})
const oneWorkspace = shape({ workspace })
const oneDocument = shape({ workspace, document })

const checks: { readonly [Kind in CommandKind]: Check<Takes<Kind>> } = {
  status: none,
  peers: none,
  connect: shape({ address: text(LINK_CHARACTERS_MAX) }),
  'machine.rename': shape({ name }),

  'workspace.create': shape({ name }),
  'workspace.invite': oneWorkspace,
  'workspace.join': shape({ link: text(LINK_CHARACTERS_MAX), timeoutMs: whole(1, JOIN_TIMEOUT_MS_MAX) }),
  'workspace.leave': oneWorkspace,

  'nearby.open': shape({ workspace, minutes: whole(1, NEARBY_MINUTES_MAX) }),
  'nearby.close': oneWorkspace,
  'nearby.answer': shape({ workspace, asker: text(64), welcome: flag }),
  'nearby.look': shape({ durationMs: whole(1, NEARBY_LOOK_MS_MAX) }),
  'nearby.ask': shape({ opening: text(64), timeoutMs: whole(1, JOIN_TIMEOUT_MS_MAX) }),
  'nearby.withdraw': none,

  'document.list': shape({ workspace, trash: flag }),
  'document.create': shape({ workspace, title, markdown: content }),
  'document.rename': shape({ workspace, document, title }),
  'document.append': shape({ workspace, document, text: content }),
  'document.trash': oneDocument,
  'document.restore': oneDocument,
  'document.markdown': oneDocument,
  'document.json': oneDocument,
  'document.where': oneDocument,

  'document.attach': oneDocument,
  'document.update': shape({ workspace, document, update: bytes(CHANNEL_MESSAGE_BYTES_MAX) }),
  'document.detach': oneDocument,
  'presence.set': shape({ workspace, document, state: nullable(text(PRESENCE_BYTES_MAX)) }),
}

export const isCommandKind = (kind: string): kind is CommandKind => Object.hasOwn(checks, kind)

/** @throws API_PARAMETER_INVALID */
export const checkTakes = <Kind extends CommandKind>(kind: Kind, takes: unknown): Takes<Kind> =>
  (checks[kind] as Check<Takes<Kind>>)(takes, kind)

export const commandKinds = Object.keys(checks) as readonly CommandKind[]
