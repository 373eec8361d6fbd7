/** Keeps the values used last, `capacity` of them. */
export interface Lru<K, V> {
  /** The value of `key`, loaded when it is not kept; what `load` gives as undefined is not kept. */
  get(key: K, load: () => V | undefined): V | undefined
  clear(): void
}

export function createLru<K, V>(capacity: number): Lru<K, V> {
  const entries = new Map<K, V>()
  return {
    get(key, load) {
      const kept = entries.get(key)
      if (kept !== undefined) {
        entries.delete(key)
        entries.set(key, kept)
        return kept
      }
      const value = load()
      if (value === undefined) return undefined
      entries.set(key, value)
      if (entries.size > capacity) entries.delete(entries.keys().next().value as K)
      return value
    },
    clear: () => entries.clear(),
  }
}
