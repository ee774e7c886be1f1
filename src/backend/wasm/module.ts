// The compiled module: which of the two builds, its one instance, and the memory that goes with it.

import { platform } from '#platform';
import { BackendError } from '../../contract/errors.js';
import { programVersion } from '../../contract/instructions.js';
import { unknownName } from '../../platform/suggest.js';
import { stateArea, statusBroken, workBase, workBytes } from './layout.js';
import { LinearMemory } from './memory.js';
import { canRevectorize } from './revectorize.js';
import { Threads } from './threads.js';

/**
 * Names of the builds: 128-bit SIMD, and the same with relaxed SIMD, which has fused multiply-add. Re-vectorised is the
 * latter, compiled by an engine that makes vectors of 256 bits of neighbours (revectorize.ts).
 */
const builds = {
  simd: 'hebb',
  'relaxed-simd': 'hebb-relaxed',
  revectorized: 'hebb-relaxed',
} as const;

/** An instruction set of the module. */
export type WasmInstructionSet = keyof typeof builds;

const instructionSets = Object.keys(builds) as WasmInstructionSet[];

/** What the module exports; see assembly/index.ts. */
interface WasmExports {
  version(): number;
  initialise(workSpace: number): void;
  run(
    image: number,
    state: number,
    deadline: number,
    flags: number,
    instructions: number,
    leader: number,
  ): number;
}

/** Threads whose module nobody uses any more leave. */
const lostModules = new FinalizationRegistry<Threads>((threads) => threads.stop());

/** This thread's instance, with its memory, and the threads that have instances of their own. */
export class WasmModule {
  readonly memory: LinearMemory;
  readonly threads: Threads;
  /** Address of the state words of an eager operation. */
  readonly stateAddress = stateArea;
  /** Bytes of a row of gemm's panels (gemmPlanPanel of layout.ts). */
  readonly panelBytes: number;
  private readonly exports: WasmExports;

  /**
   * @param code of the build for `isa`, as bytes or compiled
   * @param threads how many, this one included
   * @param maximumBytes bound on all memory; default: the 4 GiB of 32-bit addresses
   */
  constructor(
    readonly isa: WasmInstructionSet,
    code: Uint8Array | WebAssembly.Module,
    threads = 1,
    maximumBytes?: number,
  ) {
    this.panelBytes = isa === 'revectorized' ? 64 : 32;
    this.memory = new LinearMemory(workBase + workBytes, maximumBytes);
    // Only the deputy has something to report.
    const finished = (): void => {};
    const imports = { env: { memory: this.memory.memory, now: () => platform.now(), finished } };
    const module = code instanceof WebAssembly.Module ? code : new WebAssembly.Module(code as BufferSource);
    const exports = new WebAssembly.Instance(module, imports).exports as unknown as WasmExports;
    if (exports.version() !== programVersion) {
      throw new BackendError(
        `the WebAssembly module is of version ${exports.version()}, Hebb of ${programVersion}: run \`npm run build:wasm\``,
      );
    }
    exports.initialise(workBase);
    this.exports = exports;
    this.threads = new Threads(module, this.memory, threads);
    lostModules.register(this, this.threads);
  }

  /**
   * Goes on with a run in this thread.
   * @returns its status
   * @throws HebbError if a thread, this one or a helper, has trapped
   */
  run(image: number, state: number, deadline: number, flags: number, instructions: number): number {
    try {
      const status = this.exports.run(image, state, deadline, flags, instructions, 0);
      if (status !== statusBroken) return status;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw this.threads.error(error.message);
    }
    throw this.threads.error();
  }
}

/** What HEBB_WASM can be. */
const settings: Readonly<Record<string, WasmInstructionSet>> = {
  simd: 'simd',
  relaxed: 'relaxed-simd',
  revectorize: 'revectorized',
};

/**
 * The bytes of the build to use: relaxed SIMD where the engine has it, else plain. Node 20 has it behind a flag, which
 * HEBB_WASM=relaxed or asking for 'relaxed-simd' sets. 'revectorized' is for those who ask for it; where HEBB_WASM asks
 * and it is not to be had, there is the best of the others.
 * @param asked the instruction set asked for, if any
 * @throws BackendError if it is unknown or not to be had
 */
export function chooseModule(asked: string | undefined): { isa: WasmInstructionSet; bytes: Uint8Array } {
  const setting = platform.environment('HEBB_WASM');
  if (setting !== undefined && !Object.hasOwn(settings, setting)) {
    const names = Object.keys(settings).join("', '");
    throw new BackendError(`HEBB_WASM=${setting} is set, but it can only be one of '${names}'`);
  }
  const wish = asked ?? (setting && settings[setting]);
  const known = instructionSets.find((isa) => isa === wish);
  if (wish !== undefined && known === undefined) {
    throw new BackendError(unknownName('WebAssembly instruction set', wish, instructionSets));
  }
  if (known === 'revectorized') {
    const bytes = platform.wasmModule(builds.revectorized);
    if (canRevectorize(bytes)) return { isa: known, bytes };
    if (asked !== undefined) {
      throw new BackendError(
        'this JavaScript engine does not re-vectorise WebAssembly: Node 24 and later do',
      );
    }
  }
  if (known !== 'simd') {
    const bytes = platform.wasmModule(builds['relaxed-simd']);
    if (WebAssembly.validate(bytes as BufferSource)) return { isa: 'relaxed-simd', bytes };
    if (known === 'relaxed-simd') {
      platform.setEngineFlag('--experimental-wasm-relaxed-simd');
      if (WebAssembly.validate(bytes as BufferSource)) return { isa: 'relaxed-simd', bytes };
      throw new BackendError('this JavaScript engine has no relaxed SIMD for WebAssembly');
    }
  }
  const bytes = platform.wasmModule(builds.simd);
  if (!WebAssembly.validate(bytes as BufferSource)) {
    throw new BackendError('this JavaScript engine has no SIMD for WebAssembly');
  }
  return { isa: 'simd', bytes };
}
