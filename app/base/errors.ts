/** One table of every code that crosses a wire, a Channel or a screen. */

interface Row {
  /** What the person at this machine reads: what happened, and what to do next. */
  readonly here: string
  /** What the remote peer is told. */
  readonly remote: string
  /** Whether trying the same again later can help. */
  readonly retry: boolean
}

const row = (here: string, remote = 'Refused.', retry = false): Row => ({ here, remote, retry })

/** Codes are AREA_WHAT_HAPPENED. */
export const errorTable = {
  UNKNOWN: row('Something went wrong that this version has no words for. Try again, or update Lanyard.'),
  BASE_ID_MALFORMED: row('That is not a valid id. Copy it again, whole.'),
  BASE_BYTES_MALFORMED: row('Damaged data was refused. Nothing was changed.', 'Malformed bytes.'),

  STORE_FULL: row('The disk is full. Your last change is not saved. Free some space, then try again.', 'The peer can store no more.', true),
  STORE_BROKEN: row('The data on this disk can not be read. Restore the data directory from a copy, or join again with a new invitation.'),
  STORE_LOCKED: row('Lanyard is already running with this data directory. Use that window, or start with another --data-dir or --profile.'),
  STORE_KEY_MALFORMED: row('Something could not be stored because its name is damaged. Nothing was changed.'),
  STORE_CLOSED: row('Lanyard has stopped. Start it again; your saved work is safe.', 'Closed.', true),

  NETWORK_FRAME_TOO_LARGE: row('A message was too large and was refused.', 'Frame too large.'),
  NETWORK_STREAM_CLOSED: row('The connection closed. Lanyard reconnects by itself.', 'Closed.', true),
  NETWORK_CREDIT_EXCEEDED: row('The other machine sent more than it was allowed to; the connection was closed.', 'Credit exceeded.', true),
  NETWORK_QUEUE_FULL: row('The other machine takes changes too slowly. Lanyard reconnects by itself.', 'Too slow.', true),
  NETWORK_DIAL_FAILED: row('Nothing answered at that address. Check that Lanyard runs there and that both machines are on one network.', 'Dial failed.', true),
  NETWORK_DIAL_SELF: row('That address is this machine itself. Type the address of the other machine.'),
  NETWORK_ADDRESS_MALFORMED: row('That is not an address. It looks like 192.168.1.7:4001 or /ip4/192.168.1.7/tcp/4001.'),
  NETWORK_PORT_IN_USE: row('That port is used by another program. Choose another with --listen, or leave it out.'),
  NETWORK_LISTEN_FAILED: row('Lanyard can not listen at that address. Choose one of this machine with --listen, or leave it out.'),
  NETWORK_STOPPED: row('Networking has stopped. Start Lanyard again.', 'Stopped.', true),

  IDENTITY_KEY_MALFORMED: row('A key is damaged or unsafe and was refused.', 'Bad key.'),
  IDENTITY_BOX_UNREADABLE: row('A sealed message could not be opened with this machine’s key.', 'Bad box.'),

  LOG_GAP: row('Some changes have not arrived yet. Lanyard asks for them by itself.', 'Entries are missing in between.', true),
  LOG_SIGNATURE_INVALID: row('A change was not signed by the machine it claims to come from, and was refused.', 'Signature invalid.'),
  LOG_FORKED: row('A machine wrote two different histories. The second was refused and kept as evidence.', 'Fork.'),
  LOG_ENTRY_TOO_LARGE: row('That change is too large to store in one piece.', 'Entry too large.'),
  LOG_ENTRY_MALFORMED: row('A damaged change was refused.', 'Entry malformed.'),
  LOG_ENTRY_UNREADABLE: row('A change could not be decrypted and was left out.', 'Entry unreadable.'),
  LOG_ENTRY_MISSING: row('A change that this machine should have is missing from its disk.', 'Entry missing.'),
  LOG_VERSION_UNSUPPORTED: row('A newer version of Lanyard wrote this. Update Lanyard on this machine.', 'Version unsupported.'),

  MEMBERSHIP_NOT_A_MEMBER: row('That machine does not belong to this workspace.', 'Not a member.'),
  MEMBERSHIP_INVITE_UNKNOWN: row('No member here knows this invitation. Ask for a new one.', 'Invitation unknown.'),
  MEMBERSHIP_INVITE_EXPIRED: row('This invitation has expired. Ask any member for a new one.', 'Invitation expired.'),
  MEMBERSHIP_INVITE_USED: row('This invitation was already used by another machine. Ask any member for a new one.', 'Invitation already used.'),
  MEMBERSHIP_LINK_MALFORMED: row('This is not a whole invitation link. Copy it again from lanyard:// to the end.'),
  MEMBERSHIP_PROOF_INVALID: row('The invitation could not be proven. Ask for a new one.', 'Join proof invalid.'),
  MEMBERSHIP_GENESIS_MISMATCH: row('The answer did not come from the workspace in the link, and was refused.', 'Genesis mismatch.'),
  MEMBERSHIP_JOIN_TIMEOUT: row('No member could be reached. Check that one of their machines is on and on this network, then try again.', 'Timed out.', true),
  MEMBERSHIP_WORKSPACE_UNKNOWN: row('This machine has no such workspace.', 'Workspace unknown.'),
  MEMBERSHIP_WORKSPACE_AMBIGUOUS: row('This machine has several workspaces. Say which with --workspace.'),
  MEMBERSHIP_ALREADY_MEMBER: row('This machine already belongs to that workspace.'),

  NEARBY_NOT_OPEN: row('That workspace is not open to people nearby. Ask a member to open it, or for an invitation link.', 'Not open.'),
  NEARBY_CLOSED: row('The time to join ended before somebody let this machine in. Ask a member to open the workspace again.', 'Closed.'),
  NEARBY_DECLINED: row('Somebody there said no. If that was a mistake, ask again and compare the words together.', 'Declined.'),
  NEARBY_BUSY: row('Too many machines are asking there. Wait a moment, then ask again.', 'Busy.', true),
  NEARBY_PROOF_INVALID: row('The other machine broke the rules of asking, and was refused. Ask again.', 'Words not proven.'),
  NEARBY_GONE: row('The connection to that machine ended. If it is still shown, ask again.', 'Gone.', true),
  NEARBY_ASKER_UNKNOWN: row('No machine with these words is asking any more.'),
  NEARBY_ASKING_ALREADY: row('This machine is asking somewhere already. Stop that first.'),

  SYNC_MESSAGE_MALFORMED: row('A damaged message was refused.', 'Message malformed.'),
  SYNC_HANDSHAKE_FAILED: row('The other machine could not prove who it is.', 'Handshake failed.'),
  SYNC_VERSION_UNSUPPORTED: row('The other machine runs an incompatible version of Lanyard. Update the older one.', 'Version unsupported.'),
  SYNC_LIMIT_EXCEEDED: row('The other machine asked for too much; the connection was closed.', 'Limit exceeded.', true),

  DOCUMENTS_UNKNOWN: row('There is no such note here.', 'Document unknown.'),
  DOCUMENTS_WAITING: row('This note has not arrived yet.', 'Not here yet.', true),
  DOCUMENTS_READ_ONLY: row('A newer version of Lanyard wrote this note. Update Lanyard to edit it.'),
  DOCUMENTS_TRASHED: row('This note is in the trash. Restore it to edit it.'),
  DOCUMENTS_UPDATE_MALFORMED: row('A damaged edit was refused.', 'Update malformed.'),
  DOCUMENTS_UPDATE_FOREIGN: row('An edit carried another writer’s changes and was refused.', 'Foreign structs.'),
  DOCUMENTS_UPDATE_GAP: row('An edit depends on something that is not here, and was refused.', 'Missing dependencies.', true),
  DOCUMENTS_TITLE_INVALID: row('A title has between 1 and 200 characters.'),
  DOCUMENTS_TOO_LARGE: row('That text is too large for one note. Split it.'),
  DOCUMENTS_TOO_MANY: row('This workspace holds as many notes as it can. Start another workspace for more.'),

  API_MESSAGE_MALFORMED: row('The screen and the peer do not understand each other. Reload the page.'),
  API_COMMAND_UNKNOWN: row('This command is not known here. Reload the page, or update Lanyard.'),
  API_PARAMETER_INVALID: row('A value is missing or wrong.'),
  API_TOKEN_INVALID: row('This page has lost its key. Open Lanyard again from the address it printed.'),
  API_BUSY: row('Too much was asked at once. Wait a moment, then try again.', 'Busy.', true),
  API_CHANNEL_CLOSED: row('Lanyard has stopped. Start it again; your saved work is safe.', 'Closed.', true),

  HOST_NOT_RUNNING: row('Lanyard is not running with this data directory. Start it with: lanyard serve'),
  HOST_PORT_IN_USE: row('That port is used by another program. Choose another with --port, or leave it out.'),
  HOST_ARGUMENT_INVALID: row('The command line has a mistake. See: lanyard help'),
  HOST_SILENT: row('Lanyard is running but did not answer in time. Try again; if it stays so, restart it.', 'Timed out.', true),
  HOST_SCREENS_TOO_MANY: row('Too many windows of this Lanyard are open. Close some, then reload.', 'Too many.', true),
  HOST_DIRECTORY_UNUSABLE: row('That data directory can not be used. Choose another with --data-dir.'),
  HOST_EXPORT_NOT_EMPTY: row('That folder already holds files. Choose an empty or new one, so that nothing is overwritten.'),
  HOST_FILE_UNREADABLE: row('That file can not be read.'),

  SIMULATION_OPTION_INVALID: row('The simulation’s options have a mistake.'),
  SIMULATION_PLAN_INVALID: row('The simulation’s plan has a mistake.'),
  SIMULATION_STALLED: row('The simulation waited for something that never happened.'),
} as const satisfies Record<string, Row>

export type ErrorCode = keyof typeof errorTable

/** An operating failure, with its code and details that are safe to show. */
export class PeerError extends Error {
  override readonly name = 'PeerError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, details: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(`${code}: ${errorTable[code].here}`, options)
    this.code = code
    this.details = details
  }
}

/** The code in `value`, or UNKNOWN: also for codes that a newer version sent. */
export const errorCode = (value: unknown): ErrorCode => (typeof value === 'string' && Object.hasOwn(errorTable, value) ? (value as ErrorCode) : 'UNKNOWN')

/** The code of anything thrown. */
export const codeOf = (error: unknown): ErrorCode => (error instanceof PeerError ? error.code : 'UNKNOWN')

/** The sentence for the person at this machine. */
export const sentence = (code: ErrorCode): string => errorTable[code].here
