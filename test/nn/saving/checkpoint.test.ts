import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  callbacks,
  layers,
  loadCheckpoint,
  sequential,
  setSeed,
  tensor,
  type CallbackHooks,
  type FitArgs,
  type Model,
} from '../../../src/index.js';
import { defaultGenerator } from '../../../src/tensor/generator.js';
import { testData } from '../support.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hebb-checkpoint-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

const examples = 23;
const batchSize = 4;
const steps = Math.ceil(examples / batchSize);
const x = tensor(Float32Array.from(testData(examples * 3, 1)), [examples, 3]);
const y = tensor(Float32Array.from(testData(examples, 2)), [examples, 1]);

/** Both kinds of dropout: with the default generator and with one of its own. */
function make(optimizer = 'adam', seed = 5): Model {
  setSeed(seed);
  const model = sequential({
    layers: [
      layers.dense({ units: 8, activation: 'relu', inputShape: [3], name: 'first' }),
      layers.dropout({ rate: 0.3, name: 'shared' }),
      layers.dropout({ rate: 0.2, seed: 9, name: 'own' }),
      layers.dense({ units: 1, name: 'last' }),
    ],
  });
  model.compile({ optimizer, loss: 'meanSquaredError', metrics: ['meanAbsoluteError'] });
  return model;
}

/** All that training leaves behind. */
function state(model: Model): unknown {
  const { optimizer } = model;
  return {
    weights: model.getWeights().map((w) => [...w.dataSync()]),
    optimizer: optimizer.state_.map((v) => [v.name, ...v.dataSync()]),
    generators: [defaultGenerator(), ...model.layers.flatMap((l) => l.generators)].map((g) => [
      ...g.state.dataSync(),
    ]),
  };
}

const fit = (model: Model, args: FitArgs): ReturnType<Model['fit']> =>
  model.fit(x, y, { batchSize, epochs: 4, ...args });

/** Saves after so many steps in all, then ends training as a crash would: without another hook. */
function crash(path: string, after: number): CallbackHooks {
  let done = 0;
  let model: Model;
  return {
    setModel: (m) => void (model = m),
    async onBatchEnd() {
      if (++done < after) return;
      await model.saveCheckpoint(path);
      throw new Error('crash');
    },
  };
}

