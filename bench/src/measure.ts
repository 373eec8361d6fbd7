/** Median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}

/**
 * Microseconds of processor time a call of `work` takes, which other programs on the machine disturb less
 * than the clock's: the median of `rounds` rounds of about `milliseconds` each, after one of warm-up.
 */
export function microsecondsPerCall(work: () => unknown, milliseconds = 100, rounds = 5): number {
  const round = () => {
    const end = performance.now() + milliseconds
    const before = process.cpuUsage()
    let calls = 0
    do {
      work()
      calls++
    } while (performance.now() < end)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / calls
  }
  round()
  return median(Array.from({ length: rounds }, round))
}

/** Prints rows under a head, columns aligned; the first column to the left, the others to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
  console.log(line(head))
  console.log(widths.map((width) => '-'.repeat(width)).join('  '))
  for (const row of rows) console.log(line(row))
}

/** A number with as many decimals as three significant digits need. */
export function figure(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
