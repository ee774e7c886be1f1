import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  FormatError,
  HebbError,
  io,
  Layer,
  layers,
  loadCheckpoint,
  loadLayersModel,
  registerClass,
  sequential,
  setSeed,
  tensor,
  type Model,
  type Tensor,
} from '../../../src/index.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hebb-hostile-'));
});
afterAll(() => rm(directory, { recursive: true }));

function make(seed = 1): Model {
  setSeed(seed);
  const model = sequential({
    layers: [
      layers.dense({ units: 3, activation: 'relu', inputShape: [2], name: 'a' }),
      layers.dropout({ rate: 0.5, seed: 1, name: 'b' }),
      layers.dense({ units: 2, activation: 'softmax', name: 'c' }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** Every bit of weights and optimizer. */
const bitsOf = (model: Model): string =>
  [...model.weights, ...model.optimizer.state_]
    .map((variable) => Buffer.from(variable.dataSync().buffer).toString('hex'))
    .join(' ');

interface ModelJson {
  modelTopology: {
    class_name: string;
    config: { layers: { class_name: string; config: Record<string, unknown> }[] };
  };
  trainingConfig: Record<string, unknown>;
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[];
}

/** The model's files, with model.json changed. */
async function changed(change: (json: ModelJson) => void): Promise<string> {
  await make().save(`file://${directory}/changed`, { includeOptimizer: true });
  const path = join(directory, 'changed/model.json');
  const json = JSON.parse(await readFile(path, 'utf8')) as ModelJson;
  change(json);
  await writeFile(path, JSON.stringify(json));
  return path;
}

describe('loadLayersModel refuses', () => {
  it.each<[string, (json: ModelJson) => void, string]>([
    [
      'an unknown layer',
      (j) => (j.modelTopology.config.layers[0].class_name = 'Dens'),
      "layer 0: unknown layer 'Dens': did you mean 'dense'?",
    ],
    [
      'an unknown layer of one’s own',
      (j) => (j.modelTopology.config.layers[0].class_name = 'MyOwn'),
      "a class of one's own has to be made known with registerClass first",
    ],
    [
      'an unknown initializer',
      (j) =>
        (j.modelTopology.config.layers[0].config.kernel_initializer = { class_name: 'Mine', config: {} }),
      'registerClass',
    ],
    [
      'an option that there is not',
      (j) =>
        (j.modelTopology.config.layers[0].config.kernel_constraint = { class_name: 'MaxNorm', config: {} }),
      "unknown option 'kernelConstraint'",
    ],
    [
      'a value that does not fit',
      (j) => (j.modelTopology.config.layers[0].config.units = -3),
      'a: units: expected a whole number of at least 1, got -3',
    ],
    [
      'a huge layer',
      (j) => (j.modelTopology.config.layers[0].config.units = 2 ** 40),
      "weight 'a/kernel': the layer wants shape [2, 1099511627776], the file has [2, 3]",
    ],
    [
      'a huge input',
      (j) => (j.modelTopology.config.layers[0].config.batch_input_shape = [null, 1e12]),
      'the file has [2, 3]',
    ],
    [
      'a model that is not sequential',
      (j) => (j.modelTopology.class_name = 'Functional'),
      "expected a Sequential model, got one of class 'Functional'",
    ],
    [
      'a config that is a text',
      (j) => ((j.modelTopology as { config: unknown }).config = 'x'),
      "expected the config of 'Sequential' to be an object",
    ],
    [
      'layers that are no list',
      (j) => ((j.modelTopology.config as { layers: unknown }).layers = {}),
      'expected the model to have a list of layers',
    ],
    [
      'layers that are no objects',
      (j) => ((j.modelTopology.config as { layers: unknown }).layers = [1, null]),
      'layer 0: expected {class_name, config}',
    ],
    [
      'too many layers',
      (j) =>
        (j.modelTopology.config.layers = new Array(10_001).fill(j.modelTopology.config.layers[1]) as never),
      'expected at most 10000 layers, got 10001',
    ],
    [
      'a layer twice',
      (j) => j.modelTopology.config.layers.push(j.modelTopology.config.layers[2]),
      'the model has a layer called c already',
    ],
    [
      'no input shape',
      (j) => delete j.modelTopology.config.layers[0].config.batch_input_shape,
      'its first layer states no input shape',
    ],
    [
      'a weight too many',
      (j) => (j.modelTopology.config.layers[2].config.use_bias = false),
      "it has the weight 'c/bias', which the model does not",
    ],
    [
      'a weight too few',
      (j) => (j.weightsManifest[0].weights[1].name = 'other'),
      "it lacks the weight 'a/bias'",
    ],
    [
      'a weight of another shape',
      (j) => (j.weightsManifest[0].weights[0].shape = [3, 2]),
      "weight 'a/kernel': the layer wants shape [2, 3], the file has [3, 2]",
    ],
    [
      'an unknown loss',
      (j) => (j.trainingConfig.loss = 'mean_sqared_error'),
      "did you mean 'meanSquaredError'?",
    ],
    ['an unknown metric', (j) => (j.trainingConfig.metrics = ['acuracy']), "did you mean 'accuracy'?"],
    [
      'an unknown optimizer',
      (j) => (j.trainingConfig.optimizer_config = { class_name: 'Adamm', config: {} }),
      "did you mean 'adam'?",
    ],
    ['loss weights', (j) => (j.trainingConfig.loss_weights = [2]), 'its training config has loss_weights'],
    [
      'an optimizer without its class',
      (j) => (j.trainingConfig.optimizer_config = 7),
      'optimizer: expected {class_name, config}',
    ],
    [
      'another optimizer than its state is of',
      (j) => (j.trainingConfig.optimizer_config = { class_name: 'SGD', config: {} }),
      'optimizer: SGD.setWeights: expected 1 tensors',
    ],
    ['metrics that are a number', (j) => (j.trainingConfig.metrics = 5), 'expected its metrics to be a list'],
  ])('%s', async (_, change, problem) => {
    const path = await changed(change);
    await expect(loadLayersModel(path)).rejects.toThrow(FormatError);
    await expect(loadLayersModel(path)).rejects.toThrow(problem);
  });

  it('artifacts whose objects have prototypes to give', async () => {
    const config = JSON.parse(
      '{"name":"m","layers":[{"class_name":"Dense","config":{"__proto__":{"units":3}}}]}',
    ) as object;
    const artifacts = { modelTopology: { class_name: 'Sequential', config } };
    await expect(loadLayersModel(io.fromMemory(artifacts))).rejects.toThrow(
      "an option cannot be called '__proto__'",
    );
    expect(({} as { units?: number }).units).toBeUndefined();
  });

  it('configs without end', async () => {
    let config: object = {};
    for (let i = 0; i < 100_000; i++) config = { a: config };
    const artifacts = {
      modelTopology: { class_name: 'Sequential', config: { name: 'm', layers: [config] } },
    };
    await expect(loadLayersModel(io.fromMemory(artifacts))).rejects.toThrow('nested more than 100 deep');
  });

  it('more memory than allowed, where weights are to be initialized', async () => {
    const layer = { class_name: 'Dense', config: { units: 1e6, batch_input_shape: [null, 1e6] } };
    const artifacts = { modelTopology: { class_name: 'Sequential', config: { name: 'm', layers: [layer] } } };
    const before = process.memoryUsage().arrayBuffers;
    await expect(loadLayersModel(io.fromMemory(artifacts))).rejects.toThrow('takes more memory than allowed');
    layer.config = { units: 100, batch_input_shape: [null, 100] };
    await expect(loadLayersModel(io.fromMemory(artifacts), { maximumBytes: 1000 })).rejects.toThrow(
      'allowed',
    );
    expect((await loadLayersModel(io.fromMemory(artifacts))).countParams()).toBe(10_100);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2e7);
  });

  it('what is no source', async () => {
    await expect(loadLayersModel({})).rejects.toThrow("expected 'file://directory/model.json' or a handler");
    await expect(make().save({})).rejects.toThrow("save: expected 'file://directory' or a handler");
    await expect(sequential({ layers: [layers.flatten()] }).save('file://x')).rejects.toThrow(
      'save: the model has no weights yet',
    );
  });
});

describe('loadLayersModel with strict: false', () => {
  it('leaves what the file does not have to initializers', async () => {
    const path = await changed((json) => {
      json.weightsManifest[0].weights[0].name = 'other';
      delete (json as Partial<ModelJson>).trainingConfig;
    });
    await expect(loadLayersModel(path)).rejects.toThrow("it lacks the weight 'a/kernel'");
    const model = await loadLayersModel(path, { strict: false });
    const original = make();
    expect(model.getWeights()[2].dataSync()).toEqual(original.getWeights()[2].dataSync());
    expect(model.getWeights()[0].dataSync()).not.toEqual(original.getWeights()[0].dataSync());
  });
});

describe('classes of one’s own', () => {
  class Scaled extends Layer {
    static override readonly className: string = 'ScaledByFactor';
    readonly factor: number;
    readonly words: string[];
    constructor(config: { factor: number; words?: string[]; inputShape?: number[]; name?: string }) {
      super(config);
      this.factor = config.factor;
      this.words = config.words ?? [];
    }
    override call(x: Tensor): Tensor {
      return x.mul(this.factor);
    }
    override getConfig(): ReturnType<Layer['getConfig']> {
      return { ...super.getConfig(), factor: this.factor, words: this.words };
    }
  }

  it('are saved as they are, and loaded once they are registered', async () => {
    const words = ['a_b', 'aB', 'A B', '__x'];
    const model = sequential({
      layers: [new Scaled({ factor: 3, words, inputShape: [2] }), layers.dense({ units: 1 })],
    });
    const path = `file://${directory}/own`;
    await model.save(path);
    await expect(loadLayersModel(path)).rejects.toThrow(/unknown layer 'ScaledByFactor'.*registerClass/);
    registerClass(Scaled);
    const copy = await loadLayersModel(path);
    expect((copy.layers[0] as Scaled).words).toEqual(words);
    const x = tensor([[1, 2]]);
    expect((copy.predict(x) as Tensor).dataSync()).toEqual((model.predict(x) as Tensor).dataSync());
  });

  it('cannot have options whose names would not come back', async () => {
    class Snake extends Scaled {
      override getConfig(): ReturnType<Layer['getConfig']> {
        return { ...super.getConfig(), my_factor: 1 };
      }
    }
    const model = sequential({ layers: [new Snake({ factor: 1, inputShape: [1] })] });
    await expect(model.save(`file://${directory}/snake`)).rejects.toThrow(
      "save: the option 'my_factor' of ScaledByFactor would come back as 'myFactor'; name it in camelCase.",
    );
  });

  it('functions cannot be saved with the optimizer', async () => {
    const model = make();
    model.compile({ optimizer: 'sgd', loss: (t, p) => t.sub(p) });
    const target = `file://${directory}/function`;
    await expect(model.save(target, { includeOptimizer: true })).rejects.toThrow(
      'is a function and cannot be saved',
    );
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', metrics: [(t, p) => t.sub(p)] });
    await expect(model.save(target, { includeOptimizer: true })).rejects.toThrow(
      'cannot be saved; make it a class',
    );
    await model.save(target);
  });
});

describe('loadWeights', () => {
  const path = (): string => join(directory, 'w.safetensors');

  it('gives the weights that saveWeights saved, NaN and all', async () => {
    const model = make();
    model.weights[0].assign(tensor([NaN, Infinity, -0, 1, 2, 3], [2, 3]));
    await model.saveWeights(`file://${directory}/deep/er/w.safetensors`);
    const copy = make(2);
    await copy.loadWeights(join(directory, 'deep/er/w.safetensors'));
    expect(bitsOf(copy)).toBe(bitsOf(model));
    expect(bitsOf(copy)).not.toBe(bitsOf(make(2)));
    await model.saveCheckpoint(path());
    const other = make(3);
    await other.loadWeights(path());
    expect(bitsOf(other)).toBe(bitsOf(model));
  });

  it('refuses weights that do not fit, and changes nothing', async () => {
    const wider = sequential({ layers: [layers.dense({ units: 4, inputShape: [2], name: 'a' })] });
    await wider.saveWeights(path());
    const model = make();
    const before = bitsOf(model);
    await expect(model.loadWeights(path())).rejects.toThrow(
      "'a/kernel' has shape [2, 4], the model's has shape [2, 3]",
    );
    const narrow = sequential({ layers: [layers.dense({ units: 3, inputShape: [2], name: 'a' })] });
    await narrow.saveWeights(path());
    await expect(model.loadWeights(path())).rejects.toThrow("it lacks 'c/kernel'; is it of another model?");
    expect(bitsOf(model)).toBe(before);
    await model.loadWeights(path(), { strict: false });
    expect(model.weights[0].dataSync()).toEqual(narrow.weights[0].dataSync());
    await make().saveWeights(path());
    await expect(narrow.loadWeights(path())).rejects.toThrow("it has 'c/kernel', which the model does not");
    await expect(model.loadWeights(join(directory, 'none'))).rejects.toThrow(
      'cannot be read: it does not exist',
    );
    await expect(model.loadWeights(path(), { maximumBytes: 20 })).rejects.toThrow('more than the 20 allowed');
  });
});

/** Plain pseudo-random numbers, so that a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Damage of all kinds: bits, bytes, parts cut out, doubled, and put at the end; numbers and words that have a meaning. */
function damage(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const at = random(bytes.length);
  const length = random(Math.min(40, bytes.length - at)) + 1;
  const words = [
    '99999999999',
    '-1',
    '1e308',
    'null',
    '[]',
    '{}',
    '"__proto__"',
    '"../../x"',
    '0.5',
    'true',
    '""',
    '\u0000',
  ];
  const insert = (piece: Uint8Array, skip: number): Uint8Array => {
    const result = new Uint8Array(bytes.length + piece.length - skip);
    result.set(bytes.subarray(0, at));
    result.set(piece, at);
    result.set(bytes.subarray(at + skip), at + piece.length);
    return result;
  };
  switch (random(7)) {
    case 0: {
      const result = bytes.slice();
      result[at] ^= 1 << random(8);
      return result;
    }
    case 1:
      return bytes.slice(0, at);
    case 2:
      return insert(new Uint8Array(0), length);
    case 3:
      return insert(bytes.subarray(at, at + length), 0);
    case 4:
      return insert(new TextEncoder().encode(words[random(words.length)]), 0);
    case 5: {
      // A whole number or word of the JSON becomes another.
      const text = new TextDecoder('latin1').decode(bytes);
      const tokens = [...text.matchAll(/-?\d+(?:\.\d+)?|"[^"]*"|true|false|null/g)];
      if (tokens.length === 0) return new Uint8Array(0);
      const token = tokens[random(tokens.length)];
      const word = words[random(words.length)];
      const result = text.slice(0, token.index) + word + text.slice(token.index + token[0].length);
      return Uint8Array.from(result, (letter) => letter.charCodeAt(0));
    }
    default: {
      const result = new Uint8Array(bytes.length + length);
      result.set(bytes);
      return result;
    }
  }
}

/** Damaged files are loaded or refused with one of Hebb's own errors; memory stays where it was. */
describe('random damage', () => {
  const rounds = Number(process.env.HEBB_FUZZ ?? 400);

  async function survive(load: (bytes: Uint8Array) => Promise<unknown>, whole: Uint8Array): Promise<number> {
    let refused = 0;
    for (let round = 0; round < rounds; round++) {
      const random = randomFrom(round);
      let bytes = damage(whole, random);
      if (bytes.length > 0 && random(3) === 0) bytes = damage(bytes, random);
      const before = process.memoryUsage().arrayBuffers;
      try {
        await load(bytes);
      } catch (error) {
        if (!(error instanceof HebbError))
          throw new Error(`round ${round}: ${String(error)}`, { cause: error });
        expect(error.message.length).toBeLessThan(2000);
        refused++;
      }
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5e7);
    }
    return refused;
  }

  it('to model.json', async () => {
    const place = join(directory, 'fuzz');
    await make().save(place, { includeOptimizer: true });
    const path = join(place, 'model.json');
    const refused = await survive(
      async (bytes) => {
        await writeFile(path, bytes);
        await loadLayersModel(path);
      },
      await readFile(path),
    );
    expect(refused).toBeGreaterThan(rounds / 2);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('to weights.bin: it is too long, too short, or other weights', async () => {
    const place = join(directory, 'fuzz-weights');
    await make().save(place, { includeOptimizer: true });
    const path = join(place, 'weights.bin');
    const refused = await survive(
      async (bytes) => {
        await writeFile(path, bytes);
        await loadLayersModel(place);
      },
      await readFile(path),
    );
    expect(refused).toBeGreaterThan(rounds / 3);
  });

  it('to safetensors, which leaves the model unchanged', async () => {
    const path = join(directory, 'fuzz.safetensors');
    await make().saveWeights(path);
    const model = make(2);
    let before = bitsOf(model);
    const refused = await survive(
      async (bytes) => {
        await writeFile(path, bytes);
        try {
          await model.loadWeights(path);
          before = bitsOf(model);
        } catch (error) {
          expect(bitsOf(model)).toBe(before);
          throw error;
        }
      },
      await readFile(path),
    );
    expect(refused).toBeGreaterThan(rounds / 2);
  });

  it('to checkpoints, all of which is noticed', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const place = join(directory, 'fuzz-checkpoint');
    await mkdir(place);
    const path = join(place, 'c.safetensors');
    const original = make();
    await original.saveCheckpoint(path);
    const whole = await readFile(path);
    const model = make(2);
    const before = bitsOf(model);
    const refused = await survive(async (bytes) => {
      if (Buffer.compare(bytes, whole) === 0) throw new HebbError('the same');
      await writeFile(path, bytes);
      await expect(loadCheckpoint(path)).rejects.toThrow(HebbError);
      try {
        await model.resumeFrom(place);
      } finally {
        expect(bitsOf(model)).toBe(before);
      }
    }, whole);
    expect(refused).toBe(rounds);
    vi.restoreAllMocks();
  });
});
