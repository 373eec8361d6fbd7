export { haltReason } from './halt.ts'
export { createTracer, type TraceContext, type Tracer, TracerError } from './tracer.ts'
