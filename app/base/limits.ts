/** Every bound on what a remote peer, a screen or a disk can make us hold. A test reaches each. */
const KIB = 1024
const MIB = 1024 * KIB

/** One frame on a stream; a run of entries fits in one. */
export const FRAME_BYTES_MAX = 256 * KIB
/** Bytes a stream may have sent that the other side's consumer has not taken yet. */
export const STREAM_CREDIT_BYTES = 1 * MIB
/** Frames that may wait behind a stream without credit before it is aborted. */
export const STREAM_QUEUE_BYTES_MAX = 8 * MIB
/** What holding a frame costs beside its bytes, so that empty frames are not free. */
export const FRAME_COST_BYTES = 32
/** One entry, whole: small enough that a frame always holds one. */
export const ENTRY_BYTES_MAX = 128 * KIB
/** Payload of one part-entry; a larger change becomes several parts. */
export const PART_BYTES_MAX = 64 * KIB
/** Parts of one change: 16 MiB. */
export const PARTS_MAX = 256
/** Values inside one another in CBOR: a note as JSON, at its deepest, takes less than half of it. */
export const CBOR_DEPTH_MAX = 512
/** Logs that one heights message may name. */
export const HEIGHTS_PER_MESSAGE_MAX = 2048
/** Logs that one neighbour may name in all: a session a day of a hundred machines for a year and a half. */
export const LOGS_PER_NEIGHBOUR_MAX = 65_536
/** Logs that one neighbour is asked for at once. */
export const REQUESTS_OPEN_MAX = 256
/** Logs whose heads one entry may name as seen. */
export const DEPS_PER_ENTRY_MAX = 1024
/** Entries that wait for others before them in causal order, before the oldest gap is asked for again. */
export const CAUSAL_BUFFER_MAX = 100_000
/** Open connections of one peer. */
export const CONNECTIONS_MAX = 64
/** Addresses that the redial loop knows; forged sightings push out none that was connected or remembered. */
export const PLACES_MAX = 256
/** Of these, addresses that members told: whoever tells many has no more dialled for it. */
export const PLACES_TOLD_MAX = 128
/** Dials that the redial loop has under way at once. */
export const REDIALS_MAX = 16
/** Network interfaces that discovery speaks on. */
export const MDNS_INTERFACES_MAX = 16
/** Records of one packet that discovery looks at; anybody may send one. */
export const MDNS_RECORDS_MAX = 64
/** Sightings and questions that discovery takes in a second. */
export const MDNS_PACKETS_PER_SECOND_MAX = 100
/** Open connections from one IP address. */
export const CONNECTIONS_PER_HOST_MAX = 16
/** New connections from one IP address in a second. */
export const CONNECTIONS_PER_HOST_AND_SECOND_MAX = 20
/** Connections that may be shaking hands at once: more than one IP address can begin before they time out. */
export const CONNECTIONS_PENDING_MAX = 64
/** Streams of all protocols on one connection, each way. */
export const STREAMS_PER_CONNECTION_MAX = 64
/** Inbound streams of one protocol on one connection. */
export const STREAMS_PER_PROTOCOL_MAX = 4
/** Workspaces whose tokens one handshake may carry. */
export const HANDSHAKE_TOKENS_MAX = 64
/** Addresses one peer may tell of itself. */
export const ADDRESSES_PER_PEER_MAX = 16
/** Addresses that a member may tell of itself, and that are remembered for one device. */
export const ADDRESSES_REMEMBERED_MAX = 8
/** Signed address records in one message between members. */
export const ADDRESS_RECORDS_PER_MESSAGE_MAX = 64
/** Members of one workspace whose signed addresses are kept. */
export const ADDRESS_RECORDS_MAX = 256
/** New addresses of one member that are taken in a minute; the newest of those beyond waits. */
export const ADDRESS_RECORDS_PER_MINUTE_MAX = 12
/** How long a workspace may be open to people nearby. */
export const NEARBY_MINUTES_MAX = 60
/** Workspaces of one machine that may be open at once. */
export const NEARBY_OPENINGS_MAX = 8
/** Open workspaces nearby that a screen is shown. */
export const NEARBY_FOUND_MAX = 32
/** Machines that may ask to be let in at once, to one opening. */
export const NEARBY_ASKERS_MAX = 8
/** Of these, from one IP address. */
export const NEARBY_ASKERS_PER_HOST_MAX = 2
/** Times that one IP address may ask while a workspace is open once. */
export const NEARBY_ASKS_PER_HOST_MAX = 10
/** One message of a stranger who asks. */
export const NEARBY_MESSAGE_BYTES_MAX = 8 * KIB
/** Presence state of one screen. */
export const PRESENCE_BYTES_MAX = 4 * KIB
/** One message on a Channel. */
export const CHANNEL_MESSAGE_BYTES_MAX = 20 * MIB
/** Bytes waiting for a slow screen before it is closed; it reconnects and starts afresh. */
export const CHANNEL_QUEUE_BYTES_MAX = 64 * MIB
/** Above this a screen counts as slow: of events that replace each other only the newest is kept for it. */
export const CHANNEL_BUSY_BYTES = 1 * MIB
/** Commands of one screen that may run at once; further ones are refused. */
export const COMMANDS_RUNNING_MAX = 1024
/** Screens of one host. */
export const SCREENS_MAX = 64
/** Open connections of a host's HTTP server. */
export const HTTP_CONNECTIONS_MAX = 256
/** Upgrades with a wrong token that a host answers in a minute with words; further ones are only dropped. */
export const TOKEN_FAILURES_PER_MINUTE_MAX = 30
/** An address, a link or a presence text is cut off long before this by its own room. */
export const LINK_CHARACTERS_MAX = 4096
export const NAME_CHARACTERS_MAX = 60
export const TITLE_CHARACTERS_MAX = 200
/** Markdown imported as one note. */
export const MARKDOWN_BYTES_MAX = 2 * MIB
/** Blocks inside blocks of a note; what lies deeper is shown on the last level. */
export const NOTE_DEPTH_MAX = 32
export const DOCUMENTS_MAX = 100_000

/** A connection that is probed shows life within this, or is ended: a busy machine answers later than its network. */
export const PROBE_MS = 1000
/** An accepted entry is on disk within this. */
export const SYNC_TO_DISK_MS = 10
/** The first key goes at once, the rest of a burst within this. */
export const BURST_MS = 50
/** Neighbours compare heights this often even if nothing happens. */
export const ANTI_ENTROPY_MS = 10_000
/** An invitation's life. */
export const INVITE_MS = 24 * 3600 * 1000
/** The life of one that is handed to a machine nearby: it is used at once. */
export const NEARBY_INVITE_MS = 10 * 60 * 1000
/** How long a screen that looks for people nearby may be silent before the looking ends. */
export const NEARBY_LOOK_MS_MAX = 60_000
/** The longest that a join may wait for a member. */
export const JOIN_TIMEOUT_MS_MAX = 3600 * 1000
/** Stable heights are told to others this long after the last change at the latest. */
export const RECEIPT_COALESCE_MS = 250
/** What was accepted from one neighbour is offered to the others after this. */
export const ADVERT_COALESCE_MS = 20
