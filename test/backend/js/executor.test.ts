// The interpreter: loops, boundaries, pausing, aborting, failing, binding.

import { describe, expect, it } from 'vitest';
import { JsBackend } from '../../../src/backend/js/backend.js';
import { ArrayHome } from '../../../src/backend/array-home.js';
import type { TypedArray } from '../../../src/contract/dtypes.js';
import { boundBuffers, decodeHeader } from '../../../src/contract/decoding.js';
import { ProgramWriter } from '../../../src/contract/encoding.js';
import { ArgumentError, BackendError, HebbError, ProgramError } from '../../../src/contract/errors.js';
import { expression, identity } from '../../../src/contract/expression.js';
import { requests, stateAt } from '../../../src/contract/instructions.js';
import type { Program } from '../../../src/contract/program.js';
import { runError } from '../../../src/backend/failure.js';
import { denseEvaluation, operand, seeded } from '../../support/building.js';
import { describeDifference } from '../../support/tolerance.js';

const backend = new JsBackend();
const addInPlace = {
  kernel: 'map',
  dtype: 'float64',
  expression: expression(2, (e, a, b) => e.add(a, b)),
} as const;

const asProgram = (words: Int32Array): Program => ({ words, bound: boundBuffers(words), sources: [] });

/**
 * for t in 0 .. 3: for u in 0 .. n-1 (n read from memory): sums[t] += table[t * 5 + u * 2]; then sums[t] goes through
 * the arena into trace[3 - t], and a boundary.
 */
function nested(): { program: Program; bindings: () => TypedArray[] } {
  const writer = new ProgramWriter();
  const table = writer.boundBuffer('float64', 25, 'read');
  const sums = writer.boundBuffer('float64', 4, 'both');
  const counts = writer.boundBuffer('int32', 4, 'read');
  const trace = writer.boundBuffer('float64', 4, 'write');
  const arena = writer.arenaBuffer('float64', 1, 0, 1);
  const at = {
    table: writer.newView(table, 0),
    sum: writer.newView(sums, 0),
    count: writer.newView(counts, 0),
    trace: writer.newView(trace, 3),
  };
  const outer = writer.beginLoop(4, -1, [
    { view: at.table, stride: 5 },
    { view: at.sum, stride: 1 },
    { view: at.count, stride: 1 },
    { view: at.trace, stride: -1 },
  ]);
  const inner = writer.beginLoop(5, at.count, [{ view: at.table, stride: 2 }]);
  writer.call(
    { ...addInPlace, dims: [1], inputs: [operand(1, [1]), operand(0, [1])], outputs: [operand(1, [1])] },
    (o) => (o === 0 ? at.table : at.sum),
  );
  writer.endLoop(inner);
  const copy = (from: number, to: number): void =>
    writer.call({ kernel: 'copy', dims: [1], input: operand(0, [1]), out: operand(1, [1]) }, (o) =>
      o === 0 ? from : to,
    );
  copy(at.sum, writer.view(arena, 0));
  copy(writer.view(arena, 0), at.trace);
  writer.call({ kernel: 'boundary' }, () => -1);
  writer.endLoop(outer);
  const bindings = (): TypedArray[] => [
    Float64Array.from({ length: 25 }, (_, i) => i * i),
    Float64Array.of(1, 2, 3, 4),
    Int32Array.of(3, 0, 5, 1),
    new Float64Array(4),
  ];
  return { program: asProgram(writer.finish()), bindings };
}

/** The same in JavaScript. */
const expectedSums = [1, 2, 3, 4].map((start, t) => {
  let sum = start;
  for (let u = 0; u < [3, 0, 5, 1][t]; u++) sum += (t * 5 + u * 2) ** 2;
  return sum;
});

it('runs nested loops, moves views, and reads counts from memory', () => {
  const { program, bindings } = nested();
  const arrays = bindings();
  const run = backend.load(program).start(arrays);
  expect(run.advance()).toBe('done');
  expect([...arrays[1]]).toEqual(expectedSums);
  expect([...arrays[3]]).toEqual([...expectedSums].reverse());
  expect(run.state[stateAt.progress]).toBe(4);
  expect(run.state[stateAt.pc]).toBe(decodeHeader(program.words).codeWords);
  expect(run.advance()).toBe('done');
});

