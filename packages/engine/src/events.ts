import type { EngineEvents } from './api.ts'

type Listener<K extends keyof EngineEvents> = (...args: EngineEvents[K]) => void

export interface EventBus {
  on<K extends keyof EngineEvents>(event: K, listener: Listener<K>): () => void
  emit<K extends keyof EngineEvents>(event: K, ...args: EngineEvents[K]): void
}

/** A listener that throws does not keep the others, or the engine, from their work. */
export function createEventBus(onError: (error: unknown) => void): EventBus {
  const listeners = new Map<keyof EngineEvents, Set<(...args: never[]) => void>>()
  return {
    on(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set)
      set.add(listener as (...args: never[]) => void)
      return () => {
        set.delete(listener as (...args: never[]) => void)
      }
    },
    emit(event, ...args) {
      for (const listener of [...(listeners.get(event) ?? [])])
        try {
          ;(listener as (...args: unknown[]) => void)(...args)
        } catch (error) {
          onError(error)
        }
    },
  }
}
