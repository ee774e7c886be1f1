// jit: trace a function once, run its program for ever. A function keeps the programs of its last calls, one for each
// combination of shapes, dtypes, other arguments and backend.

import { currentBackend } from '../../backend/select.js';
import type { Backend } from '../../backend/backend.js';
import { printProgram } from '../../contract/printing.js';
import { defaultDtype } from '../../tensor/convert.js';
import type { NestedNumbers } from '../../tensor/nested.js';
import { eager } from '../../tensor/eager.js';
import { currentInterpreter, isFollowed } from '../../tensor/op.js';
import { getPrecision } from '../../tensor/precision.js';
import { Tensor, type TensorSpec } from '../../tensor/tensor.js';
import { describeArguments, flatten, isLeaf, mapNested, type Leaf } from './arguments.js';
import { compileGraph } from './compile.js';
import { Loaded } from './loaded.js';
import { profileRun, type ProfileEntry } from './profile.js';
import { RunQueue, type RunOptions } from './run.js';
import { Trace } from './trace.js';

/** What may be given where a traced function takes a tensor: also a number, which becomes a rank-0 tensor. */
export type Traceable<T> = T extends Tensor
  ? T | number
  : T extends NestedNumbers
    ? T
    : T extends readonly unknown[] | Readonly<Record<string, unknown>>
      ? { [K in keyof T]: Traceable<T[K]> }
      : T;

/** A jitted function. */
export interface Jitted<A extends readonly unknown[], R> {
  /** Runs the program to its end. */
  (...args: Traceable<A>): R;
  /** Runs it off the main thread, where the backend has threads, else in slices between turns of the event loop. */
  async(...args: Traceable<A>): Promise<R>;
  /** The same with an AbortSignal and progress; rejects with the signal's reason. */
  runAsync(args: Traceable<A>, options?: RunOptions): Promise<R>;
  /** Runs the function itself, op by op. */
  eager(...args: Traceable<A>): R;
  /** Prints the program for these arguments, without running it, and returns what it printed. */
  print(...args: Traceable<A>): string;
  /** Runs the program for the time of each instruction, the slowest first. */
  profile(...args: Traceable<A>): ProfileEntry[];
  /** Gives the memory of all its programs back at once; else the garbage collector does. */
  dispose(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
  readonly name: string;
}

/** Options of `jit`. */
export interface JitOptions {
  /** For messages and listings; default: the function's own. */
  readonly name?: string;
}

/** Programs that a function keeps: those called last. */
const programsKept = 64;
/** Programs traced before a function warns that it is traced again and again. */
const tracesBeforeWarning = 16;

/** A program, and how its results are put together. */
interface Entry {
  readonly queue: RunQueue;
  assemble(results: readonly Tensor[]): unknown;
}

class JittedFunction {
  private readonly entries = new Map<string, Entry>();
  private traces = 0;
  private warned = false;
  private lastTraced: Map<string, string> | null = null;

  constructor(
    private readonly fn: (...args: readonly unknown[]) => unknown,
    private readonly name: string,
  ) {}

  entry(args: readonly unknown[]): { entry: Entry; leaves: readonly Leaf[] } {
    const { key, leaves } = flatten(args);
    const backend = currentBackend();
    const fullKey = `${backendNumber(backend)} ${defaultDtype()} ${getPrecision()} ${key}`;
    let entry = this.entries.get(fullKey);
    if (entry) this.entries.delete(fullKey);
    else {
      this.warn(args);
      entry = this.trace(args, backend);
    }
    this.entries.set(fullKey, entry);
    if (this.entries.size > programsKept) this.entries.delete(this.entries.keys().next().value!);
    return { entry, leaves };
  }

  dispose(): void {
    for (const { queue } of this.entries.values()) queue.dispose();
    this.entries.clear();
  }