describe('training that goes on from a checkpoint ends as if it had never stopped', () => {
  const path = (): string => join(directory, 'c.safetensors');

  it.each(['sgd', 'momentum', 'rmsprop', 'adam', 'adamax', 'adagrad', 'adadelta'])(
    'with %s',
    async (name) => {
      const whole = make(name);
      const { history } = await fit(whole, { validationSplit: 0.2 });
      const expected = state(whole);
      const killed = make(name);
      await fit(killed, { epochs: 2, validationSplit: 0.2 });
      await killed.saveCheckpoint(path());
      const resumed = make(name, 77);
      expect(await resumed.resumeFrom(path())).toMatchObject({ epoch: 2, step: 0 });
      const rest = await fit(resumed, { validationSplit: 0.2 });
      expect(state(resumed)).toEqual(expected);
      expect(rest.epoch).toEqual([2, 3]);
      for (const [figure, values] of Object.entries(history))
        expect(rest.history[figure]).toEqual(values.slice(2));
    },
  );

  it('at every step', async () => {
    const whole = make();
    const { history } = await fit(whole, {});
    const expected = state(whole);
    for (let after = 1; after <= 2 * steps + 1; after++) {
      const killed = make();
      await expect(fit(killed, { callbacks: crash(path(), after) })).rejects.toThrow('crash');
      const resumed = make('adam', 77);
      const place = await resumed.resumeFrom(path());
      const epoch = Math.floor((after - 1) / steps);
      expect(place).toMatchObject({ epoch, step: after - epoch * steps });
      const rest = await fit(resumed, {});
      expect(state(resumed)).toEqual(expected);
      expect(rest.epoch[0]).toBe(epoch);
      // The figures of the epoch that was interrupted count the steps before, too.
      for (const [figure, values] of Object.entries(history)) {
        expect(rest.history[figure]).toEqual(values.slice(epoch));
      }
    }
  });

  it('in order as well as shuffled', async () => {
    const whole = make();
    await fit(whole, { shuffle: false });
    const expected = state(whole);
    await expect(fit(make(), { shuffle: false, callbacks: crash(path(), steps + 2) })).rejects.toThrow(
      'crash',
    );
    const resumed = make();
    await resumed.resumeFrom(path());
    await fit(resumed, { shuffle: false });
    expect(state(resumed)).toEqual(expected);
  });

  it('after an abort, wherever it fell', async () => {
    const long = { epochs: 1500 };
    const whole = make();
    await fit(whole, long);
    const expected = state(whole);
    const places: number[] = [];
    for (const byEpoch of [false, true]) {
      const controller = new AbortController();
      const killed = make();
      let calls = 0;
      const callbacks: CallbackHooks = {
        onProgress: () => void (++calls && controller.abort(new Error('stop'))),
        ...(byEpoch ? { onEpochEnd: () => void (++calls > 5 && controller.abort(new Error('stop'))) } : {}),
      };
      setTimeout(() => controller.abort(new Error('stop')), 5);
      await fit(killed, { ...long, callbacks, signal: controller.signal }).catch(() => undefined);
      await killed.saveCheckpoint(path());
      const resumed = make('adam', 77);
      const place = await resumed.resumeFrom(path());
      places.push(place!.epoch);
      await fit(resumed, long);
      expect(state(resumed)).toEqual(expected);
    }
    expect(Math.min(...places)).toBeLessThan(1500);
  });

  it('on another backend run of the same program: learning rate as a callback set it', async () => {
    const slower: () => CallbackHooks = () => {
      let model: Model;
      return {
        setModel: (m) => void (model = m),
        onEpochEnd: () => void (model.optimizer.learningRate *= 0.5),
      };
    };
    const whole = make();
    await fit(whole, { callbacks: slower() });
    const killed = make();
    await fit(killed, { epochs: 2, callbacks: slower() });
    await killed.saveCheckpoint(path());
    const resumed = make();
    await resumed.resumeFrom(path());
    await fit(resumed, { callbacks: slower() });
    const rates = [whole, resumed].map((m) => m.optimizer.learningRate);
    expect(rates).toEqual([0.001 / 16, 0.001 / 16]);
    expect(state(resumed)).toEqual(state(whole));
  });

  it('with early stopping, which remembers what it has seen', async () => {
    const watched = (): CallbackHooks[] => [
      callbacks.modelCheckpoint({ filepath: path() }),
      callbacks.earlyStopping({ monitor: 'loss', patience: 2, minDelta: 0.05, restoreBestWeights: true }),
    ];
    const long = { epochs: 20 };
    const whole = make();
    const { epoch } = await fit(whole, { ...long, callbacks: watched() });
    expect(epoch.length).toBeLessThan(20);
    const expected = state(whole);
    await rm(path());
    for (let until = 1; until <= epoch.length; until++) {
      const killed = make();
      const stop: CallbackHooks = {
        onEpochBegin: (e) => {
          if (e === until) throw new Error('crash');
        },
      };
      await fit(killed, { ...long, callbacks: [...watched(), stop] }).catch(() => undefined);
      // By hand it is the same as by the callback.
      if (until % 2 === 1) await killed.saveCheckpoint(path());
      const resumed = make('adam', 77);
      await resumed.resumeFrom(path());
      const rest = await fit(resumed, { ...long, callbacks: watched() });
      expect(state(resumed)).toEqual(expected);
      expect([...Array(until).keys(), ...rest.epoch].slice(0, epoch.length)).toEqual(epoch);
    }
  });

  it('and refuses other batches in the middle of an epoch', async () => {
    await expect(fit(make(), { callbacks: crash(path(), 2) })).rejects.toThrow('crash');
    const resumed = make();
    await resumed.resumeFrom(path());
    await expect(fit(resumed, { batchSize: 5 })).rejects.toThrow(
      'fit: the checkpoint was made within an epoch of 23 examples in shuffled batches of 4; expected the same, got 23 ' +
        'examples in shuffled batches of 5.',
    );
  });
});

