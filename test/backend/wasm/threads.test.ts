// Threads of the WebAssembly backend: when they come, that runs in the background leave the event loop free, can be
// waited for and taken back, fail and trap without hanging, and that nothing of it keeps a process alive.

import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../../src/backend/backend.js';
import { createWasmBackend, type WasmBackend } from '../../../src/backend/wasm.js';
import type { TypedArray } from '../../../src/contract/dtypes.js';
import { BackendError, HebbError } from '../../../src/contract/errors.js';
import { expression } from '../../../src/contract/expression.js';
import { requests, stateAt } from '../../../src/contract/instructions.js';
import type { Program } from '../../../src/contract/program.js';
import { operand, programOf, type TestArray } from '../../support/building.js';
import { asProgram } from '../../support/executing.js';
import { gather, longProgram } from '../../support/threads.js';
import { transpileSource } from '../../cli/transpiled.js';

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Runs a program in this thread; gives its arrays. */
function result(backend: WasmBackend, { program, arrays }: ReturnType<typeof longProgram>): TypedArray[] {
  const bound = arrays();
  const run = backend.load(program).start(bound);
  expect(run.advance()).toBe('done');
  run.close();
  return bound;
}

/** Three logarithms. */
const shortProgram = asProgram(
  programOf(
    [{ dtype: 'float32', array: new Float32Array(3), access: 'both' }],
    [
      {
        kernel: 'map',
        dtype: 'float32',
        dims: [3],
        expression: expression(1, (e, x) => e.log(x)),
        inputs: [operand(0, [3])],
        outputs: [operand(0, [3])],
      },
    ],
  ),
);

const alone = createWasmBackend({ isa: 'simd', threads: 1 });
const backend = createWasmBackend({ isa: 'simd', threads: 2 });

describe('threads', () => {
  it('are as many as asked for, else as many as the process may run', () => {
    expect([alone.threads, backend.threads]).toEqual([1, 2]);
    expect(createWasmBackend().threads).toBeGreaterThanOrEqual(1);
    for (const threads of [0, 1.5, 65]) {
      expect(() => createWasmBackend({ threads })).toThrow(BackendError);
    }
    expect([alone.runsInBackground, backend.runsInBackground]).toEqual([false, true]);
  });

  it('do not come for eager ops and short programs, and come for a long one, which does not wait for them', async () => {
    const own = createWasmBackend({ isa: 'simd', threads: 2 });
    const { program, arrays } = longProgram(1);
    own.execute(program.words, arrays(), 'matMul', '');
    const short = own.load(shortProgram).start([Float32Array.of(1, 2, 3)]);
    expect(await short.advanceAsync()).toBe('done');
    short.close();
    await pause(150);
    expect(own.threadsPresent).toBe(1);
    result(own, longProgram(1));
    expect(own.threadsPresent).toBe(1);
    await gather(own);
    expect([own.threadsPresent, own.hasDeputy]).toEqual([2, true]);
  });
});

describe('a run in the background', () => {
  const turns = 150;
  const long = longProgram(turns);
  let wanted: TypedArray[];
  let open: { run: Run; bound: TypedArray[] };

  const start = (of: { program: Program; arrays: () => TypedArray[] } = long): Run => {
    const bound = of.arrays();
    open = { run: backend.load(of.program).start(bound), bound };
    return open.run;
  };

  beforeAll(async () => {
    wanted = result(alone, long);
    await gather(backend);
  });

  it('leaves the event loop free, shows progress, and gives the same bits', async () => {
    const run = start();
    let ended = false;
    const done = run.advanceAsync().then((status) => ((ended = true), status));
    const seen = new Set<number>();
    while (!ended) {
      seen.add(Atomics.load(run.state, stateAt.progress));
      await pause(1);
    }
    expect(await done).toBe('done');
    expect(seen.size).toBeGreaterThan(2);
    run.close();
    expect(open.bound).toEqual(wanted);
  });

  it('stops at the next boundary when it is waited for, and goes on from there, here or elsewhere', async () => {
    const run = start();
    const first = run.advanceAsync();
    await pause(5);
    run.wait();
    const passed = run.state[stateAt.progress];
    expect(passed).toBeLessThan(turns);
    expect(run.advance({ budget: 0, stopAt: 'boundary' })).toBe('yielded');
    expect(run.state[stateAt.progress]).toBe(passed + 1);
    expect(await first).toBe('yielded');
    expect(await run.advanceAsync({ stopAt: 'boundary' })).toBe('done');
    run.close();
    expect(open.bound).toEqual(wanted);
  });

  it('obeys an abort', async () => {
    const run = start();
    const done = run.advanceAsync();
    await pause(5);
    Atomics.store(run.state, stateAt.request, requests.abort);
    expect(await done).toBe('aborted');
    expect(run.state[stateAt.progress]).toBeLessThan(turns);
    run.close();
  });

  it('queues behind others, and can be taken back from the queue', async () => {
    const runs = [1, 2, 3].map(() => ({ run: start(), bound: open.bound }));
    const statuses = runs.map(({ run }) => run.advanceAsync());
    runs[1].run.wait();
    expect(await statuses[1]).toBe('yielded');
    expect(runs[1].run.state[stateAt.progress]).toBe(0);
    runs[1].run.close();
    expect(await statuses[0]).toBe('done');
    expect(await statuses[2]).toBe('done');
    for (const { run, bound } of [runs[0], runs[2]]) {
      run.close();
      expect(bound).toEqual(wanted);
    }
  });

  it('goes on while this thread computes, and while memory grows', async () => {
    const run = start();
    const done = run.advanceAsync();
    const homes = [];
    for (let i = 0; i < 12; i++) {
      homes.push(backend.createHome('float32', 2 ** 20 + i));
      const [, product] = result(backend, longProgram(1));
      expect(product).toEqual(wanted[1]);
      await pause(1);
    }
    expect(await done).toBe('done');
    run.close();
    expect(open.bound).toEqual(wanted);
    for (const home of homes) home.release();
  });

  it('ends where its program is disposed', async () => {
    const executable = backend.load(long.program);
    const run = executable.start(long.arrays());
    const done = run.advanceAsync();
    await pause(5);
    executable.dispose();
    expect(await done).toBe('yielded');
    expect(() => run.advance()).toThrow('closed');
  });

  it('is closed with what it has written so far', async () => {
    const run = start();
    const done = run.advanceAsync();
    await pause(20);
    run.close();
    expect(await done).toBe('yielded');
    const count = open.bound[2][0];
    expect(count).toBe(run.state[stateAt.progress]);
    expect(count).toBeGreaterThan(0);
  });
});

