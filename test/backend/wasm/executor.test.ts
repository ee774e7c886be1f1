// Runs on the WebAssembly backend: requests, deadlines, errors, bindings; memory that comes back. That pausing and
// resuming change nothing is tested for all backends in test/conformance.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Home } from '../../../src/backend/backend.js';
import { runError } from '../../../src/backend/failure.js';
import { createWasmBackend, WasmBackend } from '../../../src/backend/wasm.js';
import { chooseModule, WasmModule } from '../../../src/backend/wasm/module.js';
import type { TypedArray } from '../../../src/contract/dtypes.js';
import { ProgramWriter } from '../../../src/contract/encoding.js';
import {
  ArgumentError,
  BackendError,
  HebbError,
  ProgramError,
  RunError,
} from '../../../src/contract/errors.js';
import { expression, identity } from '../../../src/contract/expression.js';
import { requests, stateAt } from '../../../src/contract/instructions.js';
import { denseEvaluation, operand, programOf } from '../../support/building.js';
import { asProgram, programWithArena } from '../../support/executing.js';
import { trainingProgram } from '../../support/training-program.js';

const wasm = createWasmBackend({ isa: 'simd', threads: 1 });

const add = expression(2, (e, x, y) => e.add(x, y));

describe('a run', () => {
  it('can be resumed from a copy of its state on a fresh executable, where all memory is bound', () => {
    const writer = new ProgramWriter();
    const sums = writer.boundBuffer('int32', 6, 'both');
    const place = writer.newView(sums, 0);
    const loop = writer.beginLoop(6, -1, [{ view: place, stride: 1 }]);
    for (let i = 0; i < 3; i++) {
      writer.call(
        {
          kernel: 'map',
          dtype: 'int32',
          dims: [1],
          expression: expression(1, (e, x) => e.add(e.mul(x, 3), 1)),
          inputs: [operand(0, [1])],
          outputs: [operand(0, [1])],
        },
        () => place,
      );
    }
    writer.endLoop(loop);
    const program = asProgram(writer.finish());
    const array = Int32Array.of(1, 2, 3, 4, 5, 6);
    let state = new Int32Array(0);
    for (let status = 'yielded'; status !== 'done';) {
      const executable = wasm.load(program);
      const run = executable.start([array]);
      run.state.set(state);
      status = run.advance({ instructions: 4 });
      state = run.state.slice();
      run.close();
      executable.dispose();
    }
    expect(array).toEqual(Int32Array.of(40, 67, 94, 121, 148, 175));
  });

  it('obeys requests at boundaries and counts progress', () => {
    const { program, arrays } = trainingProgram();
    const run = wasm.load(program).start(arrays());
    run.state[stateAt.request] = requests.pause;
    expect(run.advance()).toBe('yielded');
    expect(run.state[stateAt.progress]).toBe(1);
    expect(run.state[stateAt.request]).toBe(requests.none);
    run.state[stateAt.request] = requests.abort;
    expect(run.advance()).toBe('aborted');
    expect(run.state[stateAt.progress]).toBe(2);
    run.state[stateAt.request] = requests.none;
    expect(run.advance()).toBe('done');
    expect(run.state[stateAt.progress]).toBe(8);
  });

  it('stops at a deadline: at any instruction, or only at boundaries', async () => {
    const { program, arrays } = trainingProgram();
    const run = wasm.load(program).start(arrays());
    expect(run.advance({ budget: 0, stopAt: 'boundary' })).toBe('yielded');
    expect(run.state[stateAt.progress]).toBe(1);
    expect(await run.advanceAsync({ budget: 0 })).toBe('yielded');
    expect(run.state[stateAt.progress]).toBe(1);
    let status = await run.advanceAsync();
    while (status === 'yielded') status = await run.advanceAsync();
    expect(status).toBe('done');
  });

  it('of a long program is not much later than its deadline', () => {
    const writer = new ProgramWriter();
    const a = writer.boundBuffer('float32', 1, 'both');
    const loop = writer.beginLoop(2_000_000_000, -1, []);
    writer.call({ kernel: 'map', dtype: 'float32', dims: [1], ...denseEvaluation(identity, [1]) }, () =>
      writer.view(a, 0),
    );
    writer.endLoop(loop);
    const run = wasm.load(asProgram(writer.finish())).start([new Float32Array(1)]);
    const start = performance.now();
    expect(run.advance({ budget: 30 })).toBe('yielded');
    const time = performance.now() - start;
    expect(time).toBeGreaterThan(29);
    expect(time).toBeLessThan(200);
  });

  it('is expected to take as long as its instructions, in all turns of their loops', () => {
    const microseconds = (outer: number, inner: number, elements: number): number => {
      const writer = new ProgramWriter();
      const a = writer.boundBuffer('float32', elements, 'both');
      const loops = [writer.beginLoop(outer, -1, []), writer.beginLoop(inner, -1, [])];
      const call = denseEvaluation(identity, [elements]);
      writer.call({ kernel: 'map', dtype: 'float32', dims: [elements], ...call }, () => writer.view(a, 0));
      for (const loop of loops.reverse()) writer.endLoop(loop);
      // What comes after the loops is run once.
      writer.call({ kernel: 'map', dtype: 'float32', dims: [elements], ...call }, () => writer.view(a, 0));
      const executable = wasm.load(asProgram(writer.finish()));
      executable.dispose();
      return executable.microseconds;
    };
    expect(microseconds(1, 1, 1)).toBeLessThan(1);
    expect(microseconds(30, 1000, 1) / microseconds(1, 1000, 1)).toBeCloseTo(30, -1);
    expect(microseconds(1, 1, 1_000_000)).toBeGreaterThan(100);
    expect(microseconds(1, 1, 1_000_000)).toBeLessThan(10_000);
  });

  it('fails with the instruction, the reason and its numbers', () => {
    const writer = new ProgramWriter();
    const input = writer.boundBuffer('float32', 12, 'read');
    const indices = writer.boundBuffer('int32', 2, 'read');
    const out = writer.boundBuffer('float32', 6, 'write');
    writer.call(
      { kernel: 'gather', outer: 1, axis: 4, count: 2, inner: 3, input: 0, indices: 1, out: 2 },
      (index, offset) => writer.view([input, indices, out][index], offset),
      0,
    );
    const program = asProgram(writer.finish());
    const array = new Float32Array(6).fill(5);
    const run = wasm.load(program).start([new Float32Array(12), Int32Array.of(3, 4), array]);
    expect(run.advance()).toBe('failed');
    expect(run.advance()).toBe('failed');
    expect(runError(run.state, { op: 'gather', scope: 'embedding_1' }).message).toContain(
      'embedding_1: gather: index 4 is outside 0 .. 3',
    );
    run.close();
    expect(array).toEqual(new Float32Array(6).fill(5));
    expect(() =>
      wasm.execute(program.words, [new Float32Array(12), Int32Array.of(-1, 0), array], 'gather', ''),
    ).toThrow(RunError);
  });

  it('fails where a loop is asked for too many turns', () => {
    const writer = new ProgramWriter();
    const count = writer.boundBuffer('int32', 1, 'read');
    const loop = writer.beginLoop(3, writer.view(count, 0), []);
    writer.endLoop(loop);
    const executable = wasm.load(asProgram(writer.finish()));
    for (const [turns, status] of [
      [0, 'done'],
      [3, 'done'],
      [4, 'failed'],
      [-1, 'failed'],
    ] as const) {
      const run = executable.start([Int32Array.of(turns)]);
      expect(run.advance()).toBe(status);
      if (status === 'failed')
        expect(Array.from(run.state.subarray(stateAt.error, stateAt.error + 3))).toEqual([4, turns, 3]);
      run.close();
    }
  });
});

