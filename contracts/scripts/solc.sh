#!/bin/sh
# The solc that forge calls: npm's WebAssembly build behind the native one's command line.
exec node "$(dirname "$0")/solc.mjs" "$@"
