// Linear memory comes back: at once where something is disposed, in time where it is dropped; and a long run takes no
// more than a short one. Through tensors, compiled functions and models, on one thread and on two.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentBackend, setBackend } from '../../../src/backend/select.js';
import type { WasmBackend } from '../../../src/backend/wasm.js';
import {
  jit,
  layers,
  matMul,
  ones,
  sequential,
  setSeed,
  variable,
  type Sequential,
} from '../../../src/index.js';
import { backendsHere } from '../../support/backends.js';
import { gather } from '../../support/threads.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe.each([1, 2])('on %i threads', (threads) => {
  let backend: WasmBackend;
  beforeAll(async () => {
    setBackend('wasm', { isa: 'simd', threads });
    backend = currentBackend() as WasmBackend;
    await gather(backend);
  });
  afterAll(() => setBackend(backendsHere[0]));

  function model(): Sequential {
    setSeed(1);
    const made = sequential({
      layers: [
        layers.dense({ units: 300, activation: 'relu', inputShape: [200] }),
        layers.dense({ units: 4 }),
      ],
    });
    made.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    return made;
  }
  const x = ones([640, 200]);
  const y = ones([640, 4]);

  it('a compiled function and a Variable give theirs back when they are disposed', () => {
    const used = backend.usedBytes;
    const w = variable(ones([300, 300]));
    const f = jit(() => {
      w.assign(matMul(w, w).mul(1e-3));
      return w.sum();
    });
    f();
    expect(backend.usedBytes).toBeGreaterThan(used + 2 * 300 * 300 * 4);
    f.dispose();
    expect(backend.usedBytes).toBeLessThan(used + 1.1 * 300 * 300 * 4);
    w[Symbol.dispose]();
    expect(backend.usedBytes).toBe(used);
  });

  it('a model trained in the background gives its programs back when it is disposed', async () => {
    const made = model();
    await made.fit(x, y, { epochs: 1, batchSize: 64 });
    const trained = backend.usedBytes;
    made.dispose();
    expect(backend.usedBytes).toBeLessThan(trained - 2 * 200 * 300 * 4);
  });

  it('what is dropped comes back in time', async () => {
    const used = backend.usedBytes;
    await (async () => {
      for (let i = 0; i < 3; i++) await model().fit(x, y, { epochs: 1, batchSize: 64 });
    })();
    const after = backend.usedBytes;
    expect(after).toBeGreaterThan(used + 3 * 200 * 300 * 4);
    for (let i = 0; i < 50 && backend.usedBytes > used + (after - used) / 3; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(backend.usedBytes).toBeLessThanOrEqual(used + (after - used) / 3);
  });

  it('a long run does not grow', async () => {
    const made = model();
    const use = async (times: number): Promise<number> => {
      for (let i = 0; i < times; i++) {
        await made.fit(x, y, { epochs: 10, batchSize: 64 });
        for (let k = 0; k < 20; k++) await made.predictAsync(x);
      }
      return backend.usedBytes;
    };
    // What comes again is copied into linear memory the second time.
    const used = await use(3);
    expect(await use(6)).toBeLessThanOrEqual(used);
    made.dispose();
  });
});
