// What a backend is: it executes programs. Everything above (tensors, ops, jit, layers) knows only this interface.

import type { DType, TypedArray } from '../contract/dtypes.js';
import type { Status } from '../contract/instructions.js';
import type { Program } from '../contract/program.js';

export type BackendName = 'native' | 'wasm' | 'js';

/**
 * Memory outside any arena in which a backend keeps a Variable, or an array that many runs read, so that nothing is
 * copied between runs. On native and js it is an ordinary typed array.
 */
export interface Home {
  readonly dtype: DType;
  /** In elements. */
  readonly length: number;
  /** The typed array itself where JavaScript can read and write it in place, else null. */
  readonly array: TypedArray | null;
  /** Copies the elements out, into `into` or a new array. */
  read(into?: TypedArray): TypedArray;
  /** Copies `from` in; it has the same length. */
  write(from: TypedArray): void;
  /** Gives the memory back at once; else the garbage collector does. */
  release(): void;
}

/** What is bound to a program's bound buffers, in order. */
export type Binding = TypedArray | Home;

export interface AdvanceOptions {
  /** Milliseconds after which to stop; default: none. */
  readonly budget?: number;
  /** Stop only at boundaries (if the program has any), or at any instruction (the default). */
  readonly stopAt?: 'boundary' | 'instruction';
  /** Stop after this many instructions; for tests of resuming. */
  readonly instructions?: number;
}

/** One run of a program, from start to done, in as many advances as the caller likes. */
export interface Run {
  /** The state words (contract/instructions.ts, stateFields). The request word may be written while a run is on. */
  readonly state: Int32Array;
  /** Goes on in this thread (and the pool's) until done, failed, or told to stop. */
  advance(options?: AdvanceOptions): Status;
  /**
   * The same off the main thread where the backend has threads of its own; elsewhere in this thread, after the event
   * loop has had a turn. Only one advance of a run may be under way. It may yield before its budget is used up, where
   * it may stop at all.
   */
  advanceAsync(options?: AdvanceOptions): Promise<Status>;
  /** Asks an advance that is under way off the main thread to stop at its next boundary and blocks until it has. */
  wait(): void;
  /** Copies what was written to bound arrays back where that is needed, and frees the program for its next run. */
  close(): void;
}

/** A loaded program, with its arena. */
export interface Executable {
  readonly program: Program;
  /** Rough time of a run on one thread; Infinity where that is not known. */
  readonly microseconds: number;
  /**
   * Starts a run; only one run of an executable may be open at a time.
   * @throws ArgumentError if a binding has the wrong dtype or is too short
   */
  start(bindings: readonly Binding[]): Run;
  /** Gives the arena back at once; else the garbage collector does. */
  dispose(): void;
}

export interface Backend {
  readonly name: BackendName;
  /** Instruction set in use: 'avx512', 'avx2', 'baseline', 'neon'; 'simd', 'relaxed-simd', 'revectorized'; 'js'. */
  readonly isa: string;
  readonly threads: number;
  /** Whether homes lie in memory of the backend's own (WASM), so that typed arrays bound to a run are copied. */
  readonly ownMemory: boolean;
  /** Whether `advanceAsync` leaves this thread, so that the event loop is free meanwhile. */
  readonly runsInBackground: boolean;
  /** One sentence for each thing about it that is less than it could be; default: none. */
  readonly notes?: readonly string[];
  /** A zeroed array in JavaScript memory, aligned for this backend's kernels. */
  allocate(dtype: DType, length: number): TypedArray;
  createHome(dtype: DType, length: number): Home;
  /**
   * Checks and runs a program once, without an arena: an eager op.
   * @param words may be reused by the caller afterwards
   * @throws ProgramError, or RunError with the source given
   */
  execute(words: Int32Array, arrays: readonly TypedArray[], op: string, scope: string): void;
  /**
   * Checks and loads a program.
   * @throws ProgramError
   */
  load(program: Program): Executable;
}

/** How to make a backend: `createBackend('native', {isa: 'avx2', threads: 1})`. */
export interface BackendOptions {
  /** Instruction set to use instead of the best one. */
  readonly isa?: string;
  /** Threads, the caller's included; default: the CPUs this process may use, and natively no more run. */
  readonly threads?: number;
}
