// The base of everything that has a config object and a class name: layers, initializers, regularizers, losses,
// metrics, optimizers. A class declares its fields; reading them, checking them and getConfig live here.

import { ArgumentError } from '../../contract/errors.js';
import { readFields, showValue, writeFields, type Config, type Fields, type Values } from './fields.js';

/** What a class of this kind states. */
export interface Declaration {
  readonly className: string;
  readonly fields: Fields;
}

/** An object made from a config object. */
export abstract class Configured<F extends Fields = Fields> {
  /** Name under which it is registered and saved; subclasses state their own. */
  static readonly className: string = '';
  /** Its options; subclasses that declare none may read their config object themselves. */
  static readonly fields: Fields = {};
  /** Options that the base class reads. */
  protected static readonly baseOptions: readonly string[] = [];

  /** The options, checked, with defaults in place. */
  protected readonly settings: Values<F>;

  protected constructor(config: object | null | undefined, owner?: string) {
    const type = new.target as unknown as Declaration & { readonly baseOptions: readonly string[] };
    const what = owner ?? camelCase(type.className || new.target.name);
    if (config !== undefined && config !== null && (typeof config !== 'object' || Array.isArray(config))) {
      throw new ArgumentError(
        `${what}: expected a config object such as {name: value}, got ${showValue(config)}.`,
      );
    }
    // A subclass without fields of its own (tfjs' way) reads further options in its constructor.
    const strict = Object.hasOwn(new.target, 'fields');
    const given = (config ?? {}) as Readonly<Record<string, unknown>>;
    this.settings = readFields(type.fields as F, given, what, strict, type.baseOptions);
  }

  getClassName(): string {
    return (this.constructor as unknown as Declaration).className || this.constructor.name;
  }

  /** The config object from which an equal one can be made. */
  getConfig(): Config {
    return writeFields((this.constructor as unknown as Declaration).fields as F, this.settings);
  }
}

/** `GlorotUniform` -> `glorotUniform`, `SGD` -> `sgd`, `RMSProp` -> `rmsprop`, `L1L2` -> `l1l2`. */
export function camelCase(className: string): string {
  const capitals = /^[A-Z0-9]+/.exec(className)?.[0].length ?? 0;
  if (capitals <= 1) return className.slice(0, 1).toLowerCase() + className.slice(1);
  return className.toLowerCase();
}
