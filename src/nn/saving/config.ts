// Configs in files are Keras': keys and the names of modes in snake_case, `class_name` beside `config`. In memory they
// are TypeScript's. What classes of the user's own say is not touched, but for the case of their keys.

import { ArgumentError } from '../../contract/errors.js';
import { FormatError, quoted } from '../../io/errors.js';
import { isObject, type Json, type JsonObject } from '../../io/json.js';
import type { Config, ConfigValue } from '../config/fields.js';
import { isBuiltIn } from '../config/registry.js';

/** `useBias` -> `use_bias`, as TensorFlow.js writes it. */
export function snakeCase(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** `use_bias` -> `useBias`, as TensorFlow.js reads it. */
export function camelCase(name: string): string {
  return name.length <= 1 ? name : name.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase());
}

/** An object with its class, ready for a file. */
export function toKeras(object: { getClassName(): string; getConfig(): Config }): JsonObject {
  return savedClass(object.getClassName(), object.getConfig());
}

function savedClass(className: string, config: ConfigValue): JsonObject {
  return { class_name: className, config: written(config, isBuiltIn(className), className) };
}

function isConfig(value: ConfigValue): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A value of a config, ready for a file.
 * @param own whether the class is Hebb's: then strings are names, and are written in snake case
 * @throws ArgumentError on a key that would come back as another
 */
function written(value: ConfigValue, own: boolean, className: string): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return own ? snakeCase(value) : value;
  if (typeof value !== 'object') return value;
  if (!isConfig(value)) return value.map((item) => written(item, own, className));
  if (typeof value.className === 'string' && 'config' in value)
    return savedClass(value.className, value.config);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const snake = snakeCase(key);
      if (camelCase(snake) !== key) {
        throw new ArgumentError(
          `save: the option '${key}' of ${className} would come back as '${camelCase(snake)}'; name it in camelCase.`,
        );
      }
      // Names of layers and models are not modes.
      return [snake, key === 'name' && typeof item === 'string' ? item : written(item, own, className)];
    }),
  );
}

/** A class and its config, from a file. */
export interface SavedObject {
  readonly className: string;
  readonly config: Config;
}

/** Levels of a config; classes within classes count two each. */
const deepest = 100;

/**
 * A class and its config, from a file.
 * @param what the object, for messages
 * @throws FormatError unless it has the form `{class_name, config}`
 */
export function fromKeras(value: unknown, source: string, what: string): SavedObject {
  if (!isObject(value) || typeof value.class_name !== 'string') {
    throw new FormatError(source, `${what}: expected {class_name, config}, got ${quoted(value)}`);
  }
  return readClass(value, source, what, 0);
}

function readClass(value: JsonObject, source: string, what: string, depth: number): SavedObject {
  const className = value.class_name as string;
  const { config = {} } = value;
  if (!isObject(config) && !Array.isArray(config)) {
    throw new FormatError(source, `${what}: expected the config of ${quoted(className)} to be an object`);
  }
  return { className, config: read(config, isBuiltIn(className), source, what, depth + 1) as Config };
}

function read(value: Json, own: boolean, source: string, what: string, depth: number): ConfigValue {
  if (depth > deepest)
    throw new FormatError(source, `${what}: its config is nested more than ${deepest} deep`);
  if (typeof value === 'string') return own ? camelCase(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => read(item, own, source, what, depth + 1));
  if (typeof value.class_name === 'string' && 'config' in value) {
    return { ...readClass(value, source, what, depth) };
  }
  const config: Config = {};
  for (const key of Object.keys(value)) {
    const name = camelCase(key);
    if (name === '__proto__' || key === '__proto__')
      throw new FormatError(source, `${what}: an option cannot be called '${key}'`);
    const item = value[key];
    config[name] =
      key === 'name' && typeof item === 'string' ? item : read(item, own, source, what, depth + 1);
  }
  return config;
}
