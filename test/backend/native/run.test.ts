// Runs on the native backend: pausing, aborting, background runs, what a run refuses, other threads.

import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { runError } from '../../../src/backend/failure.js';
import { createNativeBackend } from '../../../src/backend/native.js';
import { ArgumentError, BackendError, HebbError, RunError } from '../../../src/contract/errors.js';
import { identity } from '../../../src/contract/expression.js';
import type { TypedArray } from '../../../src/contract/dtypes.js';
import { headerAt } from '../../../src/contract/decoding.js';
import { arenaUnitBytes, requests, stateAt } from '../../../src/contract/instructions.js';
import { denseEvaluation, programOf } from '../../support/building.js';
import { trainingProgram } from '../../support/training-program.js';
import { addonPath, asProgram, bytesOf, counting, describeNative, native } from './support.js';

/** So many turns that no test waits for their end. */
const endless = 2_000_000_000;

describeNative('runs on the native backend', () => {
  const backend = native!;

  it('allocates zeroed arrays on cache lines', () => {
    for (const length of [0, 1, 5, 512, 513, 100_000]) {
      for (const dtype of ['bool', 'int32', 'float32', 'float64'] as const) {
        const array = backend.allocate(dtype, length);
        expect(array.length).toBe(length);
        expect(array.every((x) => x === 0)).toBe(true);
        array.fill(1);
      }
    }
    const [a, b] = [backend.allocate('float32', 3), backend.allocate('float32', 3)];
    a.fill(7);
    expect([...b]).toEqual([0, 0, 0]);
  });

  it('goes on where it stopped, after each instruction', () => {
    const x = new Float64Array(5);
    const run = backend.load(counting(10, 5)).start([x]);
    let pauses = 0;
    while (run.advance({ instructions: 1 }) === 'yielded') pauses++;
    expect(pauses).toBe(20);
    expect(run.state[stateAt.progress]).toBe(10);
    expect([...x]).toEqual(Array(5).fill(10));
    run.close();
  });

  it('stops at its budget, at a boundary where that is asked', () => {
    const x = new Float64Array(64);
    const run = backend.load(counting(endless, 64)).start([x]);
    const start = performance.now();
    expect(run.advance({ budget: 20, stopAt: 'boundary' })).toBe('yielded');
    expect(performance.now() - start).toBeLessThan(2000);
    expect(x[0]).toBe(run.state[stateAt.progress]);
    expect(x[0]).toBeGreaterThan(0);
    run.close();
  });

  it('leaves a large instruction between two units, and finishes it later', () => {
    const n = 300;
    const array = (): Float32Array => Float32Array.from({ length: n * n }, (_, i) => Math.sin(i));
    const arrays = [array(), array(), new Float32Array(n * n)];
    const tested = arrays.map((a) => ({ dtype: 'float32' as const, array: a }));
    const shape = { batch: 1, m: n, n, k: n, lda: n, ldb: n, ldc: n, strideA: 0, strideB: 0, strideC: 0 };
    const words = programOf(tested, [
      {
        kernel: 'gemm',
        dtype: 'float32',
        precision: 'full',
        ...shape,
        a: 0,
        b: 1,
        out: 2,
        transposeA: false,
        transposeB: true,
      },
    ]);
    backend.execute(words, arrays, 'matMul', '');
    const whole = arrays[2].slice();
    arrays[2].fill(0);
    // Alone: a helper may finish all units before the leader looks at its clock.
    const run = createNativeBackend({ threads: 1 }).load(asProgram(words)).start(arrays);
    let parts = 1;
    while (run.advance({ budget: 0 }) === 'yielded') parts++;
    expect(parts).toBeGreaterThan(1);
    expect(Buffer.compare(bytesOf(arrays[2]), bytesOf(whole))).toBe(0);
    run.close();
  });

  it('aborts and pauses when asked', () => {
    const x = new Float64Array(4);
    const run = backend.load(counting(100, 4)).start([x]);
    run.state[stateAt.request] = requests.pause;
    expect(run.advance()).toBe('yielded');
    expect(run.state[stateAt.request]).toBe(requests.none);
    expect(x[0]).toBe(1);
    run.state[stateAt.request] = requests.abort;
    expect(run.advance()).toBe('aborted');
    expect(x[0]).toBe(2);
    run.close();
  });

  it('leaves the event loop free, and can be paused from there', async () => {
    const x = new Float64Array(1000);
    const run = backend.load(counting(endless, 1000)).start([x]);
    const promise = run.advanceAsync();
    let ticks = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (++ticks < 10) return;
        clearInterval(timer);
        resolve();
      }, 1);
    });
    expect(() => run.advance()).toThrow(/running in the background/);
    run.wait();
    const progress = run.state[stateAt.progress];
    expect(progress).toBeGreaterThan(0);
    expect(x[999]).toBe(progress);
    expect(await promise).toBe('yielded');
    run.state[stateAt.request] = requests.abort;
    expect(await run.advanceAsync()).toBe('aborted');
    expect(x[0]).toBe(progress + 1);
    run.close();
  });

  it('runs several programs at once', async () => {
    const runs = [1, 2, 3, 4].map((k) => {
      const x = new Float64Array(50_000);
      return { k, x, run: backend.load(counting(50 * k, 50_000)).start([x]) };
    });
    expect(await Promise.all(runs.map(({ run }) => run.advanceAsync()))).toEqual(Array(4).fill('done'));
    for (const { k, x, run } of runs) {
      expect([x[0], x[49_999]]).toEqual([50 * k, 50 * k]);
      run.close();
    }
  });

  it('tells why an instruction failed', () => {
    const dtype = 'float32';
    const arrays = [
      { dtype, array: Float32Array.of(1, 2, 3) },
      { dtype: 'int32', array: Int32Array.of(0, 3) },
      { dtype, array: new Float32Array(2) },
    ] as const;
    const words = programOf(arrays, [
      { kernel: 'gather', outer: 1, axis: 3, count: 2, inner: 1, input: 0, indices: 1, out: 2 },
    ]);
    const bound = arrays.map((a) => a.array);
    expect(() => backend.execute(words, bound, 'gather', 'layer_1')).toThrow(
      /layer_1: gather: index 3 is outside 0 .. 2/,
    );
    const run = backend.load(asProgram(words)).start(bound);
    expect(run.advance()).toBe('failed');
    expect(run.advance()).toBe('failed');
    expect(runError(run.state, undefined)).toBeInstanceOf(RunError);
    expect([...bound[2]]).toEqual([0, 0]);
    run.close();
  });

  it('refuses arrays of the wrong type, too short, too many, or detached', () => {
    const dims = [4];
    const copy = { kernel: 'map', dtype: 'float32', dims, ...denseEvaluation(identity, dims) } as const;
    const words = programOf(
      [
        { dtype: 'float32', array: new Float32Array(4) },
        { dtype: 'float32', array: new Float32Array(4) },
      ],
      [copy],
    );
    const good = new Float32Array(4);
    const execute = (...arrays: Parameters<typeof backend.execute>[1]): void =>
      backend.execute(words, arrays, 'copy', '');
    execute(good, new Float32Array(5));
    expect(() => execute(good, new Int32Array(4))).toThrow(ArgumentError);
    expect(() => execute(good, new Float32Array(3))).toThrow(/array 1: expected at least 4 elements, got 3/);
    expect(() => execute(good)).toThrow(/expected 2 arrays to bind, got 1/);
    expect(() => execute(good, good, good)).toThrow(ArgumentError);
    const gone = new Float32Array(4);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expect(() => execute(good, gone)).toThrow(/got 0/);
    const later = new Float32Array(4);
    const run = backend.load(asProgram(words)).start([good, later]);
    structuredClone(later.buffer, { transfer: [later.buffer] });
    expect(() => run.advance()).toThrow(/got 0/);
    run.close();
  });

  it('refuses a state that no run can have', () => {
    const program = counting(3, 4);
    const faults: [keyof typeof stateAt, number][] = [
      ['pc', 1],
      ['pc', -5],
      ['pc', 1 << 30],
      ['unit', 7],
      ['unit', -1],
      ['depth', 1],
      ['depth', 9],
      ['depth', -1],
    ];
    for (const [word, value] of faults) {
      const run = backend.load(program).start([new Float64Array(4)]);
      run.state[stateAt[word]] = value;
      expect(() => run.advance(), word).toThrow(ArgumentError);
      run.close();
    }
    const run = backend.load(program).start([new Float64Array(4)]);
    run.advance({ instructions: 2 });
    expect(run.state[stateAt.depth]).toBe(1);
    run.state[stateAt.turn0] = 100;
    expect(() => run.advance()).toThrow(ArgumentError);
    run.close();
  });

  it('runs once at a time, and not after it has been disposed', () => {
    const executable = backend.load(counting(3, 4));
    const run = executable.start([new Float64Array(4)]);
    expect(() => executable.start([new Float64Array(4)])).toThrow(HebbError);
    run.close();
    executable.start([new Float64Array(4)]).close();
    executable.dispose();
    expect(() => executable.start([new Float64Array(4)])).toThrow(/disposed/);
  });

  it('says which instruction sets and thread counts there are', () => {
    expect(() => createNativeBackend({ isa: 'altivec' })).toThrow(/'altivec' here, only (baseline|neon)/);
    expect(() => createNativeBackend({ threads: 0 })).toThrow(BackendError);
    expect(() => createNativeBackend({ threads: 1.5 })).toThrow(BackendError);
  });

  it('trains in several worker_threads at once with the same bits, while one of them ends in the middle', async () => {
    const { program, arrays } = trainingProgram();
    const mine = arrays();
    const run = backend.load(program).start(mine);
    while (run.advance() !== 'done');
    run.close();
    const source = `
      const { parentPort, workerData } = require('node:worker_threads');
      const addon = require(workerData.addonPath);
      addon.attach(new Int32Array(4));
      const load = (words) => addon.load(words, addon.info().instructionSets.length - 1, 2);
      const aligned = (bytes) => {
        const buffer = new ArrayBuffer(bytes + 64);
        return new Uint8Array(buffer, -addon.address(buffer) & 63, bytes);
      };
      const arena = aligned(workerData.arenaBytes);
      const program = load(workerData.words);
      (async () => {
        for (;;) {
          const arrays = workerData.arrays.map((a) => a.slice());
          const status = await addon.advanceAsync(program, new Int32Array(32), arena, -1, 0, -1, arrays);
          if (status !== 0) throw new Error('status ' + status);
          parentPort.postMessage(arrays);
        }
      })();
    `;
    const arenaBytes = program.words[headerAt.arenaUnits] * arenaUnitBytes;
    const workerData = { addonPath, words: program.words, arenaBytes, arrays: arrays() };
    const workers = [0, 1, 2, 3].map(() => new Worker(source, { eval: true, workerData }));
    const results = (worker: Worker, count: number): Promise<TypedArray[][]> =>
      new Promise((resolve, reject) => {
        const seen: TypedArray[][] = [];
        worker.on('error', reject);
        worker.on('message', (message: TypedArray[]) => {
          if (seen.push(message) === count) resolve(seen);
        });
      });
    const [first, ...others] = workers;
    const later = others.map((worker) => results(worker, 4));
    await results(first, 2);
    // It is in the middle of its next run.
    await first.terminate();
    for (const seen of await Promise.all(later)) {
      for (const theirs of seen) {
        expect(theirs.map((a, i) => Buffer.compare(bytesOf(a), bytesOf(mine[i])))).toEqual(mine.map(() => 0));
      }
    }
    await Promise.all(others.map((worker) => worker.terminate()));
  });

  it('works in worker_threads, whose end stops and joins their runs', async () => {
    const { words } = counting(endless, 1000);
    const source = `
      const { parentPort, workerData } = require('node:worker_threads');
      const addon = require(workerData.addonPath);
      addon.attach(new Int32Array(4));
      const sets = addon.info().instructionSets.length;
      const handle = addon.load(workerData.words, sets - 1, 2);
      const state = new Int32Array(32);
      const arena = new Uint8Array(0);
      const x = new Float64Array(1000);
      if (addon.advance(handle, state, arena, 5, 0, -1, [x]) !== 1) throw new Error('it did not yield');
      addon.advanceAsync(handle, state, arena, -1, 0, -1, [x]);
      parentPort.postMessage(x[0]);
    `;
    for (let i = 0; i < 3; i++) {
      const workers = [0, 1].map(() => new Worker(source, { eval: true, workerData: { addonPath, words } }));
      const firsts = workers.map(
        (worker) =>
          new Promise<number>((resolve, reject) => {
            worker.once('message', resolve);
            worker.once('error', reject);
          }),
      );
      for (const first of await Promise.all(firsts)) expect(first).toBeGreaterThan(0);
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
    const x = new Float64Array(4);
    const run = backend.load(counting(3, 4)).start([x]);
    expect(run.advance()).toBe('done');
    run.close();
  });
});
