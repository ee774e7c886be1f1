// The WebAssembly backend: programs are checked and laid out here, and run by assembly/. Arrays live in JavaScript
// memory, arenas and homes in linear memory: a run copies the typed arrays bound to it, and uses homes in place.

import { newArray, type DType, type TypedArray } from '../contract/dtypes.js';
import type { Program } from '../contract/program.js';
import type { Backend, BackendOptions, Executable, Home } from './backend.js';
import { EagerRunner } from './wasm/eager.js';
import { WasmExecutable, type ExecutableBlocks } from './wasm/executable.js';
import { WasmHome } from './wasm/home.js';
import { ImageWriter } from './wasm/image.js';
import type { Block } from './wasm/memory.js';
import { chooseModule, WasmModule } from './wasm/module.js';

export class WasmBackend implements Backend {
  readonly name = 'wasm';
  readonly isa: string;
  readonly threads = 1;
  readonly ownMemory = true;
  readonly runsInBackground = false;
  private readonly module: WasmModule;
  private readonly writer: ImageWriter;
  private readonly eager: EagerRunner;
  private readonly lostHomes: FinalizationRegistry<Block>;
  private readonly lostExecutables: FinalizationRegistry<ExecutableBlocks>;

  constructor(module: WasmModule) {
    this.module = module;
    this.isa = module.isa;
    this.writer = new ImageWriter(module.memory);
    this.eager = new EagerRunner(module, this.writer);
    this.lostHomes = new FinalizationRegistry((block) => module.memory.free(block));
    this.lostExecutables = new FinalizationRegistry((blocks) => blocks.free());
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
 * Makes the WebAssembly backend. It runs on one thread, however many are asked for.
 * @throws BackendError if the engine or the build cannot serve
 */
export function createWasmBackend(options: BackendOptions = {}): WasmBackend {
  const { isa, bytes } = chooseModule(options.isa);
  return new WasmBackend(new WasmModule(isa, bytes));
}
