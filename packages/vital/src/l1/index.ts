export * from './games.ts'
export * from './sender.ts'
