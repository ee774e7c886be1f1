// Bad input, one test for each kind, on every backend, through the public API: what was expected, what came, where. Errors
// with tests of their own are elsewhere: each op's arguments in ops/errors.test.ts, files in data/idx.test.ts, layers'
// inputs in nn/layers.test.ts, NaN in training/not-finite.test.ts, aborts in training/fit.test.ts, a failed build and
// forced backends in backend/addon.test.ts and backend/select.test.ts, each fault of a program in contract/checking.test.ts.

import { beforeAll, describe, expect, it } from 'vitest';
import { currentBackend } from '../src/backend/select.js';
import { checkProgram } from '../src/contract/checking.js';
import { boundBuffers, headerAt } from '../src/contract/decoding.js';
import { newArray } from '../src/contract/dtypes.js';
import * as hebb from '../src/index.js';
import { resolveLayer } from '../src/nn/layers/index.js';
import { backendsHere } from './support/backends.js';
import { seeded } from './support/building.js';
import { cases } from './support/cases.js';

const { layers, tensor, zeros } = hebb;

function classifier(loss = 'sparseCategoricalCrossentropy'): hebb.Sequential {
  const model = hebb.sequential({
    layers: [
      layers.dense({ units: 4, activation: 'relu', inputShape: [784], name: 'dense_a' }),
      layers.dense({ units: 3, activation: 'softmax', name: 'dense_b' }),
    ],
  });
  model.compile({ optimizer: 'sgd', loss });
  return model;
}
const images = zeros([6, 784]);
const labels = tensor([0, 1, 2, 0, 1, 2], [6], 'int32');

type Attempt = () => unknown;
type Entry = readonly [
  title: string,
  attempt: Attempt,
  error: abstract new (...a: never[]) => Error,
  parts: readonly string[],
];
const { ArgumentError, HebbError, RunError, BackendError } = hebb;

