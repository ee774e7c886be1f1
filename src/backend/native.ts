// The native backend: programs run in the C++ addon (native/), on this thread and the addon's pool, or in the
// background. Everything lies in ordinary JavaScript memory; the addon reads and writes it in place. Node only.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  arrayConstructors,
  dtypeBytes,
  noMemoryFor,
  type DType,
  type TypedArray,
} from '../contract/dtypes.js';
import { ArgumentError, BackendError, HebbError, ProgramError } from '../contract/errors.js';
import { arenaUnitBytes, stateAt, stateWords, statuses, type Status } from '../contract/instructions.js';
import { headerAt } from '../contract/decoding.js';
import type { Program } from '../contract/program.js';
import { ArrayHome, boundArrays } from './array-home.js';
import type { AdvanceOptions, Backend, BackendOptions, Binding, Executable, Home, Run } from './backend.js';
import { programError, runError } from './failure.js';
import { faultOfAddonFile } from './native-file.js';

/** A program that the addon has loaded. */
type Handle = object;

/** What the addon exports; its answers are statuses, or one of `answers`. */
interface Addon {
  info(): { readonly instructionSets: string[]; readonly features: string[]; readonly cpus: number };
  attach(report: Int32Array): void;
  address(buffer: ArrayBuffer): number;
  adviseHuge(buffer: ArrayBuffer): void;
  execute(words: Int32Array, isa: number, threads: number, ...arrays: readonly TypedArray[]): number;
  load(words: Int32Array, isa: number, threads: number): Handle | number;
  advance(...call: AdvanceCall): number;
  advanceAsync(...call: AdvanceCall): Promise<number> | number;
  wait(handle: Handle): number;
}

type AdvanceCall = [
  handle: Handle,
  state: Int32Array,
  arena: Uint8Array,
  budget: number,
  flags: number,
  instructions: number,
  arrays: readonly TypedArray[],
];

/** As enum Answer in native/addon.cc. */
const answers = {
  invalidState: -1,
  refused: -2,
  badArray: -3,
  badArena: -4,
  busy: -5,
  noMemory: -6,
  badCall: -7,
} as const;
const arrayFaults = { wrongCount: 0, wrongType: 1, tooShort: 2 } as const;
const stopAtBoundaryFlag = 1;

const statusNames = Object.keys(statuses) as Status[];

interface Loaded {
  readonly addon: Addon;
  readonly instructionSets: readonly string[];
  readonly cpus: number;
  /** Details of the addon's last answer. */
  readonly report: Int32Array;
}

let loaded: Loaded | null = null;

/**
 * Where the addon may lie, seen from the package's root: compiled here (where the prebuilt one did not fit), or prebuilt.
 * HEBB_ADDON names another build of it, for those who test one (a sanitizer's, another architecture's).
 */
const places = process.env.HEBB_ADDON
  ? [process.env.HEBB_ADDON]
  : ['build/Release/hebb.node', `prebuilds/${process.platform}-${process.arch}/hebb.node`];

