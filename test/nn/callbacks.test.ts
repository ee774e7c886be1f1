import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  callbacks,
  layers,
  sequential,
  setSeed,
  tensor,
  type CallbackHooks,
  type Logs,
  type Model,
} from '../../src/index.js';

afterEach(() => vi.restoreAllMocks());

function make(): Model {
  setSeed(1);
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

const x = tensor([[1], [2]]);
const y = tensor([[3], [5]]);

/** The epochs that were run, where a figure goes as given. */
async function epochsOf(
  figures: readonly number[],
  config: object,
  weights: number[] = [],
): Promise<number[]> {
  const model = make();
  const report: CallbackHooks = {
    onEpochEnd: (epoch, logs?: Logs) => {
      logs!.figure = figures[epoch];
      weights.push(model.getWeights()[0].dataSync()[0]);
    },
  };
  const stop = callbacks.earlyStopping({ monitor: 'figure', ...config });
  const { epoch } = await model.fit(x, y, { epochs: figures.length, callbacks: [report, stop] });
  weights.push(model.getWeights()[0].dataSync()[0]);
  return epoch;
}

describe('earlyStopping', () => {
  it.each([
    ['after the first that is not better', [3, 2, 2, 1], {}, 3],
    ['after so many in a row', [3, 2, 2, 2, 1, 1, 1, 1], { patience: 3 }, 8],
    ['after so many in a row, which may be more', [3, 2, 2, 2, 1, 1, 1, 1, 1], { patience: 2 }, 4],
    ['where change is too small to count', [3, 2.95, 2.5, 2.45], { minDelta: 0.1 }, 2],
    ['where it shall grow', [1, 2, 1, 3], { mode: 'max' }, 3],
    ['where the baseline is not reached', [3, 2, 1], { baseline: 2.5, patience: 2 }, 3],
    ['where the baseline is not reached at all', [3, 2.6, 1], { baseline: 2.5, patience: 2 }, 2],
    ['never', [5, 4, 3, 2], { patience: 1 }, 4],
  ])('ends %s', async (_, figures, config, epochs) => {
    expect((await epochsOf(figures, config)).length).toBe(epochs);
  });

  it('gives back the best weights, also where nothing ended training', async () => {
    const weights: number[] = [];
    await epochsOf([3, 1, 2, 2, 2], { patience: 2, restoreBestWeights: true }, weights);
    expect(weights.length).toBe(5);
    expect(weights[4]).toBe(weights[1]);
    expect(weights[3]).not.toBe(weights[1]);
    const whole: number[] = [];
    await epochsOf([3, 1, 2], { patience: 9, restoreBestWeights: true }, whole);
    expect(whole[3]).toBe(whole[1]);
    const last: number[] = [];
    await epochsOf([3, 1, 2, 2, 2], { patience: 2 }, last);
    expect(last[4]).toBe(last[3]);
  });

  it('takes accuracies as growing, says where it ended, and warns of a figure that is not there', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const model = make();
    const accuracies = [0.5, 0.6, 0.6, 0.7];
    const report: CallbackHooks = { onEpochEnd: (epoch, logs) => void (logs!.val_acc = accuracies[epoch]) };
    const stop = callbacks.earlyStopping({ monitor: 'val_acc', verbose: 1 });
    await model.fit(x, y, { epochs: 4, callbacks: [report, stop] });
    expect(stop.stoppedEpoch).toBe(2);
    expect(log).toHaveBeenCalledWith('Epoch 3: early stopping');
    const { epoch } = await model.fit(x, y, { epochs: 3, callbacks: callbacks.earlyStopping() });
    expect(epoch.length).toBe(3);
    expect(warn.mock.calls).toEqual([
      ["hebb: earlyStopping: unknown figure 'val_loss' (there are: loss); nothing is done"],
    ]);
  });

  it('refuses options that make no sense', () => {
    expect(() => callbacks.earlyStopping({ patience: -1 })).toThrow('expected a patience of at least 0');
    expect(() => callbacks.earlyStopping({ mode: 'mx' as 'max' })).toThrow(
      "unknown mode 'mx': did you mean 'max'?",
    );
  });
});

describe('the order of callbacks', () => {
  it('is that of the list, but for those that save', async () => {
    const calls: string[] = [];
    const named = (name: string, comesLast?: boolean): CallbackHooks => ({
      comesLast,
      onEpochEnd: () => void calls.push(name),
    });
    await make().fit(x, y, { callbacks: [named('a'), named('saves', true), named('b')] });
    expect(calls).toEqual(['a', 'b', 'saves']);
  });
});
