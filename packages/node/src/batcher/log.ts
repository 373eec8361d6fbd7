import type { BatcherEvent } from './state.ts'

/** An event as a line of the log: its level, its message, its fields. */
export interface EventLine {
  readonly level: 'debug' | 'info' | 'warn'
  readonly message: string
  readonly [field: string]: unknown
}

/** What operators read of an event. Numbers of blocks are JSON numbers, fees are in wei, as text. */
export function describeEvent(event: BatcherEvent): EventLine {
  switch (event.kind) {
    case 'settled':
      return { level: 'debug', message: 'posting blocks', from: Number(event.from) }
    case 'reset':
      return {
        level: 'warn',
        message: 'what is on L1 is looked at anew before more is posted',
        reason: event.reason,
      }
    case 'blocks-loaded':
      return { level: 'debug', message: 'blocks to post', last: Number(event.last) }
    case 'channel-opened':
      return { level: 'debug', message: 'opened a channel' }
    case 'channel-closed': {
      const { kind: _, from, to, ...fields } = event
      return {
        level: 'debug',
        message: 'closed a channel',
        from: Number(from),
        to: Number(to),
        ...fields,
      }
    }
    case 'channel-submitted':
      return { level: 'debug', message: 'a channel is on L1', id: event.id, to: Number(event.to) }
    case 'channel-lost':
      return {
        level: 'warn',
        message: 'blocks that were posted did not become safe',
        id: event.id,
        to: Number(event.to),
      }
    case 'transaction-sent': {
      const { nonce, hash, attempt, carrier, fees } = event
      return {
        level: attempt > 1 ? 'warn' : 'debug',
        message:
          attempt > 1
            ? 'a batcher transaction waited too long: sent again'
            : 'sent a batcher transaction',
        ...{ nonce, hash, attempt, carrier },
        maxFeePerGas: String(fees.maxFeePerGas),
      }
    }
    case 'transaction-included':
      return {
        level: 'debug',
        message: 'a batcher transaction is in a block',
        nonce: event.nonce,
        l1: Number(event.inclusion.number),
        gasUsed: Number(event.inclusion.gasUsed),
        bytes: event.bytes,
      }
    case 'transaction-dropped':
      return {
        level: 'warn',
        message: 'L1 was reorganised: a batcher transaction is no longer in a block',
        nonce: event.nonce,
      }
    case 'transaction-refused':
      return {
        level: 'warn',
        message: 'L1 does not take a batcher transaction',
        nonce: event.nonce,
        reason: event.reason,
      }
  }
}
