// A Variable is a tensor that can be assigned to: weights, statistics, optimizer slots, the state of a generator. Its
// newest value is in JavaScript memory or, while programs of a backend with memory of its own use it, in a home there;
// a version number tells which copies are old.

import type { Backend, Binding, Home } from '../backend/backend.js';
import { currentBackend } from '../backend/select.js';
import type { DType, TypedArray } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { currentInterpreter } from './op.js';
import { sameShape, showShape, type Shape } from './shapes.js';
import { Tensor } from './tensor.js';

/** Held by a Variable while a program that uses it runs in the background. */
export interface VariableGuard {
  /** Blocks until the run stands at a boundary (or has ended). */
  wait(): void;
  /** Calls `read` once the run stands at a boundary. */
  atBoundary<R>(read: () => R): Promise<R>;
}

interface Place {
  readonly home: Home;
  version: number;
}

let variables = 0;

/**
 * A mutable tensor. Assigning copies the value in. Ops take it like any tensor and see the value of that moment.
 */
export class Variable extends Tensor {
  readonly name: string;
  /** Whether `grad`-based training changes it. */
  trainable: boolean;
  /** @internal Set while a background run writes it. */
  guard_: VariableGuard | null = null;
  /** @internal Background runs that read it, side by side. */
  readonly readers_ = new Set<VariableGuard>();

  /** JavaScript's copy; null only when disposed. */
  private host: TypedArray;
  /** Whether some tensor shares `host`: then the next write goes to a fresh array. */
  private shared = false;
  private hostVersion = 1;
  private version = 1;
  private places: Map<Backend, Place> | null = null;

  /**
   * @internal Use `variable()`.
   * @param host not copied
   */
  constructor(host: TypedArray, shape: Shape, dtype: DType, name?: string, trainable = true) {
    super(host, shape, dtype);
    this.host = host;
    this.name = name ?? `variable_${variables}`;
    this.trainable = trainable;
    // tidy leaves Variables alone, as in tfjs.
    this.kept = true;
    variables++;
  }

  /** @internal The newest value in JavaScript memory, to be read only. */
  override array_(what: string): TypedArray {
    super.content_(what);
    const interpreter = currentInterpreter();
    if (interpreter.refuseRead) throw interpreter.refuseRead(what);
    this.guard_?.wait();
    if (this.hostVersion !== this.version) this.fetch();
    return this.host;
  }

  override snapshot_(): Tensor {
    return currentInterpreter().read(this);
  }

  /** @internal The present elements as a tensor, shared until the next write. */
  shareElements_(): Tensor {
    const array = this.array_('snapshot');
    // A run that is on has bound the array and uses it again: no other array can take its place now.
    if (this.guard_ || this.readers_.size > 0) return new Tensor(array.slice(), this.shape, this.dtype);
    this.shared = true;
    return new Tensor(array, this.shape, this.dtype);
  }

  /** The elements of now, or while a run trains it, of the last completed step. */
  override data(): Promise<TypedArray> {
    const guard = this.guard_;
    if (!guard) return super.data();
    return guard.atBoundary(() => {
      if (this.hostVersion !== this.version) this.fetch();
      return this.host.slice();
    });
  }

  /** The elements of now, shared until the next write to the Variable. */
  override view(): TypedArray {
    return this.snapshot_().view();
  }

  /**
   * Sets the value; shape and dtype must be the Variable's. Inside `jit` the assignment becomes part of the program.
   * @throws ArgumentError on another shape or dtype
   */
  assign(value: Tensor): this {
    if (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype) {
      throw new ArgumentError(
        `assign to ${this.name}: expected ${this.dtype} of shape ${showShape(this.shape)}, ` +
          `got ${value.dtype} of shape ${showShape(value.shape)}.`,
      );
    }
    super.content_('assign');
    currentInterpreter().assign(this, value);
    return this;
  }

  /** @internal Copies elements in. */
  write_(from: TypedArray): void {
    const to = this.writableArray_(false);
    if (to !== from) to.set(from);
  }

  /**
   * @internal JavaScript's array, to be written: counts as a new version, and is never shared with a tensor.
   * @param keep whether the present elements matter
   */
  writableArray_(keep = true): TypedArray {
    this.waitToUse_(true);
    if (keep && this.hostVersion !== this.version) this.fetch();
    this.unshare(keep);
    this.hostVersion = ++this.version;
    return this.host;
  }

  /**
   * @internal What a program of `backend` binds: the array itself, or a home that holds the newest value.
   * @param written whether the program writes it; call `written_` after the run
   */
  binding_(backend: Backend, written: boolean): Binding {
    super.content_('run');
    if (!backend.ownMemory) {
      if (this.hostVersion !== this.version) this.fetch();
      if (written) this.unshare(true);
      return this.host;
    }
    this.places ??= new Map();
    let place = this.places.get(backend);
    if (!place) {
      place = { home: backend.createHome(this.dtype, this.size), version: 0 };
      this.places.set(backend, place);
    }
    if (place.version !== this.version) {
      if (this.hostVersion !== this.version) this.fetch();
      place.home.write(this.host);
      place.version = this.version;
    }
    return place.home;
  }

  /** @internal A run of `backend` has written what `binding_` gave it. */
  written_(backend: Backend): void {
    this.version++;
    if (!backend.ownMemory) this.hostVersion = this.version;
    else {
      const place = this.places?.get(backend);
      if (place) place.version = this.version;
    }
  }

  /** @internal Blocks until no background run is in the middle of writing it; or, to write it, of using it. */
  waitToUse_(toWrite: boolean): void {
    this.guard_?.wait();
    if (toWrite) for (const reader of this.readers_) reader.wait();
  }

  override dispose(): void {
    super.dispose();
    for (const place of this.places?.values() ?? []) place.home.release();
    this.places = null;
  }

  /** Brings the newest value into JavaScript memory. */
  private fetch(): void {
    for (const place of this.places?.values() ?? []) {
      if (place.version !== this.version) continue;
      this.unshare(false);
      place.home.read(this.host);
      this.hostVersion = this.version;
      return;
    }
  }

  private unshare(keep: boolean): void {
    if (!this.shared) return;
    const fresh = currentBackend().allocate(this.dtype, this.size);
    if (keep) fresh.set(this.host);
    this.host = fresh;
    this.content = fresh;
    this.shared = false;
  }
}
