/** A WebSocket as methods see it: something that lives on and can be told things later. */
export interface Connection {
  /** Sends a text unless the connection is closing. A reader too slow for it is closed. */
  send(text: string): void
  /** Calls `listener` once, when the connection is closed. */
  onClose(listener: () => void): void
  /** This connection's subscriptions: what ends each, by id. */
  readonly subscriptions: Map<string, () => void>
}