describe('resumeFrom', () => {
  it('gives null, and leaves the model alone, where there is nothing', async () => {
    const model = make();
    const before = state(model);
    expect(await model.resumeFrom(join(directory, 'none.safetensors'))).toBeNull();
    expect(await model.resumeFrom(directory)).toBeNull();
    expect(state(model)).toEqual(before);
  });

  it('takes the newest whole checkpoint of a directory', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const model = make();
    for (const epochs of [1, 2, 3]) {
      await fit(model, { epochs, initialEpoch: epochs - 1 });
      const file = join(directory, `${epochs}.safetensors`);
      await model.saveCheckpoint(file);
      await utimes(file, 1000 + epochs, 1000 + epochs);
    }
    await writeFile(join(directory, 'x.safetensors.0123456789ab.tmp'), 'half');
    expect(await make().resumeFrom(directory)).toMatchObject({ epoch: 3 });
    expect(warn).not.toHaveBeenCalled();
    const newest = join(directory, '3.safetensors');
    const bytes = await readFile(newest);
    bytes[bytes.length - 5] ^= 1;
    await writeFile(newest, bytes);
    expect(await make().resumeFrom(directory)).toMatchObject({ epoch: 2 });
    expect(warn.mock.calls[0][0]).toContain(
      'the checkpoint is damaged: its bytes are not those that were written',
    );
  });

  it('knows layers without names by their places', async () => {
    const path = join(directory, 'c.safetensors');
    const unnamed = (): Model => {
      const model = sequential({
        layers: [
          layers.dense({ units: 3, inputShape: [3] }),
          layers.dropout({ rate: 0.5, seed: 1 }),
          layers.dense({ units: 1 }),
        ],
      });
      model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
      return model;
    };
    const first = unnamed();
    await fit(first, { epochs: 1 });
    await first.saveCheckpoint(path);
    const second = unnamed();
    expect(second.layers[0].name).not.toBe(first.layers[0].name);
    await second.resumeFrom(path);
    const values = ({ weights, optimizer, layers: list }: Model): unknown =>
      [...weights, ...optimizer.state_, ...list.flatMap((l) => l.generators.map((g) => g.state))].map((v) => [
        ...v.dataSync(),
      ]);
    expect(values(second)).toEqual(values(first));
  });

  it('refuses the checkpoint of another model or optimizer, and changes nothing', async () => {
    const path = join(directory, 'c.safetensors');
    const other = sequential({ layers: [layers.dense({ units: 2, inputShape: [3], name: 'first' })] });
    other.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    await other.saveCheckpoint(path);
    const model = make();
    const before = state(model);
    await expect(model.resumeFrom(path)).rejects.toThrow("'model/first/kernel' has float32 of shape [3, 2]");
    expect(state(model)).toEqual(before);
    await make('sgd').saveCheckpoint(path);
    const adam = make();
    await expect(adam.resumeFrom(path)).rejects.toThrow(/lacks 'optimizer\/first\/kernel\/m'/);
    const uncompiled = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
    await expect(uncompiled.resumeFrom(path)).rejects.toThrow('resumeFrom: the model is not compiled');
  });
});

describe('loadCheckpoint', () => {
  it('makes the model, compiled as it was', async () => {
    const path = join(directory, 'c.safetensors');
    const model = make('rmsprop');
    await fit(model, { epochs: 1 });
    await model.saveCheckpoint(path);
    const copy = await loadCheckpoint(path);
    expect(copy.getWeights().map((w) => [...w.dataSync()])).toEqual(
      model.getWeights().map((w) => [...w.dataSync()]),
    );
    expect(copy.metricsNames).toEqual(model.metricsNames);
    expect(copy.optimizer.state_.map((v) => [...v.dataSync()])).toEqual(
      model.optimizer.state_.map((v) => [...v.dataSync()]),
    );
    await copy.resumeFrom(path);
    await fit(copy, {});
    const copied = state(copy);
    const again = make('rmsprop', 1);
    await again.resumeFrom(path);
    await fit(again, {});
    expect((copied as { weights: unknown }).weights).toEqual((state(again) as { weights: unknown }).weights);
    await expect(loadCheckpoint(join(directory, 'none'))).rejects.toThrow('there is no checkpoint at');
  });

  it('leaves a model whose loss is a function to be compiled', async () => {
    const path = join(directory, 'c.safetensors');
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [3] })] });
    model.compile({ optimizer: 'sgd', loss: (t, p) => t.sub(p).square() });
    await model.saveCheckpoint(path);
    const copy = await loadCheckpoint(path);
    expect(() => copy.optimizer).toThrow('the model is not compiled');
  });
});

