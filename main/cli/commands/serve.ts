import type { CliCommand } from '../command.types.ts'

export const serveCommand: CliCommand = {
  kind: 'serve',
  words: 'serve',
  takes: '',
  options: ['name', 'port', 'listen', 'no-discovery', 'open', 'no-open'],
  help: 'run this machine: --name N --port P --listen MULTIADDR... --no-discovery --open',
  // Loaded only here: the network takes longer to load than any other command to run.
  run: async (call) => (await import('../serve-host.ts')).runServe(call),
}
