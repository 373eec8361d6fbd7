// The block arena alone, for its tests.
export { arenaAlloc, arenaAllocUninitialized, arenaMark, arenaRelease, arenaReset, arenaUsed } from '../../src/arena'
export { clearHostError, hostError } from '../../src/host'
export { BLOCK_ARENA, BLOCK_ARENA_SIZE } from '../../src/layout'