describe('bindings', () => {
  const words = programOf(
    [
      { dtype: 'float32', array: new Float32Array(3), access: 'read' },
      { dtype: 'float32', array: new Float32Array(3), access: 'read' },
      { dtype: 'float32', array: new Float32Array(3), access: 'write' },
    ],
    [{ kernel: 'map', dtype: 'float32', dims: [3], ...denseEvaluation(add, [3]) }],
  );
  const ones = Float32Array.of(1, 1, 1);

  it('may be homes and typed arrays, longer than needed; homes are used in place', () => {
    const home = wasm.createHome('float32', 5);
    expect(home.array).toBeNull();
    home.write(Float32Array.of(1, 2, 3, 4, 5));
    const executable = wasm.load(asProgram(words));
    const out = new Float32Array(4).fill(9);
    const run = executable.start([home, Float32Array.of(10, 20, 30, 40), out]);
    run.advance();
    expect(out[0]).toBe(9);
    run.close();
    expect(out).toEqual(Float32Array.of(11, 22, 33, 9));
    const again = executable.start([ones, ones, home]);
    again.advance();
    again.close();
    expect(home.read()).toEqual(Float32Array.of(2, 2, 2, 4, 5));
    home.release();
    expect(() => home.read()).toThrow(ArgumentError);
    expect(() => executable.start([home, ones, out])).toThrow('has been released');
    executable.dispose();
  });

  it('that do not fit are refused', () => {
    const executable = wasm.load(asProgram(words));
    const foreign = createWasmBackend({ isa: 'simd' }).createHome('float32', 3);
    for (const [bindings, message] of [
      [[ones, ones], 'expected 3 arrays to bind, got 2'],
      [[ones, ones, new Float32Array(2)], 'array 2: expected at least 3 elements, got 2'],
      [[ones, Int32Array.of(1, 2, 3), ones], 'array 1: expected a typed array for float32, got Int32Array'],
      [[wasm.createHome('int32', 3), ones, ones], 'got a variable of int32'],
      [[foreign, ones, ones], 'array 0 lies in the memory of another backend'],
    ] as [(TypedArray | Home)[], string][]) {
      expect(() => executable.start(bindings)).toThrow(message);
      expect(() => executable.start(bindings)).toThrow(ArgumentError);
    }
  });

  it('belong to one open run at a time; a disposed program cannot be started', () => {
    const executable = wasm.load(asProgram(words));
    const run = executable.start([ones, ones, new Float32Array(3)]);
    expect(() => executable.start([ones, ones, new Float32Array(3)])).toThrow('already running');
    run.close();
    run.close();
    expect(() => run.advance()).toThrow(HebbError);
    executable.start([ones, ones, new Float32Array(3)]).close();
    executable.dispose();
    executable.dispose();
    expect(() => executable.start([ones, ones, new Float32Array(3)])).toThrow('disposed');
  });

  it('damaged programs are refused, loaded or run at once', () => {
    const damaged = words.slice();
    damaged[1] = 99;
    expect(() => wasm.load(asProgram(damaged))).toThrow(ProgramError);
    expect(() => wasm.execute(damaged, [ones, ones, ones], 'add', '')).toThrow(ProgramError);
  });
});

