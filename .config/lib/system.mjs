/** What the whole-machine tests need of the system. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
const isRoot = () => process.getuid?.() === 0

export const chromiumPath = () => process.env.LANYARD_CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file))

const hasFakeTime = () => spawnSync('sh', ['-c', 'ls /usr/lib*/*/faketime/libfaketimeMT.so.1 /usr/lib*/faketime/libfaketimeMT.so.1 2>/dev/null | grep -q .']).status === 0

const NEEDS = [
  { debian: 'chromium', why: 'the browser tests', isThere: () => chromiumPath() !== undefined },
  { debian: 'iproute2', why: 'machines as network namespaces', isThere: () => has('ip') },
  { debian: 'nftables', why: 'cutting the network', isThere: () => has('nft') },
  { debian: 'util-linux', why: 'entering namespaces', isThere: () => has('nsenter') && has('unshare') },
  { debian: 'libfaketime', why: 'clocks that jump in the soak', isThere: hasFakeTime },
]
const missing = () => NEEDS.filter(({ isThere }) => !isThere())

/** Installs Debian packages when it may; gives those still missing. */
export const prepareSystem = () => {
  const wanted = missing()
  if (wanted.length > 0 && isRoot() && has('apt-get')) {
    const script = `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${wanted.map(({ debian }) => debian).join(' ')}`
    spawnSync('sh', ['-c', script], { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  }
  return missing()
}

const PROBE = 'probe=lny-probe-$$; ip netns add $probe && nsenter --net=/run/netns/$probe true; code=$?; ip netns del $probe; exit $code'
// `ip netns` keeps its names under /run/netns, which only the real root may write: a /run of our own, seen by nobody else.
const OWN_RUN = 'mount -t tmpfs tmpfs /run && mkdir -p /run/netns'
const unshared = (script) => ['unshare', '--user', '--map-root-user', '--net', '--mount', 'sh', '-c', script]

const works = ([command, ...args]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0

const onLoopback = (reason) => ({ kind: 'none', reason, wrap: (command) => command })

/** How machines can be had here: { kind, wrap(command) } with kind 'root', 'unshare' or 'none', and the reason for 'none'. */
export const namespaces = () => {
  if (process.env.LANYARD_MACHINES === 'loopback') return onLoopback('LANYARD_MACHINES=loopback asks for it')
  if (process.platform !== 'linux') return onLoopback(`network namespaces exist on Linux only, and this is ${process.platform}`)
  if (!has('ip') || !has('nft') || !has('nsenter')) return onLoopback('ip, nft or nsenter is missing')
  if (isRoot() && works(['sh', '-c', PROBE])) return { kind: 'root', wrap: (command) => command }
  const inOwnRun = unshared(`${OWN_RUN} && exec "$@"`)
  if (works([...inOwnRun, 'sh', 'sh', '-c', PROBE])) return { kind: 'unshare', wrap: (command) => [...inOwnRun, 'sh', ...command] }
  return onLoopback('this kernel lets this user make no network namespaces')
}
