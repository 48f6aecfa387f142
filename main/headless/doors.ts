/** Who may come in: the exact host name, the exact origin. A page of another site can forge neither. */
import type { IncomingMessage } from 'node:http'

export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 421 | 429 | 431 | 503
  readonly text: string
}

export const originOf = (port: number) => `http://127.0.0.1:${port}`

/** A name that resolves to 127.0.0.1 only in somebody's browser (DNS rebinding) shows in Host. */
const hostRefusal = (request: IncomingMessage, port: number): Refusal | undefined =>
  request.headers.host === `127.0.0.1:${port}` ? undefined : { status: 421, text: 'Wrong host name. Use the address that Lanyard printed.' }

const WRONG_ORIGIN: Refusal = { status: 403, text: 'This page may not talk to Lanyard.' }

/** A page asks without Origin when a person types the address; what names another origin is refused. */
export const pageRefusal = (request: IncomingMessage, port: number): Refusal | undefined => {
  const { origin } = request.headers
  return hostRefusal(request, port) ?? (origin === undefined || origin === originOf(port) ? undefined : WRONG_ORIGIN)
}

/** A WebSocket must name its origin: browsers always do. */
export const upgradeRefusal = (request: IncomingMessage, port: number): Refusal | undefined =>
  hostRefusal(request, port) ?? (request.headers.origin === originOf(port) ? undefined : WRONG_ORIGIN)

/** Headers of every answer. */
export const securityHeaders = (port: number): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    // Older browsers do not count a WebSocket of the same origin as 'self'.
    `connect-src 'self' ws://127.0.0.1:${port}`,
    "manifest-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "form-action 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
})
