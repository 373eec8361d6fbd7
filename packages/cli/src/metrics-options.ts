import { type OptionTable, type OptionValues, parseNumber } from './command.ts'

/** Options of the metrics server, under the names of the OP Stack's services. */
export const metricsOptions = {
  metrics: { summary: 'serve metrics to Prometheus' },
  'metrics.addr': {
    summary: 'address that they are served on',
    value: 'ADDRESS',
    default: '127.0.0.1',
  },
  'metrics.port': { summary: 'port that they are served on', value: 'PORT', default: '7300' },
} as const satisfies OptionTable

/** Where metrics are served; undefined: nowhere. */
export interface MetricsAddress {
  readonly host: string
  readonly port: number
}

/** @throws UsageError */
export function parseMetricsOptions(
  values: OptionValues<typeof metricsOptions>,
): MetricsAddress | undefined {
  const port = values['metrics.port'] ?? metricsOptions['metrics.port'].default
  const parsed = parseNumber('metrics.port', port, 0, 65_535)
  if (!values.metrics) return undefined
  return { host: values['metrics.addr'] ?? metricsOptions['metrics.addr'].default, port: parsed }
}
