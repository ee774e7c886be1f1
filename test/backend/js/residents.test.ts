// Small programs with loops run in the backend's own memory, where expressions read and write operands in place: the same
// bits as where everything is loaded and stored, whatever overlaps.

import { describe, expect, it } from 'vitest';
import { JsBackend } from '../../../src/backend/js/backend.js';
import type { TypedArray } from '../../../src/contract/dtypes.js';
import { ProgramWriter } from '../../../src/contract/encoding.js';
import { expression } from '../../../src/contract/expression.js';
import { cases } from '../../support/cases.js';
import { denseEvaluation, operand } from '../../support/building.js';
import { asProgram, executed, faults, looped, surrounded, trespasses } from '../../support/executing.js';

const backend = new JsBackend();
const all = cases();

describe.each([...new Set(all.map((c) => c.covers[0]))])('cases of %s in a loop', (kernel) => {
  const own = all.filter((c) => c.covers[0] === kernel);

  it('give the same bits', () => {
    const list = own.flatMap((c) =>
      faults(c, executed(backend, looped(c)), executed(backend, c), 'to the bit'),
    );
    expect(list.slice(0, 20)).toEqual([]);
  });

  it('touch nothing but their elements', () => {
    const list = own.flatMap((c) => {
      const askew = looped(surrounded(c));
      return trespasses(askew, executed(backend, askew));
    });
    expect(list.slice(0, 20)).toEqual([]);
  });
});

/** Runs maps over two float32 arrays `turns` times, and the same without the backend's own memory, as that has no loop. */
function bothWays(maps: readonly (readonly [string, ReturnType<typeof expression>])[], turns: number): void {
  it.each(maps)('%s', (_name, body) => {
    const program = (loop: boolean): Int32Array => {
      const writer = new ProgramWriter();
      const buffers = [0, 1].map(() => writer.boundBuffer('float32', 6, 'both'));
      const at = loop ? writer.beginLoop(turns, -1, []) : 0;
      writer.call(
        {
          kernel: 'map',
          dtype: 'float32',
          dims: [6],
          expression: body,
          inputs: [operand(0, [6]), operand(1, [6])],
          outputs: [operand(0, [6]), operand(1, [6])],
        },
        (number, offset) => writer.view(buffers[number], offset),
      );
      if (loop) writer.endLoop(at);
      return writer.finish();
    };
    const start = (): TypedArray[] => [
      Float32Array.of(1, 2, 3, 4, 5, 6),
      Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    ];
    const [resident, loaded] = [start(), start()];
    backend.execute(program(true), resident, 'map', '');
    for (let t = 0; t < turns; t++) backend.execute(program(false), loaded, 'map', '');
    expect(resident).toEqual(loaded);
    expect(resident).not.toEqual(start());
  });
}

describe('two arrays, each in place of itself', () => {
  bothWays(
    [
      ['swapped', expression(2, (_e, a, b) => [b, a])],
      ['one copied over the other', expression(2, (e, _a, b) => [b, e.mul(b, 2)])],
      [
        'the old value read after the new one is there',
        expression(2, (e, a, b) => [e.add(a, b), e.sub(a, b)]),
      ],
      ['the old value read late', expression(2, (e, a, b) => [e.mul(a, 0.5), e.exp(e.neg(e.mul(a, b)))])],
      ['one result for both', expression(2, (e, a, b) => [e.mul(a, b), e.mul(a, b)])],
      ['a result that goes on', expression(2, (e, a, b) => [e.mul(a, b), e.sqrt(e.mul(a, b))])],
    ],
    3,
  );
});

describe('programs in one memory', () => {
  /** sum[0] += x, counted in the arena, 50 times. */
  function counting(): Int32Array {
    const writer = new ProgramWriter();
    const sum = writer.boundBuffer('float32', 3, 'both');
    const x = writer.boundBuffer('float32', 3, 'read');
    const kept = writer.arenaBuffer('float32', 3, 0, 1);
    const buffers = [sum, x, kept];
    const map = (body: ReturnType<typeof expression>, inputs: number[], output: number): void =>
      writer.call(
        { kernel: 'map', dtype: 'float32', dims: [3], ...denseEvaluation(body, [3]) },
        (number, offset) => writer.view(buffers[[...inputs, output][number]], offset),
      );
    map(
      expression(1, (_e, a) => a),
      [0],
      2,
    );
    const loop = writer.beginLoop(50, -1, []);
    map(
      expression(2, (e, a, b) => e.add(a, b)),
      [2, 1],
      2,
    );
    map(
      expression(1, (_e, a) => a),
      [2],
      0,
    );
    writer.endLoop(loop);
    return writer.finish();
  }

  it('take turns, and keep what is in their arenas', () => {
    const runs = [1, 10].map((step) => {
      const arrays = [Float32Array.of(0, 1, 2), Float32Array.of(step, step, step, 99)];
      return { arrays, run: backend.load(asProgram(counting())).start(arrays) };
    });
    const open = new Set(runs);
    while (open.size > 0) {
      for (const one of [...open]) if (one.run.advance({ instructions: 7 }) === 'done') open.delete(one);
    }
    expect(runs[0].arrays).toEqual([Float32Array.of(50, 51, 52), Float32Array.of(1, 1, 1, 99)]);
    expect(runs[1].arrays).toEqual([Float32Array.of(500, 501, 502), Float32Array.of(10, 10, 10, 99)]);
  });

  it('see what is assigned to their arrays between two advances', () => {
    const arrays = [new Float32Array(3), Float32Array.of(1, 1, 1)];
    const run = backend.load(asProgram(counting())).start(arrays);
    run.advance({ instructions: 12 });
    arrays[1].fill(0);
    const before = arrays[0].slice();
    expect(run.advance()).toBe('done');
    expect(arrays[0]).toEqual(before);
    expect(before[0]).toBeGreaterThan(0);
  });
});
