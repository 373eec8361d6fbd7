// What a command line needs before there is a network, and without loading one.
export { KeyFileError, readKeyFile } from './host/identity.ts'
export { ListenError, PeerAddressError } from './host/types.ts'
export { BanError } from './peers/bans.ts'
