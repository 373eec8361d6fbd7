/** A WebSocket as methods see it: something that lives on and can be told things later. */
export interface Connection {
  /** Sends a text unless the connection is closing. A reader too slow for it is closed. */
  send(text: string): void
  /** Whether it lives on: a request of a batch may be carried out when its connection is gone. */
  readonly isOpen: boolean
  /** This connection's subscriptions: what ends each, by id. All are ended when the connection is closed. */
  readonly subscriptions: Map<string, () => void>
}
