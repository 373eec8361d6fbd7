import { concatBytes } from '@altlayer/protocol'
import type { Stream } from '@libp2p/interface'

/** A peer did not send or take what it should in time, or sent too much. */
export class StreamError extends Error {
  override readonly name = 'StreamError'
}

export interface ReadLimits {
  /** Bytes. */
  readonly max: number
  /** Milliseconds for all of it. */
  readonly timeout: number
  /** Whether `max` bytes are all that is waited for: not every peer ends its side after a request. */
  readonly exact?: boolean
}

/**
 * Reads what the peer sends until it ends its side, or with `exact` until there are `max` bytes. Beyond
 * the limits the stream is reset.
 * @throws StreamError
 */
export function readBytes(stream: Stream, limits: ReadLimits): Promise<Uint8Array> {
  const { max, timeout, exact = false } = limits
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = []
    let size = 0
    // A reset and a lost connection end the readable side too: only this is the peer's own end.
    let ended = stream.remoteWriteStatus === 'closed' && stream.status === 'open'
    const done = (error?: StreamError) => {
      clearTimeout(timer)
      stream.removeEventListener('message', onMessage)
      stream.removeEventListener('remoteCloseWrite', onRemoteEnd)
      stream.removeEventListener('end', onEnd)
      stream.removeEventListener('close', onClose)
      if (error === undefined) return resolve(concatBytes(...parts))
      stream.abort(error)
      reject(error)
    }
    const onMessage = ({ data }: { readonly data: { subarray(): Uint8Array } }) => {
      const bytes = data.subarray()
      size += bytes.length
      if (size > max) return done(new StreamError(`more than ${max} bytes were sent`))
      parts.push(bytes)
      if (exact && size === max) done()
    }
    const onRemoteEnd = () => {
      ended = true
    }
    const onEnd = () => {
      if (!ended) return done(new StreamError('the peer broke off'))
      if (exact) return done(new StreamError(`${size} bytes were sent, not ${max}`))
      done()
    }
    const onClose = () => {
      // What is still buffered is read until `end`; a reset has no end.
      if (stream.status === 'reset' || stream.status === 'aborted')
        done(new StreamError('the peer reset the stream'))
    }
    const timer = setTimeout(
      () => done(new StreamError(`nothing more was sent within ${timeout} ms`)),
      timeout,
    )
    stream.addEventListener('remoteCloseWrite', onRemoteEnd)
    stream.addEventListener('end', onEnd)
    stream.addEventListener('close', onClose)
    stream.addEventListener('message', onMessage)
    if (stream.readableEnded) onEnd()
    else onClose()
  })
}

/**
 * Sends bytes and ends our side; a peer that does not take them within `timeout` milliseconds is reset.
 * @throws StreamError
 */
export async function writeAndEnd(
  stream: Stream,
  bytes: Uint8Array,
  timeout: number,
): Promise<void> {
  try {
    stream.send(bytes)
    await stream.close({ signal: AbortSignal.timeout(timeout) })
  } catch (error) {
    const failure = new StreamError(`not taken within ${timeout} ms`, { cause: error })
    stream.abort(failure)
    throw failure
  }
}
