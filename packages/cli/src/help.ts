import type { Command, OptionTable } from './command.ts'

/** The list of commands, `altlayer --help`. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  return [
    'altlayer - launch and restake OP Stack rollups',
    '',
    'Usage: altlayer COMMAND [options]',
    '',
    'Commands:',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    '  altlayer COMMAND --help   options and an example',
    '  altlayer --version        version of altlayer, its Node.js and its platform',
    '',
    'Exit codes: 0 done, 1 failed, 2 wrong usage.',
  ].join('\n')
}

/** `altlayer COMMAND --help`. */
export function commandHelp(command: Command): string {
  const lines = [command.summary, '', `Usage: altlayer ${command.name} ${command.usage}`.trimEnd()]
  if (command.details) lines.push('', command.details)
  lines.push('', 'Options:', ...optionLines(command.options))
  lines.push('', 'Example:', `  ${command.example}`)
  return lines.join('\n')
}

function optionLines(table: OptionTable): string[] {
  const rows: [string, string][] = Object.entries(table).map(([name, spec]) => [
    `${spec.short ? `-${spec.short}, ` : ''}--${name}${spec.value ? ` ${spec.value}` : ''}`,
    spec.default === undefined ? spec.summary : `${spec.summary} (default ${spec.default})`,
  ])
  rows.push(['-h, --help', 'this text'])
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}

/** The known word closest to a mistyped one, if it is close. */
export function closest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(word, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Optimal string alignment: letters inserted, left out, replaced, or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = isSwap ? (beforePrevious[j - 2] ?? 0) + 1 : substitution
      current.push(Math.min(substitution, swap, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length] ?? 0
}
