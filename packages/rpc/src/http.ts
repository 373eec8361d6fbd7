import type { IncomingMessage, ServerResponse } from 'node:http'
import { isHostAllowed, isOriginAllowed } from './access.ts'
import { type Answer, type Dispatcher, errorText } from './dispatch.ts'
import { INVALID_REQUEST, RpcError } from './errors.ts'
import type { Limits } from './limits.ts'
import type { Caller } from './method.ts'

export interface HttpOptions {
  readonly dispatcher: Dispatcher
  readonly limits: Limits
  /** Names the Host header may have, lower case. */
  readonly vhosts: ReadonlySet<string>
  /** Origins whose pages may ask, lower case. */
  readonly origins: ReadonlySet<string>
}

const CONTENT_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/json-rpc',
  'application/jsonrequest',
])
const PREFLIGHT_SECONDS = '600'
/** Who asks over HTTP: nobody that could be told anything later. */
export const CALLER: Caller = {}

/** Answers HTTP requests: POST a body, GET for a health check, OPTIONS for CORS. */
export function createHttpHandler(options: HttpOptions) {
  const { dispatcher, limits, vhosts, origins } = options

  return (request: IncomingMessage, response: ServerResponse): void => {
    const { headers, method } = request
    const { origin } = headers
    if (origin !== undefined) allowOrigin(response, origin, origins)
    if (!isHostAllowed(headers.host, vhosts)) {
      refuse(request, response, 403, 'invalid host specified')
    } else if (method === 'OPTIONS') {
      preflight(request, response, origins)
    } else if (method === 'GET' || method === 'HEAD') {
      finish(response, 200, 'text/plain', '')
    } else if (method !== 'POST') {
      refuse(request, response, 405, 'method not allowed')
    } else if (!isJson(headers['content-type'])) {
      refuse(request, response, 415, 'invalid content type, only application/json is supported')
    } else if (Number(headers['content-length'] ?? 0) > limits.bodyBytes) {
      tooLarge(request, response, limits)
    } else {
      readBody(request, response)
    }
  }

  function readBody(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= limits.bodyBytes) chunks.push(chunk)
      else if (!response.headersSent) tooLarge(request, response, limits)
    })
    // The client went away: there is nobody to answer.
    request.on('error', () => {})
    request.on('end', () => {
      if (length > limits.bodyBytes) return
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
      const answer = dispatcher.handle(body, CALLER)
      if (answer instanceof Promise) void answer.then((settled) => send(response, settled))
      else send(response, answer)
    })
  }
}

function send(response: ServerResponse, answer: Answer): void {
  if (typeof answer === 'string') {
    finish(response, 200, 'application/json', answer)
    return
  }
  if (response.destroyed) return
  const { before, json, after } = answer
  const length = Buffer.byteLength(before) + json.length + Buffer.byteLength(after)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': length })
  response.write(before)
  response.write(json)
  response.end(after)
}

function finish(response: ServerResponse, status: number, type: string, text: string): void {
  if (response.destroyed) return
  const length = Buffer.byteLength(text)
  response.writeHead(status, { 'content-type': type, 'content-length': length })
  // ASCII, as almost every answer is, goes out as it is.
  response.end(text, length === text.length ? 'latin1' : 'utf8')
}

/** Refuses without reading the body, so the connection cannot be used again. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  message: string,
): void {
  response.setHeader('connection', 'close')
  request.resume()
  finish(response, status, 'text/plain', `${message}\n`)
}

function tooLarge(request: IncomingMessage, response: ServerResponse, limits: Limits): void {
  response.setHeader('connection', 'close')
  request.resume()
  const declared = request.headers['content-length']
  const size = declared === undefined ? 'body' : `content length ${declared}`
  const error = new RpcError(
    INVALID_REQUEST,
    `${size} too large, at most ${limits.bodyBytes} bytes are allowed`,
  )
  finish(response, 413, 'application/json', errorText('null', error))
}

function allowOrigin(response: ServerResponse, origin: string, origins: ReadonlySet<string>): void {
  response.setHeader('vary', 'Origin')
  if (isOriginAllowed(origin, origins))
    response.setHeader('access-control-allow-origin', origins.has('*') ? '*' : origin)
}

function preflight(
  request: IncomingMessage,
  response: ServerResponse,
  origins: ReadonlySet<string>,
): void {
  const { origin } = request.headers
  if (origin !== undefined && isOriginAllowed(origin, origins)) {
    response.setHeader('access-control-allow-methods', 'POST, GET')
    response.setHeader('access-control-allow-headers', '*, content-type, authorization')
    response.setHeader('access-control-max-age', PREFLIGHT_SECONDS)
    // Private Network Access: a page of a public site asks before it reaches a loopback address.
    if (request.headers['access-control-request-private-network'] === 'true')
      response.setHeader('access-control-allow-private-network', 'true')
  }
  finish(response, 200, 'text/plain', '')
}

/** Whether a body of this Content-Type is taken. */
export function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  return type !== undefined && CONTENT_TYPES.has(type)
}
