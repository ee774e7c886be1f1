// Loaded programs and their runs on WebAssembly. An executable owns three blocks of linear memory: the image, the arena,
// and one with room for the typed arrays that are bound to a run (copied in when it starts, out when it is closed) and
// for packed operands. Homes are used where they are.

import { platform } from '#platform';
import { checkProgram } from '../../contract/checking.js';
import { arrayHolds, dtypeBytes } from '../../contract/dtypes.js';
import { boundBuffers } from '../../contract/decoding.js';
import { ArgumentError, HebbError } from '../../contract/errors.js';
import { requests, stateAt, stateWords, statuses, type Status } from '../../contract/instructions.js';
import type { BoundBuffer, Program } from '../../contract/program.js';
import type { AdvanceOptions, Binding, Executable, Run } from '../backend.js';
import { programError } from '../failure.js';
import { bytesIn, WasmHome } from './home.js';
import { imageBound, type Image, type ImageWriter } from './image.js';
import {
  callBudget,
  callFlags,
  callImage,
  callInstructions,
  callState,
  runEveryUnit,
  runHasBoundary,
  runStopAtBoundary,
} from './layout.js';
import type { Block, LinearMemory } from './memory.js';
import type { WasmModule } from './module.js';

const statusNames = Object.keys(statuses) as Status[];

/** @throws ProgramError if the program is not sound */
export function assertSound(words: Int32Array): void {
  const fault = checkProgram(words);
  if (fault) throw programError(fault.code, fault.at);
}

/** Writes the addresses of an image's views, given those of its arena and of the bound arrays. */
export function placeViews(module: WasmModule, image: Image, arena: number, bound: ArrayLike<number>): void {
  const { words } = module.memory;
  const { viewBuffers, viewOffsets, places, origins } = image;
  for (let v = 0; v < viewBuffers.length; v++) {
    const place = places[viewBuffers[v]];
    words[(origins >> 2) + v] = (place >= 0 ? arena + place : bound[-1 - place]) + viewOffsets[v];
  }
}

/** Checks what is given for one bound buffer. */
function checkBinding(binding: Binding, expected: BoundBuffer, index: number, memory: LinearMemory): void {
  const { dtype, length } = expected;
  const isArray = ArrayBuffer.isView(binding);
  if (!isArray && !(binding instanceof WasmHome && binding.memory === memory)) {
    throw new ArgumentError(`array ${index} lies in the memory of another backend`);
  }
  if (isArray ? !arrayHolds(dtype, binding) : binding.dtype !== dtype) {
    const found = isArray ? binding.constructor.name : `a variable of ${binding.dtype}`;
    throw new ArgumentError(`array ${index}: expected a typed array for ${dtype}, got ${found}`);
  }
  if (binding.length < length) {
    throw new ArgumentError(`array ${index}: expected at least ${length} elements, got ${binding.length}`);
  }
}

/** @throws ArgumentError if what is bound does not fit */
export function checkBindings(
  bindings: readonly Binding[],
  bound: readonly BoundBuffer[],
  memory: LinearMemory,
): void {
  if (bindings.length !== bound.length) {
    throw new ArgumentError(`expected ${bound.length} arrays to bind, got ${bindings.length}`);
  }
  bindings.forEach((binding, index) => checkBinding(binding, bound[index], index, memory));
}

const paddedBytes = (buffer: BoundBuffer): number => (buffer.length * dtypeBytes[buffer.dtype] + 63) & ~63;

/** Bytes of a typed array that are copied out of linear memory when a run is closed. */
interface WrittenArray {
  readonly bytes: Uint8Array;
  readonly address: number;
  /** Whether what was there before was copied in; else there is nothing to copy out before the run is done. */
  readonly copiedIn: boolean;
}

/** Whether a bound array has to be copied in: not if it is only written, and all of it. */
export function isRead(image: Image, buffer: BoundBuffer, index: number): boolean {
  return buffer.access !== 'write' || !image.overwritten.has(image.boundBuffers[index]);
}

/** Programs with no instruction of as many nanoseconds gain nothing from threads. */
const worthThreads = 50_000;
/** Milliseconds of a slice in this thread that was to be made in the background: the event loop is waiting. */
const sliceHere = 12;