const entries: readonly Entry[] = [
  [
    'a wrong rank',
    () => hebb.matMul(tensor([1, 2]), tensor([[1], [2]])),
    ArgumentError,
    ['matMul: expected two matrices', '[2] and [2, 1]'],
  ],
  [
    'inner dimensions',
    () => hebb.matMul(zeros([2, 3]), zeros([2, 3])),
    ArgumentError,
    ['inner dimensions differ', '[2, 3]'],
  ],
  [
    'more dimensions than an instruction can have',
    () => hebb.add(zeros([2, 1, 2, 1, 2, 1, 2, 1, 2, 1]), zeros([1, 2, 1, 2, 1, 2, 1, 2, 1, 2])),
    ArgumentError,
    ['[2, 2, 2, 2, 2, 2, 2, 2, 2, 2]', '10 dimensions', 'at most 8', 'reshape'],
  ],
  [
    'shapes that do not broadcast',
    () => hebb.add(zeros([2, 3]), zeros([2])),
    ArgumentError,
    ['[2, 3] and [2]'],
  ],
  [
    'inputs of the wrong rank',
    () => classifier().fit(zeros([6, 28, 28]), labels),
    ArgumentError,
    ['dense_a: expected input of shape [*, 784], got [6, 28, 28]', 'flatten'],
  ],
  [
    'inputs of the wrong size',
    () => classifier().predict(zeros([6, 783])),
    ArgumentError,
    ['dense_a: expected input of shape [*, 784], got [6, 783]'],
  ],
  [
    'an input without a batch',
    () => classifier().predict(zeros([784])),
    ArgumentError,
    ['[*, 784], got [784]', 'the batch dimension may be missing'],
  ],
  [
    'targets of the wrong shape',
    () => classifier('categoricalCrossentropy').fit(images, labels),
    ArgumentError,
    ['y: expected targets of shape [*, 3]', 'got [6]', 'sparseCategoricalCrossentropy'],
  ],
  [
    'one-hot targets of a sparse loss',
    () => classifier().fit(images, zeros([6, 3])),
    ArgumentError,
    ['class numbers', '[6, 3]', 'categoricalCrossentropy'],
  ],
  [
    'as many targets as inputs',
    () => classifier().fit(images, labels.slice([0], [5])),
    ArgumentError,
    ['6 examples', '5'],
  ],
  [
    'a label that is too large',
    () => classifier().fit(images, tensor([0, 1, 3, 0, 1, 2], [6], 'int32')),
    RunError,
    ['label 3 is outside 0 .. 2'],
  ],
  [
    'a label below 0',
    () => classifier().evaluate(images, tensor([0, 1, -1, 0, 1, 2], [6], 'int32')),
    RunError,
    ['label -1 is outside 0 .. 2'],
  ],
  [
    'an index',
    () => hebb.gather(zeros([3, 2]), tensor([3], [1], 'int32')),
    RunError,
    ['gather: index 3 is outside 0 .. 2'],
  ],
  [
    'no examples',
    () => classifier().fit(zeros([0, 784]), zeros([0], 'int32')),
    ArgumentError,
    ['expected at least one example', '[0, 784]'],
  ],
  [
    'nothing at all',
    () => classifier().fit(undefined as never, labels),
    ArgumentError,
    ['fit: x', 'undefined'],
  ],
  [
    'batch size 0',
    () => classifier().fit(images, labels, { batchSize: 0 }),
    ArgumentError,
    ['batchSize', 'at least 1, got 0'],
  ],
  [
    'a batch size of a fraction',
    () => classifier().evaluate(images, labels, { batchSize: 1.5 }),
    ArgumentError,
    ['batchSize', 'got 1.5'],
  ],
  [
    'a batch size in predict',
    () => classifier().predict(images, { batchSize: -1 }),
    ArgumentError,
    ['batchSize', 'got -1'],
  ],
  ['epochs', () => classifier().fit(images, labels, { epochs: 0 }), ArgumentError, ['epochs', 'got 0']],
  [
    'initialEpoch after the last one',
    () => classifier().fit(images, labels, { epochs: 2, initialEpoch: 3 }),
    ArgumentError,
    ['initialEpoch', 'got 3'],
  ],
  [
    'a validation split that leaves nothing',
    () => classifier().fit(images, labels, { validationSplit: 0.99 }),
    ArgumentError,
    ['validationSplit', '0.99 of 6'],
  ],
  [
    'validation data that does not fit',
    () => classifier().fit(images, labels, { validationData: [zeros([2, 5]), labels] }),
    ArgumentError,
    ['validationData'],
  ],
  [
    'an unknown option of fit',
    () => classifier().fit(images, labels, { batchsize: 3 } as never),
    ArgumentError,
    ["unknown option 'batchsize'", 'batchSize'],
  ],
  [
    'callbacks that are none',
    () => classifier().fit(images, labels, { callbacks: [null as never] }),
    ArgumentError,
    ['callbacks', 'null'],
  ],
  [
    'an unknown layer',
    () => resolveLayer('dence'),
    ArgumentError,
    ["unknown layer 'dence': did you mean 'dense'?"],
  ],
  [
    'an unknown loss',
    () => classifier('sparseCategoricalCrossentropi'),
    ArgumentError,
    ["unknown loss 'sparseCategoricalCrossentropi': did you mean 'sparseCategoricalCrossentropy'?"],
  ],
  [
    'an unknown optimizer',
    () => classifier().compile({ optimizer: 'rmsprob', loss: 'mse' }),
    ArgumentError,
    ["unknown optimizer 'rmsprob': did you mean 'rmsprop'?"],
  ],
  [
    'an unknown metric',
    () => classifier().compile({ optimizer: 'sgd', loss: 'mse', metrics: ['acurracy'] }),
    ArgumentError,
    ["unknown metric 'acurracy': did you mean 'accuracy'?"],
  ],
  [
    'an unknown activation',
    () => layers.dense({ units: 1, activation: 'rellu' }),
    ArgumentError,
    ["unknown activation 'rellu': did you mean 'relu'?"],
  ],
  [
    'an unknown initializer',
    () => layers.dense({ units: 1, kernelInitializer: 'glorotNormall' }),
    ArgumentError,
    ["did you mean 'glorotNormal'?"],
  ],
  [
    'an unknown regularizer',
    () => layers.dense({ units: 1, kernelRegularizer: 'l3' }),
    ArgumentError,
    ["unknown regularizer 'l3'"],
  ],
  [
    'an unknown option of a layer',
    () => layers.dense({ unit: 3 } as never),
    ArgumentError,
    ["unknown option 'unit': did you mean 'units'?"],
  ],
  [
    'an unknown data set',
    () => hebb.datasets.load('mnits'),
    ArgumentError,
    ["unknown dataset 'mnits': did you mean 'mnist'?"],
  ],
  [
    'an unknown backend',
    () => hebb.setBackend('natvie'),
    BackendError,
    ["unknown backend 'natvie': did you mean 'native'?"],
  ],
  [
    'an instruction set that is not there',
    () => hebb.createBackend('js', { isa: 'avx2' }),
    BackendError,
    ["'avx2'"],
  ],
  [
    'a file that is no IDX file',
    () => hebb.decodeIdx(Uint8Array.of(80, 75, 3, 4, 0, 0, 0, 0), 'a.zip'),
    hebb.DataFormatError,
    ['a.zip', 'not an IDX file'],
  ],
  [
    'an IDX file cut short',
    () => hebb.decodeIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 4, 1, 2), 'labels'),
    hebb.DataFormatError,
    ['labels', '4', '2'],
  ],
  [
    'a model that is not compiled',
    () => hebb.sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] }).fit([[1, 2]], [[1]]),
    HebbError,
    ['fit: the model is not compiled', 'compile'],
  ],
  ['a model without layers', () => hebb.sequential().predict([[1]]), ArgumentError, ['no layers']],
  [
    'a model without an input shape',
    () => hebb.sequential({ layers: [layers.dense({ units: 1 })] }).summary(),
    ArgumentError,
    ['the shape of the input is not known', 'inputShape'],
  ],
  [
    'a layer twice',
    () => {
      const twice = layers.dense({ units: 2 });
      hebb.sequential({ layers: [twice, twice] });
    },
    ArgumentError,
    ['in this model already'],
  ],
  [
    'weights of another number',
    () => classifier().setWeights([zeros([784, 4])]),
    ArgumentError,
    ['the model has 4 weights, got 1'],
  ],
  [
    'weights of another shape',
    () => classifier().setWeights([zeros([4, 784]), zeros([4]), zeros([4, 3]), zeros([3])]),
    ArgumentError,
    ['dense_a/kernel has shape [784, 4], got [4, 784]'],
  ],
  [
    'reading a value inside jit',
    () => hebb.jit((x: hebb.Tensor) => (x.dataSync()[0] > 0 ? x : hebb.neg(x)))(tensor([1])),
    HebbError,
    ['errors.test.ts', 'dataSync'],
  ],
  [
    'reading a value in a layer that is trained',
    () => trainWithRead(),
    HebbError,
    ['runEagerly', 'errors.test.ts'],
  ],
  [
    'reading a disposed tensor',
    () => {
      const t = tensor([1, 2]);
      t.dispose();
      t.dataSync();
    },
    HebbError,
    ['dataSync', '[2]', 'is disposed'],
  ],
  [
    'using a disposed tensor',
    () => {
      const t = tensor([1, 2]);
      t.dispose();
      return hebb.add(t, 1);
    },
    HebbError,
    ['is disposed'],
  ],
  [
    'reading what a tidy has disposed',
    () => {
      let t = tensor([1]);
      hebb.tidy(() => void (t = tensor([2])));
      t.dataSync();
    },
    HebbError,
    ['is disposed', 'keep()'],
  ],
  [
    'assigning another shape',
    () => hebb.variable(zeros([2]), true, 'w').assign(zeros([3])),
    ArgumentError,
    ['w: expected float32 of shape [2], got float32 of shape [3]'],
  ],
  ['a seed that is none', () => hebb.setSeed(-1), ArgumentError, ['seed', '-1']],
];

