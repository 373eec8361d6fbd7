import { keccak256 } from './keccak.ts'
import type { Address } from './types.ts'

/** An address in lower case, as comparisons and keys of maps have it; `text` is one in any case. */
export function lowerCaseAddress(text: string): Address {
  return text.toLowerCase() as Address
}

/** An address with its checksum in the case of its letters (EIP-55). */
export function checksumAddress(address: Address): Address {
  const digits = address.slice(2).toLowerCase()
  const hash = keccak256(Buffer.from(digits, 'latin1'))
  let text = ''
  for (let i = 0; i < digits.length; i++) {
    const nibble = ((hash[i >> 1] as number) >> (i % 2 === 0 ? 4 : 0)) & 15
    const digit = digits[i] as string
    text += nibble >= 8 ? digit.toUpperCase() : digit
  }
  return `0x${text}`
}