  private trace(args: readonly unknown[], backend: Backend): Entry {
    const trace = new Trace();
    const { fn } = this;
    const results: TensorSpec[] = [];
    const template = trace.record(() => {
      let leaf = 0;
      const symbolic = mapNested(args, (value) => {
        if (!isLeaf(value)) return value;
        const index = leaf++;
        return typeof value === 'number' ? trace.number(index, defaultDtype()) : trace.argument(index, value);
      });
      const returned = fn(...(symbolic as readonly unknown[]));
      trace.flush();
      return mapNested(returned, (value) => {
        if (!(value instanceof Tensor) || !trace.has(value)) return value;
        trace.result(results.length, value);
        results.push({ shape: value.shape, dtype: value.dtype });
        return new ResultPlace(results.length - 1);
      });
    });
    const loaded = new Loaded(backend, compileGraph(trace.graph), results);
    return {
      queue: new RunQueue(loaded),
      assemble: (tensors) => mapNested(template, (v) => (v instanceof ResultPlace ? tensors[v.index] : v)),
    };
  }

  private warn(args: readonly unknown[]): void {
    const now = describeArguments(args);
    const before = this.lastTraced;
    this.lastTraced = now;
    if (++this.traces <= tracesBeforeWarning || this.warned || !before) return;
    this.warned = true;
    const changed = [...now].find(([path, text]) => before.get(path) !== text);
    const cause = changed
      ? `${changed[0]} was ${before.get(changed[0]) ?? 'not there'} and is now ${changed[1]}`
      : 'the backend or the structure of the arguments changed';
    console.warn(
      `jit(${this.name}) has been traced ${this.traces} times, as ${cause}. Each trace takes milliseconds: keep ` +
        'shapes the same (pad the last batch), and pass what varies as numbers or tensors.',
    );
  }
}

/** Stands for a result in the nesting that a function returns. */
class ResultPlace {
  constructor(readonly index: number) {}
}

let backends = 0;
const backendNumbers = new WeakMap<Backend, number>();

function backendNumber(backend: Backend): number {
  let number = backendNumbers.get(backend);
  if (number === undefined) backendNumbers.set(backend, (number = ++backends));
  return number;
}

function listing(name: string, { compiled }: Loaded): string {
  const { bytes, naiveBytes } = compiled.arena;
  return (
    `${name}\n${printProgram(compiled.program)}\n` +
    `arena: ${bytes} bytes (${naiveBytes} if every value had its own memory)`
  );
}

/**
 * Makes a program of a function of tensors: the first call traces it (runs it once with symbolic tensors), further calls
 * with the same shapes, dtypes and other arguments run the program, in one go.
 *
 * Arguments and results may be nested in arrays and plain objects. Tensors and numbers are given to each run (a number
 * arrives in `fn` as a rank-0 tensor); strings, booleans and the rest are part of what a program is made for. Tensors and
 * numbers that `fn` captures are constants; Variables are read and assigned to when the program runs. The results are
 * those of the function run eagerly, to the bit.
 *
 * While another trace or a gradient tape is on, the function is simply called.
 * @example const step = jit((x, y) => { ...; return loss; }); step(x, y); await step.async(x, y);
 */
export function jit<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: JitOptions = {},
): Jitted<A, R> {
  const name = options.name ?? (fn.name || 'anonymous');
  const jitted = new JittedFunction(fn as unknown as (...args: readonly unknown[]) => unknown, name);
  const inline = (): boolean => currentInterpreter() !== eager || isFollowed();
  const direct = (args: readonly unknown[]): R => fn(...(args as unknown as A));

  const call = (...args: readonly unknown[]): R => {
    if (inline()) return direct(args);
    const { entry, leaves } = jitted.entry(args);
    return entry.assemble(entry.queue.call(leaves)) as R;
  };
  const runAsync = async (args: readonly unknown[], runOptions?: RunOptions): Promise<R> => {
    if (inline()) return direct(args);
    const { entry, leaves } = jitted.entry(args);
    return entry.assemble(await entry.queue.callAsync(leaves, runOptions)) as R;
  };
  const result = Object.assign(call, {
    async: (...args: readonly unknown[]) => runAsync(args),
    runAsync,
    eager: (...args: readonly unknown[]) => direct(args),
    print: (...args: readonly unknown[]) => {
      const text = listing(name, jitted.entry(args).entry.queue.loaded);
      console.log(text);
      return text;
    },
    profile: (...args: readonly unknown[]) => {
      const { entry, leaves } = jitted.entry(args);
      return profileRun(entry.queue.loaded, leaves);
    },
    dispose: () => jitted.dispose(),
    [Symbol.dispose]: () => jitted.dispose(),
  });
  Object.defineProperty(result, 'name', { value: name });
  return result;
}