class Reading extends hebb.Layer {
  static override readonly className: string = 'Reading';
  override call(x: hebb.Tensor): hebb.Tensor {
    return x.dataSync()[0] > 0 ? x : x.mul(2);
  }
}

function trainWithRead(): Promise<unknown> {
  const model = hebb.sequential({ layers: [layers.dense({ units: 1, inputShape: [1] }), new Reading({})] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model.fit([[1]], [[1]]);
}

describe.each(backendsHere)('bad input on %s', (backend) => {
  beforeAll(() => hebb.setBackend(backend));

  it.each(entries)('%s', async (_title, attempt, type, parts) => {
    let error: unknown = null;
    try {
      await attempt();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(type);
    for (const part of parts) expect((error as Error).message).toContain(part);
    expect(hebb.getBackend()).toBe(backend);
  });

  it('a label out of range ends training before anything is changed', async () => {
    const model = classifier();
    const before = model.getWeights().map((w) => w.dataSync());
    const y = tensor([0, 1, 2, 0, 1, 200], [6], 'uint8');
    await expect(model.fit(images, y, { batchSize: 6 })).rejects.toThrow('label 200 is outside 0 .. 2');
    expect(model.getWeights().map((w) => w.dataSync())).toEqual(before);
    expect((await model.fit(images, labels)).epoch).toEqual([0]);
  });

  it('a program made by hand, or damaged, is refused or runs within its arrays', () => {
    const random = seeded(77);
    const sound = cases().filter((c) => c.words.length < 2000);
    let refused = 0;
    let run = 0;
    for (let i = 0; i < 1500; i++) {
      const words = sound[Math.floor(random() * sound.length)].words.slice();
      for (let times = 0; times < 2; times++) {
        const at = words[headerAt.codeAt] + Math.floor(random() * words[headerAt.codeWords]);
        words[at] = [-1, 0, 1, 2, 7, 33, 1024, 2 ** 31 - 1, words[at] + 1, words[at] - 1][
          Math.floor(random() * 10)
        ];
      }
      const load = () => currentBackend().load({ words, bound: boundBuffers(words), sources: [] });
      if (checkProgram(words) !== null) {
        expect(load).toThrow(hebb.ProgramError);
        refused++;
        continue;
      }
      const executable = load();
      const arrays = boundBuffers(words).map(({ dtype, length }) => newArray(dtype, length));
      const state = executable.start(arrays);
      expect(['done', 'failed', 'yielded']).toContain(state.advance({ instructions: 500, budget: 5 }));
      state.close();
      executable.dispose();
      run++;
    }
    expect(Math.min(refused, run)).toBeGreaterThan(200);
  });

  it('words that are no program are refused', () => {
    for (const words of [
      new Int32Array(0),
      new Int32Array(40),
      Int32Array.of(1, 2, 3),
      cases()[0].words.slice(0, 20),
    ]) {
      expect(() => currentBackend().load({ words, bound: [], sources: [] })).toThrow(hebb.ProgramError);
      expect(() => currentBackend().execute(words, [], 'add', '')).toThrow(hebb.ProgramError);
    }
  });
});
