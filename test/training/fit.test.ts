// What fit does beside learning: hooks and their order, stopping, progress, validation, batches, aborts.

import { beforeAll, describe, expect, it } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import {
  Callback,
  History,
  type CallbackHooks,
  type Logs,
  type Progress,
} from '../../src/nn/callbacks/index.js';
import type { FitParams } from '../../src/nn/callbacks/index.js';
import { tensor } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { backendsHere } from '../support/backends.js';
import { classifier, problem, weightsOf } from '../support/training.js';

const data = problem();
const numbers = (t: Tensor | Tensor[]): number[] => (Array.isArray(t) ? t : [t]).map((f) => f.dataSync()[0]);
const head = (t: Tensor, count: number): Tensor => t.slice([0], [count]);
const tail = (t: Tensor, from: number): Tensor => t.slice([from], [t.shape[0] - from]);

/** Writes down each hook that is called, with its number. */
class Recorder extends Callback {
  readonly seen: string[] = [];

  override onTrainBegin(): void {
    this.seen.push('train begin');
  }
  override onTrainEnd(): void {
    this.seen.push('train end');
  }
  override async onEpochBegin(epoch: number): Promise<void> {
    await Promise.resolve();
    this.seen.push(`epoch ${epoch} begin`);
  }
  override async onEpochEnd(epoch: number, logs?: Logs): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.seen.push(`epoch ${epoch} end: ${Object.keys(logs ?? {}).join(' ')}`);
  }
}

class BatchRecorder extends Recorder {
  override onBatchBegin(batch: number, logs?: Logs): void {
    this.seen.push(`batch ${batch} begin ${logs?.size}`);
  }
  override async onBatchEnd(batch: number, logs?: Logs): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.seen.push(`batch ${batch} end ${Object.keys(logs ?? {}).join(' ')}`);
  }
}