describe('memory', () => {
  it('does not grow over many loads, runs, eager ops and homes', () => {
    const { program, arrays } = trainingProgram();
    const bound = arrays();
    const cycle = (turn: number): void => {
      const executable = wasm.load(program);
      const run = executable.start(bound);
      run.advance({ instructions: 2 });
      run.close();
      executable.dispose();
      wasm.createHome('float64', 1000 + turn).release();
      const array = new Float32Array(turn % 700);
      const words = programOf(
        [{ dtype: 'float32', array }],
        [
          {
            kernel: 'map',
            dtype: 'float32',
            dims: [array.length],
            expression: identity,
            inputs: [operand(0, [array.length])],
            outputs: [operand(0, [array.length])],
          },
        ],
      );
      wasm.execute(words, [array], 'copy', '');
    };
    for (let i = 0; i < 700; i++) cycle(i);
    const used = wasm.usedBytes;
    for (let i = 0; i < 1400; i++) cycle(i);
    expect(wasm.usedBytes).toBe(used);
  });

  it('of homes and programs that nobody holds any more comes back', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { program } = trainingProgram();
    const used = wasm.usedBytes;
    (() => {
      for (let i = 0; i < 50; i++) {
        wasm.createHome('float64', 10_000);
        wasm.load(program);
      }
    })();
    expect(wasm.usedBytes).toBeGreaterThan(used + 50 * 80_000);
    for (let i = 0; i < 50 && wasm.usedBytes > used; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(wasm.usedBytes).toBeLessThanOrEqual(used);
  });

  it('that is not enough is an error that says what was needed, and leaves everything usable', () => {
    const { isa, bytes } = chooseModule('simd');
    const small = new WasmBackend(new WasmModule(isa, bytes, 1, 8 * 2 ** 20));
    const home = small.createHome('float64', 300_000);
    home.write(new Float64Array(300_000).fill(2));
    expect(() => small.createHome('float64', 10_000_000)).toThrow(
      /a variable needs 76.3 MiB, 2\.\d MiB of at most 8.0 MiB are in use/,
    );
    const { program } = trainingProgram();
    const used = small.usedBytes;
    expect(() => small.load(programWithArena(625_000))).toThrow("a program's arena needs 38.1 MiB");
    expect(small.usedBytes).toBe(used);
    small.load(program).dispose();
    expect(small.usedBytes).toBe(used);
    expect(home.read().every((x) => x === 2)).toBe(true);
  });
});

describe('the choice of a build', () => {
  it('is plain SIMD or relaxed SIMD as asked for, and nothing else', () => {
    expect(createWasmBackend({ isa: 'simd' }).isa).toBe('simd');
    expect(createWasmBackend({ isa: 'relaxed-simd' }).isa).toBe('relaxed-simd');
    expect(() => createWasmBackend({ isa: 'avx2' })).toThrow(BackendError);
    expect(() => createWasmBackend({ isa: 'relaxed' })).toThrow("did you mean 'relaxed-simd'?");
  });

  it('goes by HEBB_WASM where nothing is asked for', () => {
    const former = process.env.HEBB_WASM;
    try {
      process.env.HEBB_WASM = 'relaxed';
      expect(createWasmBackend().isa).toBe('relaxed-simd');
      process.env.HEBB_WASM = 'simd';
      expect(createWasmBackend().isa).toBe('simd');
      expect(createWasmBackend({ isa: 'relaxed-simd' }).isa).toBe('relaxed-simd');
      process.env.HEBB_WASM = 'fast';
      expect(() => createWasmBackend()).toThrow(
        "HEBB_WASM=fast is set, but it can only be one of 'simd', 'relaxed', 'revectorize'",
      );
    } finally {
      if (former === undefined) delete process.env.HEBB_WASM;
      else process.env.HEBB_WASM = former;
    }
  });

  it('loads in little time, from two small files', () => {
    let best = Infinity;
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      createWasmBackend({ isa: 'simd' });
      best = Math.min(best, performance.now() - start);
    }
    expect(best).toBeLessThan(30);
    const sizes = (['simd', 'relaxed-simd'] as const).map((isa) => chooseModule(isa).bytes.length);
    expect(sizes[0] + sizes[1]).toBeLessThan(300 * 1024);
  });
});
