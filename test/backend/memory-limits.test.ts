// Values that do not fit into memory: an error that says how much was needed, nothing lost, and the next program runs.
// The memory is virtual throughout: it is asked for, and never written to.

import { afterEach, describe, expect, it } from 'vitest';
import * as hebb from '../../src/index.js';
import type { Backend } from '../../src/backend/backend.js';
import { createBackend } from '../../src/backend/select.js';
import type { Program } from '../../src/contract/program.js';
import { backendsHere } from '../support/backends.js';
import { programWithArena } from '../support/executing.js';

const before = hebb.getBackend();
afterEach(() => hebb.setBackend(before));

const gibibyte = 2 ** 30 / 64;

/** What a row of one number and two dense layers need between them: batch times 40,000 numbers. */
function wideModel(): hebb.Sequential {
  const { layers } = hebb;
  const model = hebb.sequential({
    layers: [
      layers.dense({ units: 40_000, inputShape: [1], kernelInitializer: 'ones' }),
      layers.dense({ units: 1, kernelInitializer: 'ones', useBias: false }),
    ],
  });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

describe.each(backendsHere)('on %s', (name) => {
  const started = (backend: Backend, program: Program): void => void backend.load(program).start([]).close();

  it('an arena beyond all memory is refused with its size', () => {
    const backend = createBackend(name);
    expect(() => started(backend, programWithArena(0x7fffffff))).toThrow(
      /needs? 131072\.0 MiB|arena of 131072\.0 MiB/,
    );
    started(backend, programWithArena(4));
  });

  it('an array beyond all memory is refused with its size', () => {
    hebb.setBackend(name);
    expect(() => createBackend(name).allocate('float64', 2 ** 40)).toThrow(
      'there is not enough memory for an array of 1099511627776 elements of float64 (8388608.0 MiB)',
    );
    expect(hebb.ones([3]).sum().arraySync()).toBe(3);
  });
});

describe.runIf(backendsHere.includes('wasm'))('all 4 GiB of WebAssembly', () => {
  it('are shared by programs: what does not fit says what is needed and what is taken', () => {
    const backend = createBackend('wasm', { threads: 1 });
    const first = backend.load(programWithArena(3 * gibibyte));
    expect(() => backend.load(programWithArena(1.5 * gibibyte))).toThrow(
      /a program's arena needs 1536\.0 MiB, 307\d\.\d MiB of at most 4095\.9 MiB are in use/,
    );
    const second = backend.load(programWithArena(gibibyte / 2));
    second.start([]).close();
    first.dispose();
    second.dispose();
    const third = backend.load(programWithArena(3.5 * gibibyte));
    third.start([]).close();
    third.dispose();
  });

  it('are too few for a batch, and a smaller one trains all the same', async () => {
    hebb.setBackend('wasm');
    const model = wideModel();
    const x = hebb.ones([30_000, 1]);
    const [kernel] = model.getWeights();
    const weights = kernel.arraySync();
    await expect(model.fit(x, x, { batchSize: 30_000, verbose: 0 })).rejects.toThrow(
      /there is not enough WebAssembly memory: a program's arena needs \d{4,}\.\d MiB, \d+\.\d MiB of at most/,
    );
    expect(model.getWeights()[0].arraySync()).toEqual(weights);
    const few = hebb.ones([2, 1]);
    const { history } = await model.fit(few, few, { batchSize: 2, verbose: 0 });
    // 40,000 ones, less the 1 that is wanted, squared.
    expect(history.loss).toEqual([Math.fround(39_999 ** 2)]);
    expect(model.getWeights()[0].arraySync()).not.toEqual(weights);
  });
});
