export { createTraceBudget, createTracer, type Tracer, TracerError } from './tracer.ts'
