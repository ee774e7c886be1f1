// Options: what a command declares, from which both its help and the parsing come. Node's own `util.parseArgs` takes
// the command line apart; values are converted and unknown names answered with the nearest one here.

import { parseArgs } from 'node:util';
import { suggest } from '../platform/suggest.js';
import { UsageError } from './errors.js';

/** One option of a command, with values of type T. */
export interface Option<T> {
  /** What stands for the value in the help, for example `N`; null for a flag, which has none. */
  readonly value: string | null;
  readonly help: string;
  /** One letter that stands for the option, after a single hyphen. */
  readonly short?: string;
  /** The value where the option is not given. */
  readonly fallback: T;
  /** What the help says of the fallback; default: the fallback itself, or nothing for flags and where it is null. */
  readonly fallbackHelp?: string;
  /**
   * The value a text stands for (for a flag: `'true'`).
   * @throws UsageError `expected ..., got ...`
   */
  parse(text: string): T;
}

/** The options of a command by name, as written after `--`. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of declared options. */
export type Values<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** Limits of a number: `minimum` and `maximum` are allowed themselves, `above` and `below` are not. */
interface Range {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly above?: number;
  readonly below?: number;
}

interface Declaration<T> {
  readonly value?: string;
  readonly help: string;
  readonly fallback: T;
  readonly fallbackHelp?: string;
  readonly short?: string;
}

/** An option without a value. */
export function flag(help: string, short?: string): Option<boolean> {
  return { value: null, help, short, fallback: false, parse: () => true };
}

/** A text, whatever it is; what uses it says whether it knows it. */
export function word<T extends string | null>(declaration: Declaration<T>): Option<string | T> {
  return { value: 'NAME', ...declaration, parse: (text) => text };
}

/** One of some names. */
export function choice<N extends string, T extends N | null>(
  names: readonly N[],
  declaration: Declaration<T>,
): Option<N | T> {
  return {
    value: names.join('|'),
    ...declaration,
    parse(text) {
      const found = names.find((name) => name === text);
      if (found !== undefined) return found;
      const nearest = suggest(text, names);
      const question = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
      throw new UsageError(`expected ${listOf(names)}, got '${text}'${question}`);
    },
  };
}

/** A whole number. */
export function wholeNumber<T extends number | null>(
  declaration: Declaration<T> & Range,
): Option<number | T> {
  return { value: 'N', ...declaration, parse: (text) => toWholeNumber(text, declaration) };
}

/** Any finite number. */
export function number<T extends number | null>(declaration: Declaration<T> & Range): Option<number | T> {
  return {
    value: 'X',
    ...declaration,
    parse: (text) => checked(text, Number(text), 'a number', declaration),
  };
}

/** Names with commas between them. */
export function names(declaration: Declaration<readonly string[]>): Option<readonly string[]> {
  return {
    value: 'NAME,NAME',
    fallbackHelp: declaration.fallback.join(',') || 'none',
    ...declaration,
    parse: (text) => text.split(',').map((name) => name.trim()),
  };
}

/** Whole numbers with commas between them; `none` is an empty list. */
export function wholeNumbers<T extends readonly number[] | null>(
  declaration: Declaration<T> & Range,
): Option<readonly number[] | T> {
  return {
    value: 'N,N',
    fallbackHelp: declaration.fallback?.join(',') || 'none',
    ...declaration,
    parse: (text) => (text === 'none' ? [] : text.split(',').map((part) => toWholeNumber(part, declaration))),
  };
}

function toWholeNumber(text: string, range: Range): number {
  const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : NaN;
  return checked(text, Number.isSafeInteger(value) ? value : NaN, 'a whole number', range);
}

function checked(text: string, value: number, kind: string, range: Range): number {
  const { minimum, maximum, above, below } = range;
  const inside =
    Number.isFinite(value) &&
    (minimum === undefined || value >= minimum) &&
    (maximum === undefined || value <= maximum) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below);
  if (text.trim() !== '' && inside) return value;
  const limits = [
    minimum === undefined ? '' : `of at least ${minimum}`,
    maximum === undefined ? '' : `of at most ${maximum}`,
    above === undefined ? '' : `above ${above}`,
    below === undefined ? '' : `below ${below}`,
  ].filter(Boolean);
  throw new UsageError(`expected ${[kind, limits.join(' and ')].filter(Boolean).join(' ')}, got '${text}'`);
}

/** `a, b or c` */
export function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** A command line taken apart. */
export interface Parsed<O extends Options> {
  readonly values: Values<O>;
  /** What is neither an option nor an option's value, in order. */
  readonly words: readonly string[];
}

/**
 * Takes the words after a command apart. Of an option given twice, the last one counts.
 *
 * @param command the command's name, for the messages
 * @throws UsageError on an unknown option, a missing or superfluous value, or one out of range
 */
export function parseOptions<O extends Options>(
  command: string,
  options: O,
  args: readonly string[],
): Parsed<O> {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value, short }]) => [
        name,
        { type: value === null ? ('boolean' as const) : ('string' as const), ...(short ? { short } : {}) },
      ]),
    ),
    allowPositionals: true,
    // Not strict: the sentences about what is wrong are our own, and name the nearest option.
    strict: false,
    tokens: true,
  });
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) values[name] = option.fallback;
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (!Object.hasOwn(options, name)) throw new UsageError(unknownOption(command, rawName, options));
    const option = options[name];
    if (option.value === null) {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value, got '${value}'`);
      values[name] = option.parse('true');
      continue;
    }
    if (value === undefined || (!token.inlineValue && value.startsWith('--'))) {
      throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value}`);
    }
    try {
      values[name] = option.parse(value);
    } catch (error) {
      throw error instanceof UsageError ? new UsageError(`${rawName}: ${error.message}`) : error;
    }
  }
  return { values: values as Values<O>, words };
}

function unknownOption(command: string, rawName: string, options: Options): string {
  const nearest = suggest(rawName.replace(/^-+/, ''), Object.keys(options));
  const question = nearest === undefined ? '' : `; did you mean --${nearest}?`;
  return `${command} has no option ${rawName}${question}`;
}
