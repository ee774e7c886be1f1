// Declarations of options: what a layer, an optimizer or an initializer takes in its config object, checked, given its
// default and written back by getConfig. A class states its fields once; the types of its arguments follow from them.

import { dtypes, type DType } from '../../contract/dtypes.js';
import { ArgumentError } from '../../contract/errors.js';
import { unknownName } from '../../platform/suggest.js';

/** What a config object may hold once it is written to a file. */
export type ConfigValue = string | number | boolean | null | undefined | readonly ConfigValue[] | Config;

/** A config object as `getConfig` returns it. */
export interface Config {
  [name: string]: ConfigValue;
}

/** One option: how its value is read, and how it is written. */
export interface Field<Value, Argument = Value> {
  /** Whether it must be given. */
  readonly required: boolean;
  /**
   * Checks what was given and puts the default in its place; null counts as not given.
   * @param what the owner and the option, for messages: `dense_1: units`
   */
  read(given: Argument | null | undefined, what: string): Value;
  write(value: Value): ConfigValue;
  /** Brings the argument's type along; never set. */
  readonly argument?: Argument;
}

/** A field that must be given. */
export interface RequiredField<Value, Argument = Value> extends Field<Value, Argument> {
  readonly required: true;
}

/** A field with a default. */
export interface OptionalField<Value, Argument = Value> extends Field<Value, Argument> {
  readonly required: false;
}

/** name -> field. */
export type Fields = Readonly<Record<string, Field<unknown, unknown>>>;

/** The values that the fields are read into. */
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer Value, unknown> ? Value : never;
};

type ArgumentOf<F> = F extends Field<unknown, infer Argument> ? Argument : never;
type RequiredNames<F extends Fields> = {
  [K in keyof F]: F[K] extends RequiredField<unknown, unknown> ? K : never;
}[keyof F];

/** The config object that a class with these fields takes. */
export type Arguments<F extends Fields> = {
  [K in keyof F as K extends RequiredNames<F> ? K : never]: ArgumentOf<F[K]>;
} & {
  [K in keyof F as K extends RequiredNames<F> ? never : K]?: ArgumentOf<F[K]> | null;
};

/** How a value that does not fit is shown. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (Array.isArray(value)) return `[${value.map(showValue).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `an object of class ${value.constructor?.name ?? 'null'}`;
  return String(value);
}

/**
 * Reads all fields from a config object.
 * @param strict whether options that no field reads are refused
 * @throws ArgumentError on a value that does not fit, a missing one, or an unknown option
 */
export function readFields<F extends Fields>(
  fields: F,
  config: Readonly<Record<string, unknown>>,
  owner: string,
  strict: boolean,
  known: readonly string[] = [],
): Values<F> {
  // First: an option that is missing may be there under a mistyped name.
  if (strict) {
    for (const [name, given] of Object.entries(config)) {
      if (name in fields || known.includes(name) || given === undefined || given === null) continue;
      throw new ArgumentError(
        `${owner}: ${unknownName('option', name, [...Object.keys(fields), ...known])}.`,
      );
    }
  }
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const given = config[name];
    if (field.required && (given === undefined || given === null)) {
      throw new ArgumentError(`${owner}: expected the option '${name}', which has no default.`);
    }
    values[name] = field.read(given, `${owner}: ${name}`);
  }
  return values as Values<F>;
}

/** The config of these values. */
export function writeFields<F extends Fields>(fields: F, values: Values<F>): Config {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.write(values[name])]));
}

type Kind<Value, Argument> = {
  (): RequiredField<Value, Argument>;
  (standard: Argument): OptionalField<Value, Argument>;
};

/** The usual field: a value that is checked and written as it is. */
function kind<Value extends ConfigValue>(
  expected: string,
  fits: (given: unknown) => given is Value,
): Kind<Value, Value> {
  const make = (standard?: Value): Field<Value> => ({
    required: standard === undefined,
    read(given, what) {
      const value = given ?? standard;
      if (!fits(value)) throw new ArgumentError(`${what}: expected ${expected}, got ${showValue(value)}.`);
      return value;
    },
    write: (value) => value,
  });
  return make as Kind<Value, Value>;
}

const isNumber = (x: unknown): x is number => typeof x === 'number' && Number.isFinite(x);

/** A finite number. */
export const number = kind('a finite number', isNumber);
/** A finite number above 0. */
export const positive = kind('a number above 0', (x): x is number => isNumber(x) && x > 0);
/** A finite number of at least 0. */
export const notNegative = kind('a number of at least 0', (x): x is number => isNumber(x) && x >= 0);
/** A number from 0 up to, but not including, 1. */
export const decayRate = kind(
  'a number from 0 to below 1',
  (x): x is number => isNumber(x) && x >= 0 && x < 1,
);
/** A number from 0 to 1. */
export const fraction = kind('a number from 0 to 1', (x): x is number => isNumber(x) && x >= 0 && x <= 1);
/** A whole number of at least 1. */
export const count = kind(
  'a whole number of at least 1',
  (x): x is number => isNumber(x) && Number.isInteger(x) && x >= 1,
);
/** A string that is not empty. */
export const text = kind('a name', (x): x is string => typeof x === 'string' && x !== '');
/** true or false. */
export const flag = kind('true or false', (x): x is boolean => typeof x === 'boolean');
/** A list of whole numbers; -1 (or null) stands for a dimension that is not known. */
export const shape = kind(
  'a list of whole numbers, with -1 for a dimension that follows from the others',
  (x): x is readonly (number | null)[] =>
    Array.isArray(x) && x.every((d) => d === null || (Number.isInteger(d) && (d as number) >= -1)),
);

/** One of a list of names; the nearest one is suggested. */
export function choice<Name extends string>(names: readonly Name[]): Kind<Name, Name> {
  const make = (standard?: Name): Field<Name> => ({
    required: standard === undefined,
    read(given, what) {
      const value: unknown = given ?? standard;
      if (typeof value === 'string' && (names as readonly string[]).includes(value)) return value as Name;
      if (typeof value === 'string')
        throw new ArgumentError(`${what}: ${unknownName('value', value, names)}.`);
      throw new ArgumentError(`${what}: expected one of ${names.join(', ')}, got ${showValue(value)}.`);
    },
    write: (value) => value,
  });
  return make as Kind<Name, Name>;
}

/** Any field, or undefined where nothing was given. */
export function maybe<Value, Argument>(
  field: Field<Value, Argument>,
): OptionalField<Value | undefined, Argument> {
  return {
    required: false,
    read: (given, what) => (given === undefined || given === null ? undefined : field.read(given, what)),
    write: (value) => (value === undefined ? null : field.write(value)),
  };
}

/** The seed of a generator: a whole number from 0 to 2^53 - 1, or undefined for the default generator. */
export const seed = maybe(
  kind(
    'a whole number from 0 to 2^53 - 1',
    (x): x is number => isNumber(x) && Number.isSafeInteger(x) && x >= 0,
  )(),
);

/** An element type. */
export const dtype: Kind<DType, DType> = choice(dtypes);

/** A field whose argument is turned into an instance of a family: an initializer, a regularizer, an activation. */
export function resolved<Value, Argument>(
  resolve: (given: Argument, what: string) => Value,
  write: (value: Value) => ConfigValue,
): Kind<Value, Argument> {
  const make = (standard?: Argument): Field<Value, Argument> => ({
    required: standard === undefined,
    read: (given, what) => resolve((given ?? standard) as Argument, what),
    write,
  });
  return make as Kind<Value, Argument>;
}
