// A tensor is a typed array and a shape: contiguous, row-major, immutable, in ordinary JavaScript memory. While a
// function is traced it has no array but stands for a value of the graph. src/ops installs the methods that compute.

import { type DType, type TypedArray } from '../contract/dtypes.js';
import { HebbError } from '../contract/errors.js';
import { sizeOf } from '../contract/calls.js';
import { showShape, type Shape } from './shapes.js';
import { tensorCreated, tensorDisposed } from './scopes.js';

/** What stands in place of an array in a tensor of a traced function. */
export interface Symbolic {
  /** The error for reading the value: names the line and says what to do. */
  readError(what: string): Error;
}

/** What a tensor holds: elements, a value of a graph, or null once it is disposed. */
export type Content = TypedArray | Symbolic;

/** Shape and dtype, without values. */
export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Nested arrays of numbers as `arraySync` returns them; a plain number (or boolean) for rank 0. */
export type NestedArray = number | boolean | NestedArray[];

let nextId = 1;

/**
 * An immutable n-dimensional array of `bool`, `uint8`, `int32`, `float32` or `float64`. Made by `tensor`, `zeros` and
 * their kin or by ops; the garbage collector frees it.
 */
export class Tensor implements TensorSpec {
  /** Distinguishes tensors; never used twice. */
  readonly id: number = nextId++;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  /** @internal */
  protected content: Content | null;
  /** @internal Set by `keep`: `tidy` leaves it alone. */
  kept = false;
  /**
   * @internal What a softmax or sigmoid was computed from, so that a cross-entropy of it is computed from the logits,
   * whichever way it was written.
   */
  logits_: { readonly activation: 'softmax' | 'sigmoid'; readonly input: Tensor } | null = null;

  /**
   * @internal Use `tensor` and its kin.
   * @param content not copied
   */
  constructor(content: Content | null, shape: Shape, dtype: DType) {
    this.content = content;
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
    tensorCreated(this);
  }

  /** Number of dimensions. */
  get rank(): number {
    return this.shape.length;
  }

  /** The same as `rank`'s name in tfjs, e.g. `'2'`. */
  get rankType(): string {
    return String(this.rank);
  }

  get isDisposed(): boolean {
    return this.content === null;
  }

  /**
   * @internal The elements themselves, not a copy.
   * @param what who asks, for the message
   */
  array_(what: string): TypedArray {
    const content = this.content_(what);
    if (ArrayBuffer.isView(content)) return content;
    throw content.readError(what);
  }

  /** @internal The array or graph value; throws if the tensor is disposed. */
  content_(what: string): Content {
    if (this.content === null) {
      throw new HebbError(
        `${what}: the tensor of shape ${showShape(this.shape)} (id ${this.id}) is disposed; ` +
          'read it before dispose() or before its tidy() ends, or pass it through keep().',
      );
    }
    return this.content;
  }

  /**
   * @internal A tensor of the same elements that stays as it is, whatever happens to this one: tensors return
   * themselves, Variables their present value.
   */
  snapshot_(): Tensor {
    return this;
  }

  /** The elements, copied, in row-major order. bool and uint8 come as Uint8Array. */
  dataSync(): TypedArray {
    return this.array_('dataSync').slice();
  }

  /** The elements, copied; of a Variable that is being trained, those of the last completed step. */
  data(): Promise<TypedArray> {
    return new Promise((resolve) => resolve(this.array_('data').slice()));
  }

  /**
   * The typed array itself, shared: for reading without a copy. Writing to it changes the tensor, but not copies that
   * WebAssembly keeps of large ones.
   */
  view(): TypedArray {
    return this.array_('view');
  }

  /** Marks the tensor disposed: reading it throws from now on. Never needed: the garbage collector frees tensors. */
  dispose(): void {
    if (this.content === null) return;
    this.content = null;
    tensorDisposed(this);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

// What `console.log` shows in Node.
Object.defineProperty(Tensor.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Tensor): string {
    return this.toString();
  },
});
