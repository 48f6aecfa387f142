/**
 * Who may import whom. Every room has its row, every package its doors; whatever is not listed here is an error,
 * type imports included. docs/architecture.md says why.
 */

/** room -> rooms it may import besides itself. A file of its own stands under its name. */
const rooms = {
  'app/base/': [],
  'app/api/': ['app/base/'],
  'app/store/': ['app/base/'],
  'app/network/': ['app/base/'],
  'app/identity/': ['app/base/', 'app/store/'],
  'app/log/': ['app/base/', 'app/store/', 'app/identity/'],
  'app/membership/': ['app/base/', 'app/identity/', 'app/log/'],
  'app/sync/': ['app/base/', 'app/network/', 'app/log/', 'app/membership/'],
  'app/documents/': ['app/base/', 'app/store/', 'app/log/', 'app/membership/'],
  'app/presence/': ['app/base/', 'app/network/', 'app/membership/'],
  'app/nearby/': ['app/base/', 'app/network/', 'app/identity/'],
  'app/files/': ['app/base/', 'app/store/', 'app/network/', 'app/log/', 'app/membership/'],
  'app/cluster/': ['app/base/', 'app/store/', 'app/network/', 'app/identity/', 'app/log/', 'app/membership/', 'app/sync/'],
  'app/faults/': ['app/base/', 'app/network/'],
  'app/simulation/': ['app/base/', 'app/store/', 'app/network/', 'app/faults/', 'app/peer'],
  'app/simulation/swarm/': ['app/base/', 'app/network/', 'app/identity/', 'app/log/', 'app/sync/', 'app/simulation/'],
  'app/lab/': ['app/'],
  'app/peer': ['app/'],
  'app/serve': ['app/'],
  'main/': ['app/peer', 'app/serve', 'app/api/', 'app/base/', 'app/store/', 'app/network/', 'app/identity/crypto.ts', 'app/lab/', 'app/simulation/'],
  'main/attacker/': ['app/', 'main/'],
  'main/fuzz/': ['app/'],
  'renderer/': ['app/api/', 'app/base/ids.ts', 'app/base/errors.ts', 'app/base/codec.ts'],
  'e2e/': [],
  'e2e/attacker/': ['app/'],
  'e2e/screen/': ['app/api/', 'app/base/'],
}

/** The adapters: where time, chance, disk and network come in. */
const adapter = (name) => `^app/${name}([^/]*\\.ts$|/)`
const sqlite = adapter('store/sqlite')
const libp2p = adapter('network/libp2p')
const mdns = adapter('network/mdns')
const keys = '^app/identity/crypto\\.ts$'
const ports = '^app/base/(clock|random|logger)\\.ts$'
const workers = '^app/.*worker\\.ts$'
/** Speak the protocols as no honest peer does: they need every room, and are part of nothing that is built. */
const attacker = '^(main|e2e)/attacker/'
/** Stand in for windows, and fill data directories, when the benchmarks measure the built program. */
const bench = '^main/bench/'
/** Feeds every decoder, with good samples of the fixtures and suites: part of nothing that is built. */
const fuzzer = '^main/fuzz/'
const adapters = [sqlite, libp2p, mdns, keys, ports, workers]
const realAdapters = [sqlite, libp2p, mdns]
const memoryTwins = [adapter('store/memory'), adapter('network/memory')]

/** Tests, suites that adapters share, and what tests stand on: what else they may import is said with their row. */
const tests = '(\\.(test|contract|fixture|support|bench)\\.tsx?$|/testing/)'

/** package -> the only places that may import it */
const packages = {
  '@ipld/dag-cbor': ['^app/base/codec\\.ts$'],
  'libp2p|@libp2p/[^/]+|@chainsafe/libp2p-noise|@multiformats/multiaddr': [libp2p, attacker],
  'multicast-dns': [mdns, fuzzer],
  'yjs|lib0|y-prosemirror|y-protocols': ['^app/documents/', '^app/api/(rename-structs|heal-note)\\.ts$', '^renderer/', '^app/simulation/', '^e2e/contract/', bench, fuzzer],
  'markdown-it': ['^app/documents/'],
  ws: ['^main/', '^e2e/screen/'],
  'react|react-dom|@base-ui/react|@blocknote/[^/]+|@mantine/[^/]+|@fontsource-variable/inter|lucide-react': ['^renderer/', '^e2e/contract/', '^app/(documents/)?[^/]*\\.contract\\.test\\.ts$'],
  'vite|@vitejs/plugin-react': ['^renderer/vite\\.config\\.ts$'],
  '@playwright/test|@axe-core/playwright': ['^e2e/'],
  'fast-check|@hpke/core': [tests],
  esbuild: ['^main/planted/build\\.ts$'],
  electron: ['^main/electron/'],
}

