/** Who changes the chain takes turns: what one does in several calls of the engine is not mixed with another's. */
export interface Turns {
  /** Runs when those that came before are done; settles as `work` does. */
  take<T>(work: () => Promise<T>): Promise<T>
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return {
    take(work) {
      const result = last.then(work)
      last = result.catch(() => {})
      return result
    },
  }
}
