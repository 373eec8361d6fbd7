export {
  createTraceBudget,
  createTracer,
  TRACERS,
  type Tracer,
  TracerError,
  tooLarge,
} from './tracer.ts'