const startsWith = (name) => `^${name.replaceAll('.', '\\.')}`
/** A room with a row of its own is no part of the room around it. */
const inRoom = (room) => {
  const inner = Object.keys(rooms).filter((other) => other !== room && other.startsWith(room))
  return inner.length === 0 ? startsWith(room) : `${startsWith(room)}(?!${inner.map((other) => other.slice(room.length)).join('|')})`
}
const rule = (name, from, to) => ({ name, severity: 'error', from, to })
const inside = '^(app|main|renderer|e2e)/'
const installed = (names) => `(^|node_modules/)(${names})(/|$)`

const roomRows = Object.entries(rooms).map(([room, may]) =>
  rule(`${room} may import only ${may.join(', ') || 'itself'}`,
    { path: inRoom(room), pathNot: tests },
    { path: inside, pathNot: [inRoom(room), ...may.map(startsWith)] }))

/** A test may also use the memory twins, Node.js, and the floors all stand on: real keys and real logs, no mocks. */
const floors = ['app/base/', 'app/store/', 'app/identity/', 'app/log/']
const testRows = Object.entries(rooms).map(([room, may]) =>
  rule(`tests of ${room} may import only ${[...may, 'the memory twins', ...floors].join(', ')}`,
    { path: `${inRoom(room)}.*${tests}` },
    { path: inside, pathNot: [inRoom(room), ...[...may, ...(room.startsWith('app/') ? floors : [])].map(startsWith), ...memoryTwins] }))

const packageRows = Object.entries(packages).map(([names, doors]) =>
  rule(`${names.replaceAll('[^/]+', '*')} enters only through its door`,
    { path: inside, pathNot: doors.concat(names.includes('yjs') ? [tests] : []) },
    { path: installed(names) }))

module.exports = {
  forbidden: [
    rule('every file stands in a room', { path: inside, pathNot: [...Object.keys(rooms).map(startsWith)] }, {}),
    ...roomRows,
    ...testRows,
    rule('nothing imports the benchmarks', { path: inside, pathNot: [bench, '^e2e/bench/'] }, { path: [bench, '^e2e/bench/'] }),
    rule('nothing imports the attacker', { path: inside, pathNot: attacker }, { path: attacker }),
    rule('nothing imports the fuzzer', { path: inside, pathNot: fuzzer }, { path: fuzzer }),
    rule('production code imports no test', { path: inside, pathNot: [tests, fuzzer] }, { path: tests, pathNot: 'node_modules' }),
    rule('no cycles', { path: inside }, { circular: true }),
    rule('the peer names no adapter', { path: '^app/', pathNot: ['^app/(lab|simulation)/', ...adapters, ...memoryTwins, tests] }, { path: [...realAdapters, ...memoryTwins] }),
    rule('simulation runs without the real adapters', { path: '^app/simulation/', pathNot: tests }, { path: realAdapters }),
    rule('the peer knows neither the simulation nor the lab', { path: '^app/(peer|serve)' }, { path: '^app/(simulation|lab)/' }),
    rule('a host picks adapters, nothing else of their rooms', { path: '^main/', pathNot: [attacker, fuzzer, tests] },
      { path: '^app/(store|network)/', pathNot: ['^app/store/store\\.ts$', '^app/network/network\\.ts$', ...realAdapters] }),
    rule('no Node.js outside the adapters', { path: '^app/', pathNot: [...adapters, tests] }, { dependencyTypes: ['core'] }),
    rule('the screens run in a browser', { path: '^renderer/', pathNot: ['^renderer/vite\\.config\\.ts$', tests] }, { dependencyTypes: ['core'] }),
    ...packageRows,
    rule('every package has its door', { path: inside },
      { path: 'node_modules/', pathNot: [...Object.keys(packages).map(installed), 'node_modules/@types/'], dependencyTypesNot: ['core', 'local'] }),
    rule('every import resolves', { path: inside }, { couldNotResolve: true, dependencyTypesNot: ['core'] }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'app/tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    // The rivals are a package of their own, which a user never installs.
    exclude: { path: '^(dist|e2e/bench/rivals)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
}
