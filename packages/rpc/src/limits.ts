/** What one server lets its clients ask for. Every figure can be set; the defaults suit a public node. */
export interface Limits {
  /** Bytes of an HTTP body (413 above). */
  readonly bodyBytes: number
  /** Requests in a batch (-32600 above). */
  readonly batchItems: number
  /** Characters of the answer to a batch; the requests after it get -32003. */
  readonly batchResponseSize: number
  /** Blocks one eth_getLogs may span (-32005 above). */
  readonly logBlocks: number
  /** Logs one answer may hold (-32005 above). */
  readonly logResults: number
  /** Gas of eth_call and its like; also what a call without a gas field gets. */
  readonly callGas: bigint
  /** Milliseconds an eth_call or its like may run. */
  readonly callTimeout: number
  /** Milliseconds a trace may run when the request does not say; also the most it may ask for. */
  readonly traceTimeout: number
  /** Milliseconds eth_sendRawTransactionSync waits when the request does not say, and at most. */
  readonly syncTimeout: number
  readonly syncTimeoutMax: number
  /** Storage keys of one eth_getProof. */
  readonly proofKeys: number
  /** Blocks of one eth_feeHistory; more are cut off. */
  readonly feeHistoryBlocks: number
  /** Blocks of one eth_simulateV1. */
  readonly simulateBlocks: number
  /** Open sockets; further ones are refused. */
  readonly connections: number
  /** Open WebSockets; further ones get 503. */
  readonly webSockets: number
  /** Bytes of one WebSocket message (close code 1009 above). */
  readonly messageBytes: number
  /** Subscriptions of one WebSocket (-32005 above). */
  readonly subscriptions: number
  /** Bytes waiting to be sent on one WebSocket; a subscriber that lets more pile up is closed. */
  readonly sendQueueBytes: number
  /** Requests of one WebSocket in progress; it is not read from above that. */
  readonly webSocketConcurrency: number
  /** Filters installed; the one longest unused makes room for a new one. */
  readonly filters: number
  /** Milliseconds after which a filter nobody asks for is dropped. */
  readonly filterTimeout: number
  /** Items a filter may gather between two polls; it is dropped above that. */
  readonly filterItems: number
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 5 * 1024 * 1024,
  batchItems: 1000,
  batchResponseSize: 25_000_000,
  logBlocks: 100_000,
  logResults: 20_000,
  callGas: 50_000_000n,
  callTimeout: 5_000,
  traceTimeout: 30_000,
  syncTimeout: 10_000,
  syncTimeoutMax: 60_000,
  proofKeys: 1024,
  feeHistoryBlocks: 1024,
  simulateBlocks: 256,
  connections: 2_000,
  webSockets: 1_000,
  messageBytes: 5 * 1024 * 1024,
  subscriptions: 1_000,
  sendQueueBytes: 16 * 1024 * 1024,
  webSocketConcurrency: 256,
  filters: 10_000,
  filterTimeout: 300_000,
  filterItems: 50_000,
}
