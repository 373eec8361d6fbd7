export { INPUT, RESULT } from '../../src/layout'
export { keccak256 } from '../../src/keccak/keccak'
export { keccak256Of64 } from '../../src/keccak/memo'
