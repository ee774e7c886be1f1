// Running the cases of the conformance sweep: eagerly, loaded and paused, inside longer arrays; and what differs.

import type { AdvanceOptions, Backend, Home } from '../../src/backend/backend.js';
import { boundBuffers, headerAt } from '../../src/contract/decoding.js';
import type { DType, TypedArray } from '../../src/contract/dtypes.js';
import { newArray } from '../../src/contract/dtypes.js';
import { ProgramWriter } from '../../src/contract/encoding.js';
import { identity } from '../../src/contract/expression.js';
import { bufferWords, opcodes, tailOffsets, viewWords } from '../../src/contract/instructions.js';
import type { Program } from '../../src/contract/program.js';
import { denseEvaluation } from './building.js';
import { copies, type Case } from './cases.js';
import { describeDifference } from './tolerance.js';

/** Words as a program, without sources. */
export const asProgram = (words: Int32Array): Program => ({ words, bound: boundBuffers(words), sources: [] });

/** A program with an arena of `units` * 64 bytes, of which it uses the first ten elements. */
export function programWithArena(units: number): Program {
  const writer = new ProgramWriter();
  const arena = writer.arenaBuffer('float32', 10, 0, units);
  writer.call(
    { kernel: 'map', dtype: 'float32', dims: [10], ...denseEvaluation(identity, [10]) },
    (_, offset) => writer.view(arena, offset),
  );
  return asProgram(writer.finish());
}

/** The arrays after running the case at once. */
export function executed(backend: Backend, c: Case): TypedArray[] {
  const arrays = copies(c);
  backend.execute(c.words, arrays, c.name, '');
  return arrays;
}

/** The arrays after running the case as a loaded program, bound to homes, with a stop after each advance. */
export function advanced(backend: Backend, c: Case, options: AdvanceOptions): TypedArray[] {
  const homes = copies(c).map((array, i): Home => {
    const home = backend.createHome(c.arrays[i].dtype, array.length);
    home.write(array);
    return home;
  });
  const executable = backend.load(asProgram(c.words));
  const run = executable.start(homes);
  let status = run.advance(options);
  while (status === 'yielded') status = run.advance(options);
  if (status !== 'done') throw new Error(`${c.name}: ${status}`);
  run.close();
  executable.dispose();
  const arrays = homes.map((home) => home.read());
  for (const home of homes) home.release();
  return arrays;
}

/** What stands around the elements of a case inside longer arrays: where it is read, it shows. */
const guard = (dtype: DType): number =>
  ({ bool: 1, uint8: 201, int32: -77_777, float32: NaN, float64: NaN })[dtype];

/** Elements before and after those of the case: odd numbers, so that no vector is aligned. */
export const before = 5;
export const after = 19;

/** The same case inside longer arrays, `before` elements from their start: every view begins at an odd address. */
export function surrounded(c: Case): Case {
  const words = c.words.slice();
  for (let b = 0; b < words[headerAt.bufferCount]; b++) {
    words[words[headerAt.buffersAt] + b * bufferWords + 2] += before + after;
  }
  for (let v = 0; v < words[headerAt.viewCount]; v++)
    words[words[headerAt.viewsAt] + v * viewWords + 1] += before;
  const arrays = c.arrays.map((a) => {
    const array = newArray(a.dtype, a.array.length + before + after).fill(guard(a.dtype));
    array.set(a.array, before);
    return { ...a, array };
  });
  return { ...c, words, arrays };
}

/** What was written outside the elements of a surrounded case; empty if nothing was. */
export function trespasses(c: Case, arrays: readonly TypedArray[]): string[] {
  return arrays.flatMap((array, i) => {
    const value = guard(c.arrays[i].dtype);
    const outside = [...array.subarray(0, before), ...array.subarray(array.length - after)];
    return outside.every((x) => Object.is(x, value)) ? [] : [`${c.name}: written outside of array ${i}`];
  });
}

/** The same case in a loop of one turn. */
export function looped(c: Case): Case {
  const at = c.words[headerAt.codeAt];
  const loop = [opcodes.loop, tailOffsets.loop, 0, 1, -1, c.words[headerAt.codeWords], 0];
  const words = Int32Array.of(...c.words.subarray(0, at), ...loop, ...c.words.subarray(at));
  words[headerAt.codeWords] += loop.length;
  words[headerAt.totalWords] += loop.length;
  return { ...c, words };
}

/** How the outputs differ from those wanted, and the inputs from what they were: to the bit, or within the tolerance. */
export function faults(
  c: Case,
  actual: readonly TypedArray[],
  wanted: readonly TypedArray[],
  exact: 'to the bit' | 'within the tolerance',
): string[] {
  return c.arrays
    .map(({ dtype, access, array }, i) =>
      access === 'read'
        ? describeDifference(actual[i], array, dtype, { ulp: 0 })
        : describeDifference(actual[i], wanted[i], dtype, exact === 'to the bit' ? { ulp: 0 } : c.tolerance),
    )
    .filter((text) => text !== '')
    .map((text) => `${c.name}: ${text}`);
}
