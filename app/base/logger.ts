/** Where the peer says what it does. Never entry contents, keys or invitation secrets. */
export interface Logger {
  debug(event: string, details?: Readonly<Record<string, unknown>>): void
  info(event: string, details?: Readonly<Record<string, unknown>>): void
  warn(event: string, details?: Readonly<Record<string, unknown>>): void
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {} }

const LEVELS = ['debug', 'info', 'warn'] as const

/** One JSON line an event, through `write`; events below `least` are left out. */
export const lineLogger = (least: (typeof LEVELS)[number], nowMs: () => number, write: (line: string) => void): Logger => {
  const at = (level: (typeof LEVELS)[number]) => (event: string, details: Readonly<Record<string, unknown>> = {}) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return
    write(JSON.stringify({ at: new Date(nowMs()).toISOString(), level, event, ...details }) + '\n')
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn') }
}