/** @throws BackendError that says for each place why it was not to be had */
function loadAddon(): Loaded {
  if (loaded) return loaded;
  const require = createRequire(import.meta.url);
  const reasons: string[] = [];
  for (const place of places) {
    const path = resolve(fileURLToPath(new URL('../..', import.meta.url)), place);
    if (!existsSync(path)) {
      reasons.push(`${place} is not there`);
      continue;
    }
    try {
      const fault = faultOfAddonFile(path);
      if (fault !== '') throw new BackendError(fault);
      const addon = require(path) as Addon;
      const { instructionSets, cpus } = addon.info();
      const report = new Int32Array(4);
      addon.attach(report);
      return (loaded = { addon, instructionSets, cpus, report });
    } catch (error) {
      reasons.push(`${place}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new BackendError(`the native addon could not be loaded (${reasons.join('; ')})`);
}

/** The error for an answer that is no status. */
function answerError(answer: number, report: Int32Array): Error {
  switch (answer) {
    case answers.refused:
      return programError(report[0], report[1]);
    case answers.badArray:
      if (report[1] === arrayFaults.wrongCount) {
        return new ArgumentError(`expected ${report[2]} arrays to bind, got ${report[0]}`);
      }
      return new ArgumentError(
        report[1] === arrayFaults.wrongType
          ? `array ${report[0]} is not the kind of typed array that the program binds there`
          : `array ${report[0]}: expected at least ${report[2]} elements, got ${report[3]}`,
      );
    case answers.invalidState:
      return new ArgumentError('the state is not one that a run of this program can have');
    case answers.badArena:
      return new ProgramError('The program needs an arena that it was not given.');
    case answers.busy:
      return new HebbError('this program is running in the background: wait for it first');
    case answers.noMemory:
      return new HebbError('there is not enough memory to load or run the program');
    default:
      return new HebbError(`the native addon was called wrongly (${answer})`);
  }
}

/** Arrays up to this size are carved out of slabs. */
const slabArrayBytes = 2048;
const slabBytes = 1 << 16;
/** From this size on memory begins at a huge page, and asks for such pages: see ARCHITECTURE.md. */
const hugeBytes = 4 << 20;
const hugePage = 2 << 20;
/**
 * Large arrays begin at different places of a page. Where all begin at the same, a load waits for a store to another
 * array that has the same lower 12 bits of its address: Adam took 9 % longer, RMSProp 4 %.
 */
const shiftedBytes = 1 << 16;
const shiftBytes = 576;
/** Of arrays: a cache line, and the widest vector. */
const alignment = arenaUnitBytes;

/**
 * Zeroed memory for the kernels. V8 keeps the elements of small typed arrays among its own objects and has to move
 * them out when an addon first asks for their address, which costs more than a small op; views of a larger buffer have
 * their elements outside from the start.
 */
class Allocator {
  private slab = new ArrayBuffer(0);
  private slabUsed = 0;
  private shifts = 0;

  constructor(private readonly addon: Addon) {}

  array(dtype: DType, length: number): TypedArray {
    const bytes = length * dtypeBytes[dtype];
    const Constructor = arrayConstructors[dtype];
    if (bytes <= slabArrayBytes) {
      if (this.slabUsed + bytes > this.slab.byteLength) this.newSlab();
      const array = new Constructor(this.slab, this.slabUsed, length);
      this.slabUsed += (bytes + alignment - 1) & -alignment;
      return array;
    }
    try {
      const [buffer, offset] = this.aligned(bytes);
      return new Constructor(buffer, offset, length);
    } catch (error) {
      throw noMemoryFor(dtype, length, error);
    }
  }

  arena(bytes: number): Uint8Array {
    const [buffer, offset] = this.aligned(bytes);
    return new Uint8Array(buffer, offset, bytes);
  }

  /** A buffer with `bytes` bytes from an aligned place on, and that place. */
  private aligned(bytes: number): [ArrayBuffer, number] {
    const unit = bytes >= hugeBytes ? hugePage : alignment;
    const shift = bytes >= shiftedBytes ? (this.shifts++ % 8) * shiftBytes : 0;
    const buffer = new ArrayBuffer(bytes + unit + shift);
    if (unit === hugePage) this.addon.adviseHuge(buffer);
    return [buffer, this.padding(buffer, unit) + shift];
  }

  private newSlab(): void {
    this.slab = new ArrayBuffer(slabBytes + alignment);
    this.slabUsed = this.padding(this.slab, alignment);
  }

  /** Bytes to the first multiple of `unit` in the buffer. */
  private padding(buffer: ArrayBuffer, unit: number): number {
    return -this.addon.address(buffer) & (unit - 1);
  }
}

class NativeRun implements Run {
  readonly state = new Int32Array(stateWords);

  constructor(
    private readonly native: Loaded,
    private readonly handle: Handle,
    private readonly arena: Uint8Array,
    private readonly arrays: readonly TypedArray[],
    private readonly onClose: (run: NativeRun) => void,
  ) {}

  advance(options: AdvanceOptions = {}): Status {
    return this.status(this.native.addon.advance(...this.call(options)));
  }

  async advanceAsync(options: AdvanceOptions = {}): Promise<Status> {
    return this.status(await this.native.addon.advanceAsync(...this.call(options)));
  }

  wait(): void {
    this.native.addon.wait(this.handle);
  }

  close(): void {
    this.wait();
    this.onClose(this);
  }

  private call(options: AdvanceOptions): AdvanceCall {
    const flags = options.stopAt === 'boundary' ? stopAtBoundaryFlag : 0;
    const budget = Math.min(options.budget ?? -1, Number.MAX_VALUE);
    const { instructions = -1 } = options;
    return [this.handle, this.state, this.arena, budget, flags, instructions, this.arrays];
  }

  private status(answer: number): Status {
    if (answer < 0) throw answerError(answer, this.native.report);
    return statusNames[answer];
  }
}

class NativeExecutable implements Executable {
  readonly microseconds: number;
  private handle: Handle | null;
  private arena: Uint8Array | null = null;
  private open: NativeRun | null = null;

  constructor(
    readonly program: Program,
    private readonly native: Loaded,
    private readonly allocator: Allocator,
    isa: number,
    threads: number,
  ) {
    const handle = native.addon.load(program.words, isa, threads);
    if (typeof handle === 'number') throw answerError(handle, native.report);
    this.handle = handle;
    this.microseconds = native.report[0];
  }

  start(bindings: readonly Binding[]): Run {
    if (this.handle === null) throw new HebbError('this program has been disposed');
    if (this.open !== null) throw new HebbError('this program is already running: close its run first');
    const arrays = boundArrays(bindings, this.program.bound);
    const arena = (this.arena ??= this.makeArena());
    this.open = new NativeRun(this.native, this.handle, arena, arrays, (run) => {
      if (this.open === run) this.open = null;
    });
    return this.open;
  }

  dispose(): void {
    this.handle = null;
    this.arena = null;
  }

  private makeArena(): Uint8Array {
    const bytes = this.program.words[headerAt.arenaUnits] * arenaUnitBytes;
    try {
      return this.allocator.arena(bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ProgramError(
        `The program cannot be run: there is not enough memory for its arena of ${(bytes / 2 ** 20).toFixed(1)} MiB. ` +
          'With smaller batches it needs less.',
        { cause: error },
      );
    }
  }
}

/** The backend of the C++ addon. */
export class NativeBackend implements Backend {
  readonly name = 'native';
  readonly ownMemory = false;
  readonly runsInBackground = true;
  private readonly native: Loaded;
  private readonly isaNumber: number;
  private readonly allocator: Allocator;
  readonly isa: string;
  readonly threads: number;

  /** @throws BackendError if the addon, the instruction set or the number of threads is not to be had */
  constructor(options: BackendOptions = {}) {
    this.native = loadAddon();
    const { instructionSets, cpus, addon } = this.native;
    this.isa = options.isa ?? instructionSets[instructionSets.length - 1];
    this.isaNumber = instructionSets.indexOf(this.isa);
    if (this.isaNumber < 0) {
      throw new BackendError(
        `the native backend cannot use the instruction set '${this.isa}' here, only ${instructionSets.join(', ')}`,
      );
    }
    this.threads = options.threads ?? cpus;
    if (!Number.isInteger(this.threads) || this.threads < 1 || this.threads > 1024) {
      throw new BackendError(`a number of threads is a whole number from 1 to 1024, not ${this.threads}`);
    }
    this.allocator = new Allocator(addon);
  }

  allocate(dtype: DType, length: number): TypedArray {
    return this.allocator.array(dtype, length);
  }

  createHome(dtype: DType, length: number): Home {
    return new ArrayHome(dtype, length, this.allocator.array(dtype, length));
  }

  execute(words: Int32Array, arrays: readonly TypedArray[], op: string, scope: string): void {
    const { addon, report } = this.native;
    // The short forms spare the engine the spreading of an array.
    const { isaNumber: isa, threads } = this;
    let answer: number;
    switch (arrays.length) {
      case 1:
        answer = addon.execute(words, isa, threads, arrays[0]);
        break;
      case 2:
        answer = addon.execute(words, isa, threads, arrays[0], arrays[1]);
        break;
      case 3:
        answer = addon.execute(words, isa, threads, arrays[0], arrays[1], arrays[2]);
        break;
      default:
        answer = addon.execute(words, isa, threads, ...arrays);
    }
    if (answer === statuses.done) return;
    if (answer !== statuses.failed) throw answerError(answer, report);
    const state = new Int32Array(stateWords);
    state[stateAt.error] = report[0];
    state[stateAt.detail0] = report[1];
    state[stateAt.detail1] = report[2];
    throw runError(state, { op, scope });
  }

  load(program: Program): Executable {
    return new NativeExecutable(program, this.native, this.allocator, this.isaNumber, this.threads);
  }
}

/** @throws BackendError with every reason why the addon could not be used */
export function createNativeBackend(options: BackendOptions = {}): Backend {
  return new NativeBackend(options);
}
