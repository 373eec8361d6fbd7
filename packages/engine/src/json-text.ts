/**
 * JSON that a thread has written and that the others pass on as it is: a trace of hundreds of megabytes
 * would keep a thread for seconds that took it apart.
 */
export class JsonText {
  /** UTF-8. */
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** What it says. */
  parse(): unknown {
    return JSON.parse(new TextDecoder().decode(this.bytes))
  }
}
