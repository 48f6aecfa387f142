/** `npm run dev [-- options of serve]`: rebuilds on change; restarts the host, which keeps its address; open pages reload. */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { context } from 'esbuild'
import { build as buildScreens } from 'vite'
import { hostOptions, requireSources, screensOptions } from './build.mjs'
import { at, nodeBinary } from './lib/place.mjs'
import { fail } from './lib/run.mjs'

const serveArgs = process.argv.slice(2)
let host
let isFirst = true

const startHost = () => {
  const args = ['serve', ...(isFirst && !serveArgs.includes('--no-open') ? ['--open'] : []), ...serveArgs]
  isFirst = false
  host = spawn(nodeBinary(), ['--enable-source-maps', at('dist/lanyard.js'), ...args], { stdio: 'inherit' })
}
const restartHost = async () => {
  if (host && host.exitCode === null && host.signalCode === null) {
    await new Promise((resolve) => {
      host.once('close', resolve)
      host.kill('SIGTERM')
    })
  }
  startHost()
}

/** Pages ask which build they show; the policy of the host lets them run and ask nothing but their own files. */
const RELOAD_SCRIPT = `let shown
setInterval(async () => {
  const build = await fetch('/dev-build.txt', { cache: 'no-store' }).then((answer) => answer.text(), () => shown)
  if (shown !== undefined && build !== shown) location.reload()
  shown = build
}, 500)
`
const reloadPlugin = {
  name: 'reload',
  // After Vite has read the page: this script is none of its sources.
  transformIndexHtml: { order: 'post', handler: () => [{ tag: 'script', attrs: { src: '/dev-reload.js', type: 'module' }, injectTo: 'body' }] },
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'dev-reload.js', source: RELOAD_SCRIPT })
    this.emitFile({ type: 'asset', fileName: 'dev-build.txt', source: new Date().toISOString() })
  },
}
/** Resolves once the screens are built for the first time. */
const watchScreens = async () => {
  const watcher = await buildScreens({ ...screensOptions, plugins: [reloadPlugin], build: { watch: {} } })
  await new Promise((resolve) => {
    watcher.on('event', ({ code, error }) => {
      if (code === 'ERROR') console.error(error.message)
      if (code === 'END' || code === 'ERROR') resolve()
    })
  })
}
const restartPlugin = {
  name: 'restart',
  setup: (build) => build.onEnd(({ errors }) => (errors.length === 0 ? restartHost() : undefined)),
}

try {
  requireSources()
  // What this leaves in dist/ is no finished build: the next `npm start` makes one.
  rmSync(at('dist/.stamp'), { force: true })
  await watchScreens()
  const watching = await context({ ...hostOptions, entryPoints: { lanyard: hostOptions.entryPoints.lanyard }, plugins: [restartPlugin] })
  await watching.watch()
} catch (error) {
  fail(error.message)
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    host?.once('close', () => process.exit(0))
    if (!host?.kill(signal)) process.exit(0)
  })
}
