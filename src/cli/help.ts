// The help texts, made from what the commands declare.

import type { Description } from './command.js';
import type { Option, Options } from './options.js';

/** Options that every command has; `run.ts` looks after them. */
export const commonOptionsHelp: readonly (readonly [string, string])[] = [
  ['-h, --help', 'show this help'],
  ['    --debug', 'show the stack of an error'],
];

/** Two columns, the second one aligned. */
function table(rows: readonly (readonly [string, string])[], indent = '  '): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${indent}${left.padEnd(width)}  ${right}`.trimEnd());
}

function optionRow([name, option]: readonly [string, Option<unknown>]): readonly [string, string] {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  const { fallback, value } = option;
  const stated = value === null || fallback === null ? undefined : String(fallback);
  const fallbackHelp = option.fallbackHelp ?? stated;
  return [
    `${short}--${name}${value === null ? '' : ` ${value}`}`,
    option.help + (fallbackHelp === undefined ? '' : ` (default: ${fallbackHelp})`),
  ];
}

/** `hebb --help` */
export function overview(commands: readonly Description[]): string {
  const rows = commands.map((c) => [`${c.name} ${c.words}`.trimEnd(), c.summary] as const);
  return [
    'hebb: trains neural networks in Node.js',
    '',
    'Usage: hebb <command> [options]',
    '',
    'Commands:',
    ...table(rows),
    '',
    'Options:',
    ...table([
      ['-h, --help', 'show this help; after a command, its own'],
      ['-V, --version', 'show the version'],
    ]),
    '',
    'Examples:',
    ...table([
      ...commands.flatMap((c) => c.examples.slice(0, 2)),
      ['hebb train --help', 'all that train can do'],
    ]),
    '',
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.',
    '',
  ].join('\n');
}

/** `hebb <command> --help` */
export function commandHelp(command: Description<Options>): string {
  const options = [...Object.entries(command.options).map(optionRow), ...commonOptionsHelp];
  return [
    `hebb ${command.name}: ${command.summary}`,
    '',
    `Usage: ${['hebb', command.name, command.words, '[options]'].filter(Boolean).join(' ')}`,
    '',
    ...(command.wordsHelp.length > 0 ? [...table(command.wordsHelp), ''] : []),
    'Options:',
    ...table(options),
    '',
    'Examples:',
    ...table(command.examples),
    '',
  ].join('\n');
}
