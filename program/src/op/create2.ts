// The Create2Deployer preinstall, which Canyon's first block puts in place whatever was there before (OP Stack
// specs, "Canyon: Network upgrade transactions").

import { account } from '../state/accounts'
import { setCode } from '../state/code'
import { txBegin, txEnd } from '../state/transaction'
import { CREATE2_DEPLOYER_CODE, CREATE2_DEPLOYER_CODE_LENGTH } from './create2-code'

const CREATE2_DEPLOYER: usize = memory.data<u8>([
  0x13, 0xb0, 0xd8, 0x5c, 0xcb, 0x8b, 0xf8, 0x60, 0xb6, 0xb7, 0x9a, 0xf3, 0x02, 0x9f, 0xca, 0x08, 0x1a, 0xe9, 0xbe,
  0xf2,
])

export function deployCreate2Deployer(): void {
  txBegin()
  setCode(account(CREATE2_DEPLOYER), CREATE2_DEPLOYER_CODE, CREATE2_DEPLOYER_CODE_LENGTH)
  txEnd()
}
