export { createTraceBudget, createTracer, type Tracer, TracerError, tooLarge } from './tracer.ts'
