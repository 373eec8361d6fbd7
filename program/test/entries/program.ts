// The whole program, for tests of its entry points.
export * from '../../src/main'