it('gives the same when it is stopped after every instruction, and shows where it is', () => {
  const { program, bindings } = nested();
  const arrays = bindings();
  const executable = backend.load(program);
  const run = executable.start(arrays);
  const depths = new Set<number>();
  let stops = 0;
  while (run.advance({ instructions: 1 }) === 'yielded') {
    depths.add(run.state[stateAt.depth]);
    stops++;
    expect(stops).toBeLessThan(100);
  }
  run.close();
  // 1 outer loop, 4 inner ones, 9 additions, 8 copies, 4 boundaries; the last ends the program
  expect(stops).toBe(25);
  expect([...depths].sort()).toEqual([0, 1, 2].filter((d) => depths.has(d)));
  expect([...arrays[3]]).toEqual([...expectedSums].reverse());
  // A run that another one came between would have to find its views again: the state alone says where they stand.
  const again = bindings();
  const second = executable.start(again);
  expect(second.advance({ instructions: 7 })).toBe('yielded');
  expect(second.state[stateAt.turn0]).toBe(0);
  expect(second.state[stateAt.turn0 + 1]).toBe(0);
  expect(second.advance()).toBe('done');
  expect([...again[1]]).toEqual(expectedSums);
});

it('stops at boundaries only, if told to', () => {
  const { program, bindings } = nested();
  const arrays = bindings();
  const run = backend.load(program).start(arrays);
  for (let step = 1; step <= 3; step++) {
    expect(run.advance({ budget: 0, stopAt: 'boundary' })).toBe('yielded');
    expect(run.state[stateAt.progress]).toBe(step);
    expect([...arrays[3]].slice(4 - step)).toEqual([...expectedSums.slice(0, step)].reverse());
  }
  run.advance({ budget: 0, stopAt: 'boundary' });
  expect(run.advance()).toBe('done');
});

it('obeys requests at the next boundary', () => {
  const { program, bindings } = nested();
  const run = backend.load(program).start(bindings());
  run.state[stateAt.request] = requests.pause;
  expect(run.advance()).toBe('yielded');
  expect(run.state[stateAt.progress]).toBe(1);
  expect(run.state[stateAt.request]).toBe(requests.none);
  run.state[stateAt.request] = requests.abort;
  expect(run.advance()).toBe('aborted');
  expect(run.state[stateAt.progress]).toBe(2);
});

it('advanceAsync lets the event loop have its turn first', async () => {
  const { program, bindings } = nested();
  const run = backend.load(program).start(bindings());
  const promise = run.advanceAsync();
  run.wait();
  expect(run.state[stateAt.progress]).toBe(0);
  expect(await promise).toBe('done');
});

it('a loop count that is negative or too large fails, and the run stays failed', () => {
  for (const bad of [6, -1]) {
    const { program, bindings } = nested();
    const arrays = bindings();
    arrays[2][2] = bad;
    const run = backend.load(program).start(arrays);
    expect(run.advance()).toBe('failed');
    expect(run.state[stateAt.progress]).toBe(2);
    expect(runError(run.state, undefined).message).toBe(
      `a loop was asked for ${bad} turns, it may make 0 .. 5.`,
    );
    expect(run.advance()).toBe('failed');
  }
});

it('a long kernel stops within, and goes on where it stopped', () => {
  const n = 3_000_000;
  const writer = new ProgramWriter();
  const x = writer.boundBuffer('float32', n, 'read');
  const y = writer.boundBuffer('float32', n, 'write');
  const sum = writer.boundBuffer('float32', 1, 'write');
  const view = (b: number) => writer.view(b, 0);
  writer.call(
    {
      kernel: 'map',
      dtype: 'float32',
      dims: [n],
      ...denseEvaluation(
        expression(1, (e, a) => e.tanh(e.mul(a, 2))),
        [n],
      ),
    },
    (o) => view([x, y][o]),
  );
  writer.call(
    {
      kernel: 'reduce',
      ...{ kind: 'sum', dtype: 'float32', outer: 1, length: n, inner: 1, out: 1 },
      prologue: {
        expression: identity,
        inputs: [operand(0, [1, n, 1])],
        outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
      },
    },
    (o) => view([y, sum][o]),
  );
  const executable = backend.load(asProgram(writer.finish()));
  const random = seeded(1);
  const input = Float32Array.from({ length: n }, () => random() - 0.5);
  const whole = [input, new Float32Array(n), new Float32Array(1)];
  const first = executable.start(whole);
  expect(first.advance()).toBe('done');
  first.close();
  const parts = [input, new Float32Array(n), new Float32Array(1)];
  const run = executable.start(parts);
  let unitsWithin = 0;
  while (run.advance({ budget: 0 }) === 'yielded') if (run.state[stateAt.unit] > 0) unitsWithin++;
  expect(unitsWithin).toBeGreaterThan(4);
  expect(describeDifference(parts[1], whole[1], 'float32', { ulp: 0 })).toBe('');
  expect(parts[2][0]).toBe(whole[2][0]);
});

