/** Things by name, of which only so many can be there at a time. */
export interface Pool<T> {
  /**
   * Asks the thing of a name, which `create` makes when it is not there; it stays for as long as somebody asks.
   * Rejects with PoolClosedError, and with what `create` throws or `question` rejects with.
   */
  use<R>(name: string, create: () => T, question: (thing: T) => Promise<R>): Promise<R>
  close(): Promise<void>
}

export interface PoolOptions<T> {
  /** Things at a time, those that are ending included. */
  readonly capacity: number
  /** Milliseconds for which a thing that nobody asks is kept; default: for as long as there is room. */
  readonly keep?: number
  /**
   * Milliseconds for which a thing stays though others wait for its place: who asks once asks again, and what went after
   * the first question would have to be made again for the second.
   */
  readonly linger: number
  /** Ends a thing; its place is free when it resolves. */
  readonly end: (thing: T) => Promise<void>
  /** Whether a thing can no longer be asked, now that a question failed. */
  readonly isBroken: (thing: T) => Promise<boolean>
}

/** The pool was closed. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError'
}

interface Entry<T> {
  readonly thing: T
  /** Questions that wait for an answer. */
  users: number
  /** When the last was answered, of `performance.now()`. */
  idleSince: number
}

/** Never holds more than `capacity`, however many ask: whoever comes later waits for a place. */
export function createPool<T>(options: PoolOptions<T>): Pool<T> {
  const { capacity, keep, linger, end, isBroken } = options
  /** In the order in which they were asked last. */
  const entries = new Map<string, Entry<T>>()
  const ending = new Set<Promise<void>>()
  /** Wake those that wait for a place, in the order in which they came. */
  const queue: (() => void)[] = []
  let closed = false

  const wake = () => queue.shift()?.()

  function remove(name: string, { thing }: Entry<T>): void {
    entries.delete(name)
    const ended = end(thing).finally(() => {
      ending.delete(ended)
      wake()
    })
    ending.add(ended)
  }

  /** Of those that nobody asks, the one asked longest ago goes. */
  function makeRoom(): void {
    for (const [name, entry] of entries) {
      if (entry.users > 0 || performance.now() - entry.idleSince < linger) continue
      remove(name, entry)
      return
    }
  }

  /** The entry of a name when there is a place for it, with one user more. */
  async function acquire(name: string, create: () => T): Promise<Entry<T>> {
    for (let waited = false; ; waited = true) {
      if (closed) throw new PoolClosedError('closed while somebody waited')
      const found = entries.get(name)
      if (found !== undefined || entries.size + ending.size < capacity) {
        const entry = found ?? { thing: create(), users: 0, idleSince: 0 }
        entries.delete(name)
        entries.set(name, entry)
        entry.users++
        return entry
      }
      // One place for each that waits.
      if (ending.size <= queue.length) makeRoom()
      await new Promise<void>((resolve) => {
        // Who waited already goes first again.
        if (waited) queue.unshift(resolve)
        else queue.push(resolve)
      })
    }
  }

  const expiry =
    keep === undefined
      ? undefined
      : setInterval(() => {
          for (const [name, entry] of entries)
            if (entry.users === 0 && entry.idleSince + keep < performance.now()) remove(name, entry)
        }, keep / 4).unref()

  return {
    async use(name, create, question) {
      const entry = await acquire(name, create)
      try {
        return await question(entry.thing)
      } catch (error) {
        const broken = await isBroken(entry.thing)
        if (broken && entries.get(name) === entry) remove(name, entry)
        throw error
      } finally {
        entry.users--
        entry.idleSince = performance.now()
        // A little later than that, so that it can go by then.
        if (entry.users === 0) setTimeout(wake, linger + 10).unref()
      }
    },
    async close() {
      closed = true
      clearInterval(expiry)
      for (const [name, entry] of entries) remove(name, entry)
      for (const each of queue.splice(0)) each()
      await Promise.all(ending)
    },
  }
}
