import { openAsBlob } from 'node:fs'
import type { ReadableStream } from 'node:stream/web'
// A CommonJS bundle whose names Node cannot see statically.
import xz from 'xz-decompress'

/** A file in an archive. */
export interface ArchiveEntry {
  readonly path: string
  readonly bytes: Uint8Array
}

/** An archive that is not an xz-compressed tar, or ends early. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
}

const block = 512
// What one file may have; a damaged header may claim any size.
const sizeMax = 1 << 30

/**
 * Reads the files of a `.tar.xz` (ustar, GNU long names, pax paths), in their order. Links, folders and
 * devices are passed over. Throws `ArchiveError`.
 */
export async function* readTarXz(path: string): AsyncGenerator<ArchiveEntry> {
  const reader = byteReader(path, await decompress(path))
  try {
    yield* entries(path, reader)
  } finally {
    // The decompressor serves one stream at a time: an open one would block the next for ever.
    await reader.close()
  }
}

async function* entries(path: string, reader: ByteReader): AsyncGenerator<ArchiveEntry> {
  let longPath: string | undefined
  for (;;) {
    const header = await reader.take(block)
    if (header === undefined || header.every((byte) => byte === 0)) return
    const size = octal(header.subarray(124, 136), path)
    if (size > sizeMax) {
      throw new ArchiveError(`${path}: a file of ${size} bytes, at most ${sizeMax}`)
    }
    const content = await reader.take(Math.ceil(size / block) * block)
    if (content === undefined) throw new ArchiveError(`${path}: ends inside a file`)
    const bytes = content.subarray(0, size)
    const type = String.fromCharCode(header[156] ?? 0)
    if (type === 'L') {
      longPath = text(bytes)
    } else if (type === 'x') {
      longPath = paxPath(bytes) ?? longPath
    } else if (type !== 'g') {
      if (type === '0' || type === '\0') yield { path: longPath ?? ustarPath(header), bytes }
      longPath = undefined
    }
  }
}

async function decompress(path: string): Promise<ReadableStream<Uint8Array>> {
  return new xz.XzReadableStream((await openAsBlob(path)).stream())
}

interface ByteReader {
  /** The next `length` bytes; undefined when fewer are left. */
  take(length: number): Promise<Uint8Array | undefined>
  close(): Promise<unknown>
}

// The decompressor gives empty chunks for ever when its input ends early.
const emptyChunksLimit = 64

function byteReader(path: string, stream: ReadableStream<Uint8Array>): ByteReader {
  const source = stream.getReader()
  let chunk: Uint8Array = new Uint8Array()

  async function advance(): Promise<boolean> {
    for (let empty = 0; empty < emptyChunksLimit; empty++) {
      const { done, value } = await source.read().catch((cause: unknown) => {
        throw new ArchiveError(`${path}: not an xz file`, { cause })
      })
      if (done) return false
      chunk = value
      if (chunk.length > 0) return true
    }
    throw new ArchiveError(`${path}: the xz stream ends early`)
  }

  return {
    async take(length) {
      const result = new Uint8Array(length)
      let filled = 0
      while (filled < length) {
        if (chunk.length === 0 && !(await advance())) return undefined
        const part = chunk.subarray(0, length - filled)
        result.set(part, filled)
        filled += part.length
        chunk = chunk.subarray(part.length)
      }
      return result
    },
    close: () => source.cancel().catch(() => undefined),
  }
}

function octal(field: Uint8Array, path: string): number {
  const digits = text(field).trim()
  if (!/^[0-7]+$/.test(digits)) {
    throw new ArchiveError(`${path}: expected an octal size in a tar header, got ${digits}`)
  }
  return Number.parseInt(digits, 8)
}

function ustarPath(header: Uint8Array): string {
  const name = text(header.subarray(0, 100))
  const prefix = text(header.subarray(345, 500))
  return prefix === '' ? name : `${prefix}/${name}`
}

/** pax records are `length key=value\n`. */
function paxPath(bytes: Uint8Array): string | undefined {
  return /^\d+ path=(.*)$/m.exec(new TextDecoder().decode(bytes))?.[1]
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}
