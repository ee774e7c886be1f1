// The native backend for tests: where it cannot be made its tests are skipped, unless HEBB_REQUIRE asks for it.

import { describe } from 'vitest';
import type { Backend, BackendOptions } from '../../../src/backend/backend.js';
import { createNativeBackend } from '../../../src/backend/native.js';
import type { TypedArray } from '../../../src/contract/dtypes.js';
import { ProgramWriter } from '../../../src/contract/encoding.js';
import { expression } from '../../../src/contract/expression.js';
import type { Program } from '../../../src/contract/program.js';
import { denseEvaluation } from '../../support/building.js';
import { asProgram } from '../../support/executing.js';

export { asProgram };

const required = (process.env.HEBB_REQUIRE ?? '').split(',').includes('native');

function attempt(options: BackendOptions): Backend | null {
  try {
    return createNativeBackend(options);
  } catch (error) {
    if (required && options.isa === undefined) throw error;
    return null;
  }
}

/** The native backend with its best instruction set and two threads; null where it cannot be made. */
export const native = attempt({ threads: 2 });

/** Instruction sets that can be forced here. */
export const instructionSets = ['baseline', 'avx2', 'avx512', 'neon'].filter((isa) => attempt({ isa }) !== null);

/** `describe`, skipped where there is no native backend. */
export const describeNative = describe.skipIf(native === null);

/** Where the addon lies, for tests that load it in another process or thread. */
export const addonPath =
  process.env.HEBB_ADDON ?? new URL('../../../build/Release/hebb.node', import.meta.url).pathname;


/** A program of one bound array of `length` float64, to each element of which it adds 1 `turns` times. */
export function counting(turns: number, length: number, withBoundary = true): Program {
  const writer = new ProgramWriter();
  const x = writer.view(writer.boundBuffer('float64', length, 'both'), 0);
  const loop = writer.beginLoop(turns, -1, []);
  const add = expression(1, (e, a) => e.add(a, 1));
  const evaluation = denseEvaluation(add, [length]);
  writer.call({ kernel: 'map', dtype: 'float64', dims: [length], ...evaluation }, () => x);
  if (withBoundary) writer.call({ kernel: 'boundary' }, () => x);
  writer.endLoop(loop);
  return asProgram(writer.finish());
}

export const bytesOf = (a: TypedArray): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
