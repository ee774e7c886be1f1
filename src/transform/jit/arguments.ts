// Arguments and results of jitted functions: any nesting of arrays and plain objects. Tensors and numbers in it are
// leaves, given to the program when it runs; everything else is part of what a program is made for.

import { ArgumentError } from '../../contract/errors.js';
import { showShape } from '../../tensor/shapes.js';
import { Tensor } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';

/** What a run gets. */
export type Leaf = Tensor | number;

/** Arguments taken apart. */
export interface Flattened {
  /** Equal for arguments that the same program serves. */
  readonly key: string;
  readonly leaves: readonly Leaf[];
}

let identities = 0;
const identity = new WeakMap<object, number>();

/** A number for an object (a function, an instance of a class) that stands for nothing but itself. */
function identityOf(object: object): number {
  let number = identity.get(object);
  if (number === undefined) identity.set(object, (number = ++identities));
  return number;
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What is known of an argument that is not gone into. */
function described(value: unknown): string {
  if (value instanceof Variable) return `variable ${value.name}#${value.id}`;
  if (value instanceof Tensor) return `${value.dtype}${showShape(value.shape)}`;
  if (typeof value === 'number') return 'number';
  if (typeof value === 'function') return `function #${identityOf(value)}`;
  if (typeof value === 'object' && value !== null) {
    return `${value.constructor?.name ?? 'object'} #${identityOf(value)}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

type Visit = (text: string, path: string, leaf: Leaf | null) => void;

function walk(value: unknown, path: string, visit: Visit): void {
  if (ArrayBuffer.isView(value)) {
    throw new ArgumentError(
      `jit: ${path} is a ${value.constructor.name}; pass tensor(values), whose elements the program can be given.`,
    );
  }
  if (Array.isArray(value)) {
    visit('[', path, null);
    value.forEach((v, i) => walk(v, `${path}[${i}]`, visit));
    visit(']', path, null);
  } else if (typeof value === 'object' && value !== null && isPlain(value)) {
    visit('{', path, null);
    for (const [name, v] of Object.entries(value)) {
      visit(`${JSON.stringify(name)}:`, path, null);
      walk(v, `${path}.${name}`, visit);
    }
    visit('}', path, null);
  } else visit(described(value), path, isLeaf(value) ? value : null);
}

export function isLeaf(value: unknown): value is Leaf {
  return typeof value === 'number' || (value instanceof Tensor && !(value instanceof Variable));
}

/** Takes arguments apart. */
export function flatten(args: readonly unknown[]): Flattened {
  const parts: string[] = [];
  const leaves: Leaf[] = [];
  args.forEach((arg, i) =>
    walk(arg, `argument ${i}`, (text, _path, leaf) => {
      parts.push(text);
      if (leaf !== null) leaves.push(leaf);
    }),
  );
  return { key: parts.join(' '), leaves };
}

/** What each part of the arguments counts for in the choice of a program, by its path. */
export function describeArguments(args: readonly unknown[]): Map<string, string> {
  const result = new Map<string, string>();
  args.forEach((arg, i) =>
    walk(arg, `argument ${i}`, (text, path) => {
      const before = result.get(path);
      result.set(path, before === undefined ? text : `${before} ${text}`);
    }),
  );
  return result;
}

/** The same nesting with every leaf replaced by what `replace` gives for it; plain objects and arrays are copied. */
export function mapNested(value: unknown, replace: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((v) => mapNested(v, replace));
  if (typeof value === 'object' && value !== null && isPlain(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, mapNested(v, replace)]));
  }
  return replace(value);
}
