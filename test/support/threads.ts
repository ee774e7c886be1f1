// Threads of the WebAssembly backend come some time after the first program that wants them; tests wait for them.

import type { Backend } from '../../src/backend/backend.js';
import { WasmBackend } from '../../src/backend/wasm.js';
import type { TypedArray } from '../../src/contract/dtypes.js';
import { ProgramWriter } from '../../src/contract/encoding.js';
import { expression } from '../../src/contract/expression.js';
import type { Program } from '../../src/contract/program.js';
import { operand } from './building.js';
import { asProgram } from './executing.js';

const size = 256;

/**
 * A product of 256 x 256 matrices, long enough to be shared, and a count of the turns, over and over, with a boundary
 * after each.
 * @param turns how often
 */
export function longProgram(turns: number): { program: Program; arrays: () => TypedArray[] } {
  const writer = new ProgramWriter();
  const matrix = writer.boundBuffer('float32', size * size, 'read');
  const product = writer.boundBuffer('float32', size * size, 'write');
  const count = writer.boundBuffer('int32', 1, 'both');
  const loop = writer.beginLoop(turns, -1, []);
  writer.call(
    {
      kernel: 'gemm',
      dtype: 'float32',
      precision: 'full',
      ...{ batch: 1, m: size, n: size, k: size, strideA: 0, strideB: 0, strideC: 0 },
      ...{ transposeA: false, transposeB: true, a: 0, lda: size, b: 0, ldb: size, out: 1, ldc: size },
    },
    (index, offset) => writer.view([matrix, product][index], offset),
  );
  writer.call(
    {
      kernel: 'map',
      dtype: 'int32',
      dims: [1],
      expression: expression(1, (e, x) => e.add(x, 1)),
      inputs: [operand(0, [1])],
      outputs: [operand(0, [1])],
    },
    () => writer.view(count, 0),
  );
  writer.call({ kernel: 'boundary' }, () => -1);
  writer.endLoop(loop);
  return {
    program: asProgram(writer.finish()),
    arrays: () => [
      Float32Array.from({ length: size * size }, (_, i) => Math.sin(i)),
      new Float32Array(size * size),
      new Int32Array(1),
    ],
  };
}

/** Has all threads of a backend come. */
export async function gather(backend: Backend): Promise<void> {
  if (!(backend instanceof WasmBackend) || backend.threads === 1) return;
  const { program, arrays } = longProgram(1);
  const executable = backend.load(program);
  const run = executable.start(arrays());
  run.advance();
  run.close();
  executable.dispose();
  while (backend.threads > 1 && (backend.threadsPresent < backend.threads || !backend.hasDeputy)) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
