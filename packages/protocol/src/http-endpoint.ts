/** Where an HTTP server is, and how it is asked. */
export interface HttpEndpoint {
  /** Without user and password, which `fetch` refuses. Path and query may hold an access key: not for messages. */
  readonly href: string
  /** For messages: scheme, host and port. */
  readonly origin: string
  /** `authorization`, where the URL had user or password; nothing else. */
  readonly headers: { readonly authorization?: string }
}

/** Splits a URL (http or https) into what is asked and who asks: RFC 7617 for user and password. Throws TypeError for no URL. */
export function httpEndpoint(text: string): HttpEndpoint {
  const url = new URL(text)
  const { username, password, origin } = url
  url.username = ''
  url.password = ''
  if (username === '' && password === '') return { href: url.href, origin, headers: {} }
  const user = `${percentDecoded(username)}:${percentDecoded(password)}`
  const authorization = `Basic ${Buffer.from(user).toString('base64')}`
  return { href: url.href, origin, headers: { authorization } }
}

/** A percent sign that begins no encoded byte stands for itself, as in browsers. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