describe('modelCheckpoint', () => {
  const files = (): Promise<string[]> => readdir(directory).then((names) => names.sort());
  const make1 = (filepath: string, more: object = {}): CallbackHooks =>
    callbacks.modelCheckpoint({ filepath: join(directory, filepath), ...more });

  it('fills in the name and keeps so many', async () => {
    const model = make();
    await fit(model, { callbacks: make1('m-{epoch:03d}-{loss:.2f}.safetensors') });
    expect((await files()).map((name) => name.replace(/\d\.\d\d/, 'N'))).toEqual(
      [1, 2, 3, 4].map((epoch) => `m-00${epoch}-N.safetensors`),
    );
    await rm(directory, { recursive: true });
    await fit(make(), { callbacks: make1('deep/m-{epoch}.safetensors', { keep: 2 }) });
    expect(await readdir(join(directory, 'deep'))).toEqual(['m-3.safetensors', 'm-4.safetensors']);
  });

  it('saves every so many batches', async () => {
    await fit(make(), { epochs: 2, callbacks: make1('m-{epoch}-{batch}.safetensors', { saveFreq: 5 }) });
    expect(await files()).toEqual(['m-1-5.safetensors', 'm-2-4.safetensors']);
  });

  it('saves only what is better than ever, also after going on', async () => {
    const best = (): CallbackHooks =>
      make1('best-{epoch}.safetensors', { saveBestOnly: true, monitor: 'figure', mode: 'max' });
    const figures = [3, 1, 4, 2, 9];
    const report: CallbackHooks = { onEpochEnd: (epoch, logs) => void (logs!.figure = figures[epoch]) };
    await fit(make(), { callbacks: [best(), report] });
    expect(await files()).toEqual(['best-1.safetensors', 'best-3.safetensors']);
    const model = make();
    expect(await model.resumeFrom(directory)).toMatchObject({ epoch: 3 });
    figures[3] = 3.5;
    await fit(model, { epochs: 5, callbacks: [best(), report] });
    expect(await files()).toEqual(['best-1.safetensors', 'best-3.safetensors', 'best-5.safetensors']);
  });

  it('warns once of a figure that is not there', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await fit(make(), { callbacks: make1('m.safetensors', { saveBestOnly: true, monitor: 'val_los' }) });
    expect(await files()).toEqual([]);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('saves weights alone', async () => {
    const model = make();
    await fit(model, { callbacks: make1('w.safetensors', { saveWeightsOnly: true }) });
    const copy = make('sgd', 77);
    await copy.loadWeights(join(directory, 'w.safetensors'));
    expect((state(copy) as { weights: unknown }).weights).toEqual(
      (state(model) as { weights: unknown }).weights,
    );
    await expect(copy.resumeFrom(directory)).rejects.toThrow('it holds tensors, but is not a checkpoint');
  });

  it('clears away what a crash left of a save', async () => {
    await writeFile(join(directory, 'm.safetensors.0123456789ab.tmp'), 'half');
    await writeFile(join(directory, 'other.safetensors.0123456789ab.tmp'), 'half');
    await fit(make(), { callbacks: make1('m.safetensors') });
    expect(await files()).toEqual(['m.safetensors', 'other.safetensors.0123456789ab.tmp']);
  });

  it('refuses options that make no sense', () => {
    expect(() => make1('m', { saveFreq: 0 })).toThrow(
      "expected a saveFreq of 'epoch' or a number of batches, got 0.",
    );
    expect(() => make1('m-{epoch}', { keep: 0 })).toThrow('expected to keep at least 1 file, got 0.');
    expect(() => make1('m', { keep: 2 })).toThrow('keep counts files of different names');
    expect(() => make1('m', { saveBestOnly: true, mode: 'maximum' })).toThrow("unknown mode 'maximum'");
    expect(() => callbacks.modelCheckpoint({} as never)).toThrow('modelCheckpoint: expected a path');
  });

  it('says which placeholder is not known', async () => {
    await expect(fit(make(), { callbacks: make1('m-{val_loss}') })).rejects.toThrow(
      'modelCheckpoint: filepath: there is no {val_loss}; there are loss, meanAbsoluteError, epoch.',
    );
  });
});

describe('backupAndRestore', () => {
  it.each(['epoch', 3] as const)('goes on with the program that was started again (%s)', async (saveFreq) => {
    const whole = make();
    await fit(whole, {});
    const expected = state(whole);
    const backup = (deleteCheckpoint = true): CallbackHooks =>
      callbacks.backupAndRestore({ backupDir: directory, saveFreq, deleteCheckpoint });
    let batches = 0;
    const fail: CallbackHooks = {
      onBatchEnd: () => {
        if (++batches % 9 === 0) throw new Error('crash');
      },
    };
    let crashes = 0;
    for (;;) {
      const model = make('adam', 5 + crashes);
      try {
        await fit(model, { callbacks: [backup(), fail] });
        // The order of the weights' first values is that of another seed: only the checkpoint has the right ones.
        expect(state(model)).toEqual(crashes > 0 ? expected : null);
        break;
      } catch (error) {
        expect((error as Error).message).toBe('crash');
        if (++crashes > 10) throw error;
      }
    }
    expect(crashes).toBeGreaterThan(1);
    expect(await readdir(directory)).toEqual([]);
    await fit(make(), { callbacks: backup(false) });
    expect(await readdir(directory)).toEqual(['backup.safetensors']);
  });
});
