// Classes by name, one registry a family, for names in arguments and for loading what was saved.

import { ArgumentError } from '../../contract/errors.js';
import { unknownName } from '../../platform/suggest.js';
import { camelCase } from './configured.js';
import { showValue, type Config, type ConfigValue } from './fields.js';

/** A saved object: its class and its config. */
export interface Saved {
  readonly className: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

type Constructor<T> = new (config: never) => T;

/** What is registered: a class with a name. */
export type Registrable<T> = Constructor<T> & { readonly className: string };

/** Compared without regard to case, underscores and spaces: `mean_squared_error` is `MeanSquaredError`. */
const fold = (name: string): string => name.toLowerCase().replace(/[-_\s]/g, '');

/** Folded names of the classes that Hebb brings along: all that are added while its modules load. */
const builtIn = new Set<string>();
let complete = false;

/** @internal From here on, classes that are added are the user's. */
export function sealBuiltIn(): void {
  complete = true;
}

/** Whether a class of that name came with Hebb. */
export function isBuiltIn(className: string): boolean {
  return builtIn.has(fold(className));
}

/** The classes of one family. */
export class Registry<T> {
  private readonly makers = new Map<string, (config?: object) => T>();
  private readonly names: string[] = [];

  /** @param family what the classes are, for messages: 'initializer' */
  constructor(readonly family: string) {}

  /** Adds a class under its name; a later one of the same name takes its place. */
  register(type: Registrable<T>, ...aliases: readonly string[]): void {
    if (typeof type.className !== 'string' || type.className === '') {
      throw new ArgumentError(
        `registerClass: expected a class with a static className, got ${showValue(type)}.`,
      );
    }
    const Type = type as unknown as new (config?: object) => T;
    this.add(type.className, (config) => new Type(config), ...aliases);
  }

  /** Adds a maker under a class name. */
  add(className: string, make: (config?: object) => T, ...aliases: readonly string[]): void {
    for (const name of [className, ...aliases]) this.makers.set(fold(name), make);
    if (!complete) builtIn.add(fold(className));
    const shown = camelCase(className);
    if (!this.names.includes(shown)) this.names.push(shown);
  }

  /** The names, as they are usually written. */
  get known(): readonly string[] {
    return this.names;
  }

  has(name: string): boolean {
    return this.makers.has(fold(name));
  }

  /**
   * Makes one by name, in any spelling.
   * @param what who asks, for the message
   * @throws ArgumentError if the name is not known; the nearest is suggested
   */
  make(name: string, config?: object, what = ''): T {
    const make = this.makers.get(fold(name));
    if (!make)
      throw new ArgumentError(`${what ? `${what}: ` : ''}${unknownName(this.family, name, this.names)}.`);
    return make(config);
  }

  /**
   * One from an instance, a name or `{className, config}` (`class_name` as Keras writes it will do).
   * @param isInstance tells instances of the family
   */
  resolve(identifier: unknown, isInstance: (x: unknown) => x is T, what = ''): T {
    if (isInstance(identifier)) return identifier;
    if (typeof identifier === 'string') return this.make(identifier, undefined, what);
    if (typeof identifier === 'object' && identifier !== null) {
      const { className, class_name: snake, config } = identifier as Saved & { readonly class_name?: string };
      const name = className ?? snake;
      if (typeof name === 'string') {
        if (this.has(name)) return this.make(name, config, what);
        throw new ArgumentError(
          `${what ? `${what}: ` : ''}${unknownName(this.family, name, this.names)}; a class of one's own has to be ` +
            'made known with registerClass first.',
        );
      }
    }
    throw new ArgumentError(
      `${what ? `${what}: ` : ''}expected the name of ${article(this.family)}, {className, config} or an instance, ` +
        `got ${showValue(identifier)}.`,
    );
  }
}

function article(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** `{className, config}` of an object. */
export function saved(object: { getClassName(): string; getConfig(): Config }): ConfigValue {
  return { className: object.getClassName(), config: object.getConfig() };
}
