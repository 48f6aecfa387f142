/** Answers to plain HTTP: the screens, and refusals in words. */
import { createReadStream } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { pageRefusal, securityHeaders, type Refusal } from './doors.ts'
import { findStaticFile, type StaticFile } from './static-files.ts'

const NOT_FOUND: Refusal = { status: 404, text: 'There is no such page.' }
const NOT_BUILT: Refusal = { status: 503, text: 'The screens are not built yet. Run: npm run build' }
const WRONG_METHOD: Refusal = { status: 405, text: 'Only GET and HEAD.' }

const refuse = (response: ServerResponse, { status, text }: Refusal) => {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', ...(status === 405 ? { Allow: 'GET, HEAD' } : {}) }
  response.writeHead(status, headers).end(`${text}\n`)
}

const sendFile = (request: IncomingMessage, response: ServerResponse, found: StaticFile) => {
  response.writeHead(200, {
    'Content-Type': found.contentType,
    'Content-Length': found.bytes,
    'Cache-Control': found.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
  if (request.method === 'HEAD') return response.end()
  // A browser that goes away in the middle is no failure of ours.
  pipeline(createReadStream(found.file), response, () => undefined)
}

/** @param port asked for at each request: known only once the server listens */
export const pageListener = (rendererDir: string, port: () => number): RequestListener => {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const refusal = pageRefusal(request, port())
    if (refusal !== undefined) return refuse(response, refusal)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, WRONG_METHOD)
    const found = await findStaticFile(rendererDir, request.url ?? '')
    if (found !== undefined) return sendFile(request, response, found)
    refuse(response, request.url === '/' ? NOT_BUILT : NOT_FOUND)
  }
  return (request, response) => {
    for (const [name, value] of Object.entries(securityHeaders(port()))) response.setHeader(name, value)
    void answer(request, response).catch(() => response.destroy())
  }
}