/** A budget that never ends, in milliseconds. */
const endless = Number.MAX_VALUE;

class WasmRun implements Run {
  /** In shared memory while the run is open, where other threads see it; afterwards a copy. */
  state: Int32Array;
  private open = true;
  private done = false;
  /** Address of the words that a run has in linear memory: how it is called (layout.ts, call...), and its state. */
  private readonly address: number;
  /** Whether a slice has been made, so that it is known that one is not enough. */
  private begun = false;

  /** @param bindings kept, so that homes are not collected while the run is open */
  constructor(
    private readonly module: WasmModule,
    private readonly image: Image,
    block: Block,
    private readonly written: readonly WrittenArray[],
    readonly bindings: readonly Binding[],
    private readonly onClose: () => void,
  ) {
    this.address = block.address;
    this.state = new Int32Array(module.memory.memory.buffer, block.address + callState, stateWords).fill(0);
  }

  advance(options: AdvanceOptions = {}): Status {
    if (!this.open) throw new HebbError('this run is closed');
    const { module, image } = this;
    if (image.longest >= worthThreads) module.threads.start();
    const { budget, flags, instructions } = this.call(options);
    const deadline = platform.now() + budget;
    return this.ended(module.run(image.address, this.address + callState, deadline, flags, instructions));
  }

  /**
   * The deputy makes it if it has come. Of a program that has no long instruction the first slice is made here: most are
   * done with it, in less time than it takes to hand them over.
   */
  async advanceAsync(options: AdvanceOptions = {}): Promise<Status> {
    const { threads, memory } = this.module;
    const isLong = this.begun || this.image.longest >= worthThreads;
    this.begun = true;
    if (isLong) threads.start();
    if (!isLong || !threads.hasDeputy) await platform.yieldToEventLoop();
    if (!this.open) throw new HebbError('this run is closed');
    if (!isLong || !threads.hasDeputy) {
      const slice = threads.several ? Math.min(options.budget ?? endless, sliceHere) : options.budget;
      return this.advance({ ...options, budget: slice });
    }
    const { budget, flags, instructions } = this.call(options);
    const words = memory.words;
    new Float64Array(words.buffer, this.address + callBudget, 1)[0] = budget;
    words[(this.address + callImage) >> 2] = this.image.address;
    words[(this.address + callFlags) >> 2] = flags;
    words[(this.address + callInstructions) >> 2] = instructions;
    return this.ended(await threads.call(this.address));
  }

  /** Asks the deputy, if it is at this run, to stop at the next boundary, and blocks until it has. */
  wait(): void {
    const { threads } = this.module;
    if (!threads.has(this.address)) return;
    Atomics.compareExchange(this.state, stateAt.request, requests.none, requests.pause);
    this.ended(threads.await(this.address, statuses.yielded));
  }

  close(): void {
    if (!this.open) return;
    this.wait();
    this.end();
    for (const { bytes, address, copiedIn } of this.written) {
      if (!copiedIn && !this.done) continue;
      bytes.set(this.module.memory.bytes.subarray(address, address + bytes.length));
    }
    this.onClose();
  }

  /** The program is gone: there is nothing to go on with, and nothing to copy out. */
  abandon(): void {
    this.wait();
    this.end();
  }

  private end(): void {
    this.open = false;
    this.state = this.state.slice();
  }

  /** How run() is to be called. */
  private call(options: AdvanceOptions): { budget: number; flags: number; instructions: number } {
    const { hasBoundary } = this.image;
    return {
      budget: options.budget ?? endless,
      flags:
        (hasBoundary ? runHasBoundary : 0) |
        (hasBoundary && options.stopAt === 'boundary' ? runStopAtBoundary : 0) |
        (options.budget === 0 ? runEveryUnit : 0),
      instructions: Math.min(options.instructions ?? Infinity, 0x7fffffff),
    };
  }

  private ended(status: number): Status {
    this.done = status === statuses.done;
    return statusNames[status];
  }
}

/** What an executable has of linear memory, and what the garbage collector frees when the executable is gone. */
export class ExecutableBlocks {
  image: Block | null = null;
  /** What a run has: callState bytes and its state. */
  run: Block | null = null;
  arena: Block | null = null;
  /** For packed operands of gemm. */
  packed: Block | null = null;
  /** For the typed arrays of a run; made at the first start that needs it. */
  staging: Block | null = null;

