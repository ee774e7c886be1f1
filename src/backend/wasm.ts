// The WebAssembly backend: programs are checked and laid out here, and run by assembly/. Arrays live in JavaScript
// memory, arenas and homes in linear memory: a run copies the typed arrays bound to it, and uses homes in place.

import { platform } from '#platform';
import { newArray, type DType, type TypedArray } from '../contract/dtypes.js';
import { BackendError } from '../contract/errors.js';
import type { Program } from '../contract/program.js';
import type { Backend, BackendOptions, Executable, Home } from './backend.js';
import { EagerRunner } from './wasm/eager.js';
import { WasmExecutable, type ExecutableBlocks } from './wasm/executable.js';
import { WasmHome } from './wasm/home.js';
import { ImageWriter } from './wasm/image.js';
import type { Block } from './wasm/memory.js';
import { chooseModule, WasmModule, type WasmInstructionSet } from './wasm/module.js';
import { compareBackends, compileRevectorized } from './wasm/revectorize.js';
import { maximumThreads } from './wasm/threads.js';

export class WasmBackend implements Backend {
  readonly name = 'wasm';
  readonly isa: string;
  readonly ownMemory = true;
  private readonly module: WasmModule;
  private readonly writer: ImageWriter;
  private readonly eager: EagerRunner;
  private readonly lostHomes: FinalizationRegistry<Block>;
  private readonly lostExecutables: FinalizationRegistry<ExecutableBlocks>;

  /** @param note why it has fewer threads than were wanted, if so */
  constructor(
    module: WasmModule,
    private readonly note = '',
  ) {
    this.module = module;
    this.isa = module.isa;
    // Of one number of threads, a deputy comes in addition.
    this.writer = new ImageWriter(module.memory, module.panelBytes, module.threads.count + 1);
    this.eager = new EagerRunner(module, this.writer);
    this.lostHomes = new FinalizationRegistry((block) => module.memory.free(block));
    this.lostExecutables = new FinalizationRegistry((blocks) => blocks.free());
  }

  get threads(): number {
    return this.module.threads.several ? this.module.threads.count : 1;
  }

  get runsInBackground(): boolean {
    return this.module.threads.several;
  }

  get notes(): readonly string[] {
    const { problem } = this.module.threads;
    const reason = this.note || problem;
    return reason === '' ? [] : [`wasm: one thread only: ${reason}`];
  }

  /** Threads that have come so far: they start with the first program that is worth it. */
  get threadsPresent(): number {
    return this.module.threads.present;
  }

  /** Whether the thread that leads runs in the background has come. */
  get hasDeputy(): boolean {
    return this.module.threads.hasDeputy;
  }

  /** Bytes of linear memory that are in use. */
  get usedBytes(): number {
    return this.module.memory.usedBytes;
  }

  allocate(dtype: DType, length: number): TypedArray {
    return newArray(dtype, length);
  }

  /** @throws HebbError if there is not enough memory */
  createHome(dtype: DType, length: number): Home {
    const home = new WasmHome(dtype, length, this.module.memory, (released, block) => {
      this.lostHomes.unregister(released);
      this.module.memory.free(block);
    });
    this.lostHomes.register(home, home.block, home);
    return home;
  }

  execute(words: Int32Array, arrays: readonly TypedArray[], op: string, scope: string): void {
    this.eager.execute(words, arrays, op, scope);
  }

  /** @throws ProgramError; HebbError if there is not enough memory */
  load(program: Program): Executable {
    const executable = new WasmExecutable(program, this.module, this.writer, (disposed) =>
      this.lostExecutables.unregister(disposed),
    );
    this.lostExecutables.register(executable, executable.blocks, executable);
    return executable;
  }
}

/**
 * Makes the WebAssembly backend.
 * @param options `threads`: default: as many as the process may run at once
 * @throws BackendError if the engine or the build cannot serve, or for a number of threads that there cannot be
 */
export function createWasmBackend(options: BackendOptions = {}): WasmBackend {
  const wanted = options.threads ?? Math.min(platform.parallelism(), maximumThreads);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > maximumThreads) {
    throw new BackendError(
      `a number of threads is a whole number from 1 to ${maximumThreads}, not ${wanted}`,
    );
  }
  const { isa, bytes } = chooseModule(options.isa);
  const note = wanted > 1 ? platform.noSharedMemory() : '';
  const threads = note === '' ? wanted : 1;
  if (isa === 'revectorized') {
    const [fast, usual] = compileRevectorized(bytes);
    const make = (name: WasmInstructionSet, code: WebAssembly.Module, count: number): WasmBackend =>
      new WasmBackend(new WasmModule(name, code, count), note);
    const fault = compareBackends(make(isa, fast, 1), make('relaxed-simd', usual, 1));
    if (fault === null) return make(isa, fast, threads);
    if (options.isa !== undefined) throw new BackendError(fault);
    return make('relaxed-simd', usual, threads);
  }
  return new WasmBackend(new WasmModule(isa, bytes, threads), note);
}
