// V8's re-vectorising, the opt-in gear: with an experimental flag (Node 24 and later) its optimising compiler makes one
// vector of 256 bits of two neighbours of 128, where the code has such pairs, as gemm's wide tile has. The flags are set
// around the compilation of Hebb's module alone. As V8 calls them experimental, the result is used only if it computes
// the same bits as the ordinary code, agrees with the definition, and is faster.

import { platform } from '#platform';
import type { GemmCall, KernelCall } from '../../contract/calls.js';
import { ProgramWriter } from '../../contract/encoding.js';
import { expression } from '../../contract/expression.js';
import type { Backend } from '../backend.js';
import { JsBackend } from '../js/backend.js';

/** The first V8 whose re-vectorising speeds gemm up. */
const firstVersion = 13;

/** Everything is to be compiled at once and optimised, as the flag holds only for what is compiled while it is set. */
const compileAtOnce = ['--no-liftoff', '--no-wasm-lazy-compilation'];
const compileAsUsual = ['--liftoff', '--wasm-lazy-compilation'];

/** Whether this engine has the flag, and can take the build with relaxed SIMD. */
export function canRevectorize(bytes: Uint8Array): boolean {
  return platform.engineVersion >= firstVersion && WebAssembly.validate(bytes as BufferSource);
}

/** The build with relaxed SIMD compiled in two ways, both optimised: re-vectorised and ordinary. */
export function compileRevectorized(bytes: Uint8Array): readonly [WebAssembly.Module, WebAssembly.Module] {
  const compile = (name: string): WebAssembly.Module =>
    new WebAssembly.Module(namedCopy(bytes, name) as BufferSource);
  for (const flag of compileAtOnce) platform.setEngineFlag(flag);
  try {
    const ordinary = compile('ordinary');
    platform.setEngineFlag('--experimental-wasm-revectorize');
    return [compile('revectorized'), ordinary];
  } finally {
    platform.setEngineFlag('--no-experimental-wasm-revectorize');
    for (const flag of compileAsUsual) platform.setEngineFlag(flag);
  }
}

/** The module with one more custom section: V8 compiles the same bytes only once, whatever the flags are. */
function namedCopy(bytes: Uint8Array, name: string): Uint8Array {
  const letters = new TextEncoder().encode(name);
  const copy = new Uint8Array(bytes.length + 3 + letters.length);
  copy.set(bytes);
  copy.set([0, 1 + letters.length, letters.length], bytes.length);
  copy.set(letters, bytes.length + 3);
  return copy;
}

const rows = 131;
const columns = 250;
const depth = 300;

/** A product whose edges are no whole tiles, and a chain of functions over its result. */
function trialProgram(): Int32Array {
  const writer = new ProgramWriter();
  const buffers = [rows * depth, depth * columns, rows * columns, rows * columns].map((length, i) =>
    writer.boundBuffer('float32', length, i < 2 ? 'read' : 'both'),
  );
  const product: GemmCall = {
    ...{ kernel: 'gemm', dtype: 'float32', precision: 'full', batch: 1, m: rows, n: columns, k: depth },
    ...{ a: 0, lda: depth, strideA: 0, transposeA: false },
    ...{ b: 1, ldb: columns, strideB: 0, transposeB: false },
    ...{ out: 2, ldc: columns, strideC: 0 },
  };
  const functions: KernelCall = {
    kernel: 'map',
    dtype: 'float32',
    dims: [rows * columns],
    expression: expression(1, (e, x) => e.fma(e.tanh(x), e.sigmoid(x), e.exp(e.min(x, 1)))),
    inputs: [{ operand: 2, offset: 0, strides: [1] }],
    outputs: [{ operand: 3, offset: 0, strides: [1] }],
  };
  for (const call of [product, functions]) {
    writer.call(call, (operand, offset) => writer.view(buffers[operand], offset));
  }
  return writer.finish();
}

function trialArrays(): Float32Array[] {
  const numbers = (length: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => ((i * 7919) % 2003) / 1001 - 1);
  const results = (): Float32Array => new Float32Array(rows * columns);
  return [numbers(rows * depth), numbers(depth * columns), results(), results()];
}

/** Milliseconds of the fastest of some runs. */
function shortest(run: () => void): number {
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const start = platform.now();
    run();
    best = Math.min(best, platform.now() - start);
  }
  return best;
}

/**
 * Compares a re-vectorised backend with an ordinary one and with the definition.
 * @returns what speaks against it; null if it is right and faster
 */
export function compareBackends(revectorized: Backend, ordinary: Backend): string | null {
  const words = trialProgram();
  const [made, expected, exact] = [revectorized, ordinary, new JsBackend()].map((backend) => {
    const arrays = trialArrays();
    backend.execute(words, arrays, 'trial', '');
    return arrays;
  });
  for (const result of [2, 3]) {
    const wrong = made[result].findIndex(
      (x, i) => x !== expected[result][i] || !(Math.abs(x - exact[result][i]) <= 1e-3),
    );
    if (wrong >= 0)
      return `re-vectorised, element ${wrong} is ${made[result][wrong]}, not ${expected[result][wrong]}`;
  }
  const time = (backend: Backend): number => {
    const arrays = trialArrays();
    return shortest(() => backend.execute(words, arrays, 'trial', ''));
  };
  const [fast, usual] = [time(revectorized), time(ordinary)];
  if (fast < 0.9 * usual) return null;
  return `re-vectorising gains nothing here: ${fast.toFixed(2)} ms, ordinary code ${usual.toFixed(2)} ms`;
}