  constructor(private readonly module: WasmModule) {}

  free(): void {
    for (const block of [this.image, this.run, this.arena, this.packed, this.staging]) {
      if (block) this.module.memory.free(block);
    }
    this.image = this.run = this.arena = this.packed = this.staging = null;
  }
}

export class WasmExecutable implements Executable {
  readonly microseconds: number;
  readonly blocks: ExecutableBlocks;
  private readonly image: Image;
  private readonly bound: readonly BoundBuffer[];
  private openRun: WasmRun | null = null;
  private disposed = false;

  /**
   * @param onDispose told once when the executable is disposed, its memory already given back
   * @throws ProgramError; HebbError if there is not enough memory
   */
  constructor(
    readonly program: Program,
    private readonly module: WasmModule,
    writer: ImageWriter,
    private readonly onDispose: (executable: WasmExecutable) => void,
  ) {
    assertSound(program.words);
    this.bound = boundBuffers(program.words);
    this.blocks = new ExecutableBlocks(module);
    try {
      this.image = this.loadInto(this.blocks, writer);
      // Arrays that are not in homes are copied at some bytes a nanosecond.
      const bytes = this.bound.reduce((sum, buffer) => sum + paddedBytes(buffer), 0);
      this.microseconds = (this.image.total + bytes / 8) / 1000;
    } catch (error) {
      this.blocks.free();
      throw error;
    }
  }

  private loadInto(blocks: ExecutableBlocks, writer: ImageWriter): Image {
    const { memory } = this.module;
    const { words } = this.program;
    blocks.image = memory.allocate(imageBound(words), 'a program');
    const image = writer.write(words, blocks.image.address);
    blocks.image = memory.shrink(blocks.image, image.end - image.address);
    blocks.run = memory.allocate(callState + 4 * stateWords, 'a run');
    if (image.arenaBytes > 0) blocks.arena = memory.allocate(image.arenaBytes, "a program's arena");
    if (image.packedBytes > 0) {
      blocks.packed = memory.allocate(image.packedBytes, "a program's work space");
      for (const word of image.packedWords) memory.words[word >> 2] = blocks.packed.address;
    }
    return image;
  }

  start(bindings: readonly Binding[]): Run {
    if (this.disposed) throw new HebbError('this program has been disposed');
    if (this.openRun !== null) throw new HebbError('this program is already running: close its run first');
    checkBindings(bindings, this.bound, this.module.memory);
    const { module, blocks, image, bound } = this;
    const { memory } = module;
    const copied = bindings.filter((binding) => ArrayBuffer.isView(binding));
    const stagingBytes = bindings.reduce(
      (sum, binding, i) => (ArrayBuffer.isView(binding) ? sum + paddedBytes(bound[i]) : sum),
      0,
    );
    if (copied.length > 0 && stagingBytes > (blocks.staging?.bytes ?? 0)) {
      if (blocks.staging) memory.free(blocks.staging);
      blocks.staging = null;
      blocks.staging = memory.allocate(stagingBytes, 'the arrays of a program');
    }
    let next = blocks.staging?.address ?? 0;
    const written: WrittenArray[] = [];
    const addresses = bindings.map((binding, i) => {
      if (!ArrayBuffer.isView(binding)) return (binding as WasmHome).address;
      const address = next;
      next += paddedBytes(bound[i]);
      const bytes = bytesIn(binding).subarray(0, bound[i].length * dtypeBytes[bound[i].dtype]);
      const copiedIn = isRead(image, bound[i], i);
      if (copiedIn) memory.bytes.set(bytes, address);
      if (bound[i].access !== 'read') written.push({ bytes, address, copiedIn });
      return address;
    });
    placeViews(module, image, blocks.arena?.address ?? 0, addresses);
    const run = new WasmRun(module, image, blocks.run!, written, bindings, () => {
      if (this.openRun === run) this.openRun = null;
    });
    this.openRun = run;
    return run;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.openRun?.abandon();
    this.blocks.free();
    this.onDispose(this);
  }
}
