export { createTracer, type Tracer, TracerError } from './tracer.ts'
