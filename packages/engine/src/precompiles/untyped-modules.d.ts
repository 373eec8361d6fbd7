// mcl-wasm's wasm without its JavaScript front; the package types only the front.
declare module 'mcl-wasm/dist/mcl_c.js' {
  export default function createModule(options: {
    cryptoGetRandomValues: (array: Uint8Array) => void
  }): Promise<unknown>
}

// The part of the native secp256k1 in use; the package has no types.
declare module 'secp256k1' {
  const secp256k1: {
    /** Throws when there is no such key. Returns `output`, 65 bytes if not `compressed`. */
    ecdsaRecover(
      signature: Uint8Array,
      recoveryId: number,
      hash: Uint8Array,
      compressed: boolean,
      output: Uint8Array,
    ): Uint8Array
    privateKeyVerify(key: Uint8Array): boolean
    ecdsaSign(
      hash: Uint8Array,
      privateKey: Uint8Array,
    ): { readonly signature: Uint8Array; readonly recid: number }
    publicKeyCreate(key: Uint8Array, compressed?: boolean): Uint8Array
  }
  export default secp256k1
}
