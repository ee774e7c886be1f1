// tidy, keep and dispose, as tfjs users know them. Memory does not need them: the garbage collector frees tensors.

import { ArgumentError } from '../contract/errors.js';
import { endScope, startScope } from './scopes.js';
import { Tensor } from './tensor.js';

/** Tensors, alone or somewhere inside arrays and objects. */
export type TensorContainer = unknown;

/** All tensors in `container`: itself, or what its arrays, objects, maps and sets hold, at any depth. */
export function getTensorsInContainer(container: TensorContainer): Tensor[] {
  const found = new Set<Tensor>();
  const seen = new Set<object>();
  const walk = (value: unknown): void => {
    if (value instanceof Tensor) {
      found.add(value);
      return;
    }
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Map) for (const entry of value.values()) walk(entry);
    else if (value instanceof Set) for (const entry of value) walk(entry);
    else for (const entry of Object.values(value)) walk(entry);
  };
  walk(container);
  return [...found];
}

/**
 * Runs `body` and disposes the tensors made in it, but those that it returns (alone or inside arrays and objects),
 * those passed to `keep`, and Variables.
 * @throws ArgumentError if the function returns a Promise
 */
export function tidy<T>(body: () => T): T;
/** The same; nothing depends on the name. */
export function tidy<T>(name: string, body: () => T): T;
export function tidy<T>(nameOrBody: string | (() => T), named?: () => T): T {
  const body = typeof nameOrBody === 'string' ? named : nameOrBody;
  if (typeof body !== 'function') {
    throw new ArgumentError('tidy: expected a function, or a name and a function.');
  }
  startScope();
  let survivors: ReadonlySet<Tensor> = new Set();
  try {
    const result = body();
    if (result instanceof Promise) {
      result.catch(() => undefined);
      throw new ArgumentError(
        'tidy: expected a function that returns at once, got one that returns a Promise; call tidy inside it instead.',
      );
    }
    survivors = new Set(getTensorsInContainer(result));
    return result;
  } finally {
    endScope(survivors);
  }
}

/** Keeps a tensor beyond the `tidy` in which it is made. */
export function keep<T extends Tensor>(t: T): T {
  t.kept = true;
  return t;
}

/** Disposes all tensors in `container`: reading them throws from now on. */
export function dispose(container: TensorContainer): void {
  for (const t of getTensorsInContainer(container)) t.dispose();
}