describe('failures', () => {
  it('are those of the first index, however many threads find one', async () => {
    await gather(backend);
    const [axis, count, inner] = [1000, 5000, 64];
    const indices = new Int32Array(count).map((_, i) => (i >= 3000 && i % 5 === 0 ? 100_000 + i : i % axis));
    const arrays: TestArray[] = [
      { dtype: 'float32', array: new Float32Array(axis * inner), access: 'read' },
      { dtype: 'int32', array: indices, access: 'read' },
      { dtype: 'float32', array: new Float32Array(count * inner), access: 'write' },
    ];
    const words = programOf(arrays, [
      { kernel: 'gather', outer: 1, axis, count, inner, input: 0, indices: 1, out: 2 },
    ]);
    const executable = backend.load(asProgram(words));
    for (let i = 0; i < 200; i++) {
      const run = executable.start(arrays.map(({ array }) => array));
      expect(i % 2 ? await run.advanceAsync() : run.advance()).toBe('failed');
      expect(Array.from(run.state.subarray(stateAt.error, stateAt.error + 3))).toEqual([
        1,
        103_000,
        axis - 1,
      ]);
      run.close();
    }
  });

  it.each(['here', 'in the background'])(
    'of a thread itself, %s, are errors; then there is one thread',
    async (where) => {
      const own = createWasmBackend({ isa: 'simd', threads: 3 });
      await gather(own);
      const { program, arrays } = longProgram(3);
      const [matrix, product, count] = arrays();
      const home = own.createHome('float32', matrix.length);
      // An address that no memory has: what runs there traps.
      Object.defineProperty(home, 'address', { value: 0xf000_0000 });
      const other = own.load(longProgram(1).program);
      const run = own.load(program).start([home, product, count]);
      const message =
        /a thread of the WebAssembly backend has stopped \(.*memory access out of bounds.*\)|has trapped/;
      if (where === 'here') {
        expect(() => run.advance()).toThrow(HebbError);
      } else {
        const queued = other.start(arrays());
        const both = await Promise.allSettled([run.advanceAsync(), queued.advanceAsync()]);
        for (const settled of both) {
          expect(settled.status).toBe('rejected');
          expect(String((settled as PromiseRejectedResult).reason)).toMatch(message);
        }
        queued.close();
      }
      expect([own.threads, own.runsInBackground]).toEqual([1, false]);
      expect(own.notes.join()).toContain('one thread only');
      expect(result(own, longProgram(2))).toEqual(result(alone, longProgram(2)));
      const again = other.start(arrays());
      let status = await again.advanceAsync();
      while (status === 'yielded') status = await again.advanceAsync();
      expect(status).toBe('done');
    },
  );
});

describe('a process', () => {
  let directory = '';
  let remove = (): void => {};
  beforeAll(() => {
    ({ directory, remove } = transpileSource());
    cpSync(fileURLToPath(new URL('../../../dist/wasm', import.meta.url)), join(directory, 'wasm'), {
      recursive: true,
    });
  });
  afterAll(() => remove());

  /** A script that has the threads of a backend come, and then does more. */
  const script = (more: string): string => `
    import * as hebb from ${JSON.stringify(pathToFileURL(join(directory, 'index.js')).href)};
    hebb.setBackend('wasm', { isa: 'simd', threads: 3 });
    const w = hebb.ones([300, 300]);
    const product = hebb.jit((x) => hebb.matMul(x, w));
    for (let i = 0; i < 10; i++) product(w);
    await new Promise((resolve) => setTimeout(resolve, 300));
    ${more}
  `;
  const run = (text: string): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', text], { timeout: 30_000 });

  it('ends when it has nothing left to do, and not before what runs in the background', async () => {
    expect((await run(script('console.log(product(w).dataSync()[0]);'))).stdout).toBe('300\n');
    const text = script('product.async(w).then((y) => console.log(y.dataSync()[0]));');
    expect((await run(text)).stdout).toBe('300\n');
  });

  it('ends when it is told to', async () => {
    const { stdout } = await run(script("console.log('bye'); void product.async(w); process.exit(0);"));
    expect(stdout).toBe('bye\n');
  });

  it('whose own worker uses threads can end that worker at any time', async () => {
    const text = script(
      "const { parentPort } = await import('node:worker_threads'); parentPort.postMessage(1); for (;;) await product.async(w);",
    );
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(text)}`));
    await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await pause(20);
    expect(await worker.terminate()).toBe(1);
  });
});