describe('binding', () => {
  const { program, bindings } = nested();
  it('takes homes as well as arrays, and longer ones than needed', () => {
    const executable = backend.load(program);
    const [table, sums, counts, trace] = bindings();
    const home = backend.createHome('float64', 4);
    home.write(sums);
    const longer = new Float64Array(9);
    const run = executable.start([table, home, counts, longer]);
    expect(run.advance()).toBe('done');
    run.close();
    expect([...home.read()]).toEqual(expectedSums);
    expect([...longer]).toEqual([...expectedSums].reverse().concat([0, 0, 0, 0, 0]));
    expect(trace[0]).toBe(0);
    home.release();
    expect(() => executable.start([table, home, counts, longer])).toThrow(ArgumentError);
    expect(() => home.read()).toThrow('released');
  });

  it('refuses what does not fit', () => {
    const executable = backend.load(program);
    const [table, sums, counts, trace] = bindings();
    expect(() => executable.start([table, sums, counts])).toThrow('expected 4 arrays to bind, got 3');
    expect(() => executable.start([table, sums, trace, trace])).toThrow(
      'array 2: expected a typed array for int32, got Float64Array',
    );
    expect(() => executable.start([table, new Float64Array(3), counts, trace])).toThrow(
      'array 1: expected at least 4 elements, got 3',
    );
    expect(() => new ArrayHome('float32', 3).write(new Float32Array(4))).toThrow('expected 3 elements');
  });

  it('allows one run at a time, and none after dispose', () => {
    const executable = backend.load(program);
    const run = executable.start(bindings());
    expect(() => executable.start(bindings())).toThrow(HebbError);
    run.close();
    executable.start(bindings()).close();
    executable.dispose();
    expect(() => executable.start(bindings())).toThrow('disposed');
  });
});

it('refuses damaged programs and arenas that do not fit into memory', () => {
  const { program } = nested();
  const damaged = program.words.slice();
  damaged[0] = 1;
  expect(() => backend.load({ ...program, words: damaged })).toThrow(ProgramError);
  expect(() => backend.execute(damaged, [], 'add', '')).toThrow('not a Hebb program');
  const huge = program.words.slice();
  huge[12] = 0x7fffffff;
  expect(() => backend.load({ ...program, words: huge })).toThrow('not enough memory');
});

it('notices that the words of an eager op have changed', () => {
  const program = (value: number): Int32Array => {
    const writer = new ProgramWriter();
    const out = writer.boundBuffer('float32', 2, 'write');
    const fill = expression(0, (e) => e.constant(value));
    const call = { kernel: 'map', dtype: 'float32', dims: [2], expression: fill } as const;
    writer.call({ ...call, inputs: [], outputs: [operand(0, [2])] }, () => writer.view(out, 0));
    return writer.finish();
  };
  const words = program(1);
  const out = new Float32Array(2);
  backend.execute(words, [out], 'fill', '');
  expect([...out]).toEqual([1, 1]);
  words.set(program(2));
  backend.execute(words, [out], 'fill', '');
  expect([...out]).toEqual([2, 2]);
});

it('has no instruction sets to choose from', () => {
  expect(() => new JsBackend({ isa: 'avx2' })).toThrow(BackendError);
  expect(new JsBackend({ isa: 'js', threads: 2 }).threads).toBe(1);
});