describe.each(backendsHere)('fit on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  describe('callbacks', () => {
    it('as a class: hooks in order, each awaited, told the model and the run', async () => {
      const model = classifier(data);
      const callback = new Recorder();
      const history = await model.fit(data.x, data.y, {
        batchSize: 32,
        epochs: 2,
        callbacks: callback,
        validationSplit: 0.2,
      });
      const figures = 'loss acc val_loss val_acc';
      expect(callback.seen).toEqual([
        'train begin',
        'epoch 0 begin',
        `epoch 0 end: ${figures}`,
        'epoch 1 begin',
        `epoch 1 end: ${figures}`,
        'train end',
      ]);
      expect(callback.model).toBe(model);
      expect(callback.params).toMatchObject({
        epochs: 2,
        initialEpoch: 0,
        steps: 2,
        batchSize: 32,
        samples: 56,
        doValidation: true,
      } satisfies Partial<FitParams>);
      expect(history).toBeInstanceOf(History);
      expect(model.history).toBe(history);
      expect(history.epoch).toEqual([0, 1]);
      expect(Object.keys(history.history)).toEqual(figures.split(' '));
    });

    it('with batch hooks: each batch, the last one smaller', async () => {
      const callback = new BatchRecorder();
      await classifier(data).fit(data.x, data.y, { batchSize: 32, callbacks: [callback] });
      expect(callback.seen).toEqual([
        'train begin',
        'epoch 0 begin',
        ...[32, 32, 6].flatMap((size, batch) => [
          `batch ${batch} begin ${size}`,
          `batch ${batch} end batch size loss acc`,
        ]),
        'epoch 0 end: loss acc',
        'train end',
      ]);
    });

    it('as plain objects, several, one after the other', async () => {
      const seen: string[] = [];
      const hooks = (name: string): CallbackHooks => ({
        onTrainBegin: () => void seen.push(`${name} begin`),
        onEpochEnd: async (epoch, logs) => {
          await Promise.resolve();
          seen.push(`${name} ${epoch} ${typeof logs?.loss}`);
        },
      });
      await classifier(data).fit(data.x, data.y, { callbacks: [hooks('a'), hooks('b')] });
      expect(seen).toEqual(['a begin', 'b begin', 'a 0 number', 'b 0 number']);
    });

    it('that fail end the fit, and the model can be trained again', async () => {
      const model = classifier(data);
      const fails = { onEpochEnd: () => Promise.reject(new Error('no more')) };
      await expect(model.fit(data.x, data.y, { epochs: 3, callbacks: fails })).rejects.toThrow('no more');
      expect(model.isTraining).toBe(false);
      expect((await model.fit(data.x, data.y)).epoch).toEqual([0]);
    });

    it('stop training after an epoch, or after a batch', async () => {
      const model = classifier(data);
      const byEpoch = {
        onEpochEnd: (epoch: number) => {
          if (epoch === 1) model.stopTraining = true;
        },
      };
      expect((await model.fit(data.x, data.y, { epochs: 5, callbacks: byEpoch })).epoch).toEqual([0, 1]);
      let batches = 0;
      const byBatch = {
        onBatchEnd: () => {
          if (++batches === 3) model.stopTraining = true;
        },
      };
      const before = model.optimizer.iterations.dataSync()[0];
      const { epoch } = await model.fit(data.x, data.y, { epochs: 5, batchSize: 10, callbacks: byBatch });
      expect([batches, epoch]).toEqual([3, [0]]);
      expect(model.optimizer.iterations.dataSync()[0] - before).toBe(3);
    });

    it('see progress: whole steps, in order, with figures', async () => {
      const seen: Progress[] = [];
      const model = classifier(data);
      const callbacks = {
        onProgress: (progress: Progress) => void seen.push(progress),
        onBatchEnd: () => undefined,
      };
      await model.fit(data.x, data.y, { epochs: 2, batchSize: 20, callbacks });
      expect(seen.map((p) => `${p.epoch}: ${p.step} of ${p.steps}`)).toEqual(
        [0, 1].flatMap((epoch) => [1, 2, 3, 4].map((step) => `${epoch}: ${step} of 4`)),
      );
      expect(seen.every((p) => Number.isFinite(p.logs.loss))).toBe(true);
    });
  });

  describe('steps', () => {
    it('are counted: the last smaller batch is one, and a batch larger than the data is the data', async () => {
      for (const [batchSize, steps] of [
        [1, 70],
        [32, 3],
        [35, 2],
        [70, 1],
        [1000, 1],
      ]) {
        const model = classifier(data);
        await model.fit(data.x, data.y, { batchSize, epochs: 2 });
        expect(model.optimizer.iterations.dataSync()[0]).toBe(2 * steps);
      }
    });

    it('see each example once an epoch, in a new order each epoch; in the given order without shuffle', async () => {
      // A weight for each example, which one step with it moves by 1.
      const count = 11;
      const eye = tensor(
        Array.from({ length: count * count }, (_, i) => (i % (count + 1) === 0 ? 255 : 0)),
        [count, count],
        'uint8',
      );
      const order: number[][] = [];
      for (const shuffle of [true, true, false]) {
        const model = classifier(
          { x: eye, y: eye, features: count, classes: 2 },
          { hidden: 3, regularized: false, optimizer: 'sgd' },
        );
        const labels = tensor(new Uint8Array(count), [count], 'uint8');
        const seen: number[] = [];
        let last = weightsOf(model)[0];
        const onBatchEnd = (): void => {
          const now = weightsOf(model)[0];
          const changed = [...new Set(now.flatMap((w, i) => (w === last[i] ? [] : [Math.floor(i / 3)])))];
          expect(changed.length).toBeLessThanOrEqual(1);
          seen.push(...changed);
          last = now;
        };
        await model.fit(eye, labels, { batchSize: 1, epochs: 1, shuffle, callbacks: { onBatchEnd } });
        order.push(seen);
      }
      const all = Array.from({ length: count }, (_, i) => i);
      expect(order[2].length).toBeGreaterThan(count / 2);
      expect([...order[2]].sort((a, b) => a - b)).toEqual(order[2]);
      for (const seen of order.slice(0, 2)) {
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.every((i) => all.includes(i))).toBe(true);
        expect([...seen].sort((a, b) => a - b)).not.toEqual(seen);
      }
    });

    it('from initialEpoch on are numbered so', async () => {
      const epochs: number[] = [];
      const history = await classifier(data).fit(data.x, data.y, {
        initialEpoch: 2,
        epochs: 4,
        callbacks: { onEpochBegin: (epoch) => void epochs.push(epoch) },
      });
      expect([epochs, history.epoch]).toEqual([
        [2, 3],
        [2, 3],
      ]);
      expect((await classifier(data).fit(data.x, data.y, { initialEpoch: 3, epochs: 3 })).epoch).toEqual([]);
    });
  });

  describe('validation', () => {
    const expectSame = async (args: object, x: Tensor, y: Tensor, train: number): Promise<void> => {
      const model = classifier(data);
      const evaluated: number[][] = [];
      const onEpochEnd = (): void => void evaluated.push(numbers(model.evaluate(x, y, { batchSize: 8 })));
      const { history } = await model.fit(data.x, data.y, {
        epochs: 2,
        batchSize: 8,
        ...args,
        callbacks: { onEpochEnd },
      });
      expect([history.val_loss, history.val_acc]).toEqual([
        evaluated.map((e) => e[0]),
        evaluated.map((e) => e[1]),
      ]);
      expect(model.optimizer.iterations.dataSync()[0]).toBe(2 * Math.ceil(train / 8));
    };

    it('of the last fraction is what evaluate gives', () =>
      expectSame({ validationSplit: 0.3 }, tail(data.x, 49), tail(data.y, 49), 49));

    it('on given data is what evaluate gives', async () => {
      const [x, y] = [head(data.x, 21), head(data.y, 21)];
      await expectSame({ validationData: [x, y] }, x, y, 70);
      await expectSame({ validationData: { xs: x, ys: y } }, x, y, 70);
    });

    it('does not depend on the batch size, but for rounding', async () => {
      const model = classifier(data);
      const all = numbers(model.evaluate(data.x, data.y, { batchSize: 70 }));
      for (const batchSize of [1, 32, 69]) {
        const [loss, accuracy] = numbers(model.evaluate(data.x, data.y, { batchSize }));
        expect(loss).toBeCloseTo(all[0], 6);
        expect(accuracy).toBeCloseTo(all[1], 6);
      }
      // Dropout is off, so it is the same again.
      expect(numbers(model.evaluate(data.x, data.y, { batchSize: 70 }))).toEqual(all);
    });
  });

  describe('abort', () => {
    const endless = { epochs: 1_000_000, batchSize: 7 };
    const reason = new Error('enough');

    it.each([
      ['in stretches', {}],
      ['epoch by epoch', { onEpochEnd: () => undefined }],
      ['step by step', { onBatchEnd: () => undefined }],
    ])('%s: rejects with the reason, and the model keeps the last completed step', async (_, hooks) => {
      const model = classifier(data);
      const controller = new AbortController();
      const done = model.fit(data.x, data.y, { ...endless, signal: controller.signal, callbacks: hooks });
      const outcome = expect(done).rejects.toBe(reason);
      while ((await model.optimizer.iterations.data())[0] < 3) await new Promise((r) => setTimeout(r, 2));
      controller.abort(reason);
      await outcome;
      expect(model.isTraining).toBe(false);
      const steps = model.optimizer.iterations.dataSync()[0];
      expect(steps).toBeGreaterThanOrEqual(3);
      // As many steps without an abort give the same weights: whole epochs of 10 steps, then the rest of one.
      const again = classifier(data);
      const epochs = Math.floor(steps / 10);
      if (epochs > 0) await again.fit(data.x, data.y, { batchSize: 7, epochs });
      let left = steps - 10 * epochs;
      const stopInTime = (): void => void (again.stopTraining = --left <= 0);
      if (left > 0) await again.fit(data.x, data.y, { batchSize: 7, callbacks: { onBatchEnd: stopInTime } });
      expect(again.optimizer.iterations.dataSync()[0]).toBe(steps);
      expect(weightsOf(model)).toEqual(weightsOf(again));
      expect((await model.fit(data.x, data.y)).epoch).toEqual([0]);
    });

    it('before the start nothing happens', async () => {
      const model = classifier(data);
      const before = weightsOf(model);
      await expect(model.fit(data.x, data.y, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(weightsOf(model)).toEqual(before);
      expect(model.isTraining).toBe(false);
    });
  });

  describe('while it runs', () => {
    it('a second fit of the model throws, another model trains beside it', async () => {
      const [model, other] = [classifier(data), classifier(data)];
      const controller = new AbortController();
      const done = model.fit(data.x, data.y, { epochs: 1_000_000, signal: controller.signal });
      expect(model.isTraining).toBe(true);
      await expect(model.fit(data.x, data.y)).rejects.toThrow(/being trained already/);
      await expect(model.trainOnBatch(data.x, data.y)).rejects.toThrow(/being trained/);
      expect((await other.fit(data.x, data.y, { epochs: 2 })).epoch).toEqual([0, 1]);
      controller.abort();
      await expect(done).rejects.toThrow();
    });

    it('weights that are read are those of a completed step', async () => {
      const model = classifier(data, { regularized: false, optimizer: 'sgd' });
      const controller = new AbortController();
      const steps: number[] = [];
      const reads: number[][][] = [];
      const done = model.fit(data.x, data.y, {
        epochs: 1_000_000,
        batchSize: 70,
        shuffle: false,
        signal: controller.signal,
      });
      const outcome = expect(done).rejects.toThrow();
      for (let i = 0; i < 4; i++) {
        await new Promise((resolve) => setTimeout(resolve, 3));
        // All of one boundary: read together.
        const [count, ...weights] = await Promise.all(
          [model.optimizer.iterations, ...model.weights].map((v) => v.data()),
        );
        steps.push(count[0]);
        reads.push(weights.map((w) => Array.from(w)));
      }
      controller.abort();
      await outcome;
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
      const again = classifier(data, { regularized: false, optimizer: 'sgd' });
      let made = 0;
      for (let i = 0; i < steps.length && steps[i] <= 3000; i++) {
        const more = steps[i] - made;
        if (more > 0) await again.fit(data.x, data.y, { epochs: more, batchSize: 70, shuffle: false });
        made = steps[i];
        expect(reads[i]).toEqual(weightsOf(again));
      }
      expect(made).toBeGreaterThan(0);
    });
  });
});
