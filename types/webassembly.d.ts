// The part of the WebAssembly JavaScript API that we use. TypeScript has it in its DOM library only,
// which would let browser globals into code that runs in Node.js.
declare namespace WebAssembly {
  interface Global<T = number> {
    readonly value: T
  }
  class Memory {
    readonly buffer: ArrayBuffer
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean })
  }
  class Module {
    constructor(bytes: Uint8Array)
    static imports(module: Module): readonly { module: string; name: string; kind: string }[]
    static exports(module: Module): readonly { name: string; kind: string }[]
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>
    constructor(module: Module, imports?: Imports)
  }
  class RuntimeError extends Error {}
  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>
  function compile(bytes: Uint8Array): Promise<Module>
  function instantiate(module: Module, imports?: Imports): Promise<Instance>
  function instantiate(
    bytes: Uint8Array,
    imports?: Imports,
  ): Promise<{ module: Module; instance: Instance }>
}
