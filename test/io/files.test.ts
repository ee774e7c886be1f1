import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FormatError } from '../../src/io/errors.js';
import { decodeWeights, encodeWeights, fileSystem, fromMemory, withSaveHandler } from '../../src/io/index.js';
import { planWeights } from '../../src/io/weights.js';
import { tensor } from '../../src/tensor/create.js';
import '../../src/ops/index.js';

let above: string;
let directory: string;
beforeEach(async () => {
  above = await mkdtemp(join(tmpdir(), 'hebb-io-'));
  directory = join(above, 'model');
  await mkdir(directory);
});
afterEach(() => rm(above, { recursive: true }));

const spec = { name: 'w', shape: [2], dtype: 'float32' };
const modelTopology = { class_name: 'Sequential', config: {} };
const manifest = (paths: unknown, weights: unknown = [spec]): object => ({
  modelTopology,
  weightsManifest: [{ paths, weights }],
});

async function load(json: unknown, options?: object): Promise<unknown> {
  await writeFile(join(directory, 'model.json'), typeof json === 'string' ? json : JSON.stringify(json));
  return fileSystem(`file://${directory}/model.json`, options).load();
}

describe('fileSystem', () => {
  it('saves what it loads', async () => {
    const { data, specs } = await encodeWeights({ a: tensor([1, 2]), b: tensor([3], [1], 'float64') });
    const handler = fileSystem(`file://${directory}/new/model`);
    const artifacts = {
      modelTopology,
      weightSpecs: specs,
      weightData: data,
      userDefinedMetadata: { a: [1] },
    };
    const { modelArtifactsInfo: info } = await handler.save(artifacts);
    expect(info).toMatchObject({ modelTopologyType: 'JSON', weightDataBytes: 16 });
    expect((await readdir(join(directory, 'new/model'))).sort()).toEqual(['model.json', 'weights.bin']);
    const loaded = await handler.load();
    expect(loaded).toEqual({
      modelTopology,
      weightSpecs: specs,
      weightData: [data],
      userDefinedMetadata: { a: [1] },
    });
    const { a, b } = decodeWeights(loaded.weightData!, loaded.weightSpecs!);
    expect([...a.dataSync(), ...b.dataSync()]).toEqual([1, 2, 3]);
  });

  it('saves a topology alone', async () => {
    const handler = fileSystem(directory);
    await handler.save({ modelTopology });
    expect(await readdir(directory)).toEqual(['model.json']);
    expect(await handler.load()).toEqual({ modelTopology });
  });

  it.each([
    '/etc/passwd',
    '../secret.bin',
    'a/../../secret.bin',
    'a//b.bin',
    '..\\secret.bin',
    'C:secret.bin',
    'http://example.org/w.bin',
    'w\u0000.bin',
    '',
    '..',
  ])('reads no weights from %j', async (path) => {
    await writeFile(join(above, 'secret.bin'), new Uint8Array(8));
    await expect(load(manifest([path]))).rejects.toThrow('which is not a file beside it');
  });

  it.each<[string, unknown, string]>([
    ['a text', 'hello', 'it is not valid JSON'],
    ['a list', [], 'expected a model of TensorFlow.js'],
    ['no topology', { weightsManifest: [] }, 'expected a model of TensorFlow.js'],
    ['a graph model', { modelTopology: {}, format: 'graph-model' }, 'it is a graph model'],
    [
      'a manifest that is no list',
      { modelTopology, weightsManifest: {} },
      'expected its weightsManifest to be a list',
    ],
    [
      'groups without paths',
      { modelTopology, weightsManifest: [{ weights: [] }] },
      'expected groups of {paths, weights}',
    ],
    ['paths that are no texts', manifest([1]), 'expected groups of {paths, weights}'],
    [
      'weights without names',
      manifest(['w.bin'], [{ shape: [1], dtype: 'float32' }]),
      'expected weight specs with a name',
    ],
    ['a name twice', manifest(['w.bin'], [spec, spec]), "weight 'w' comes twice"],
    [
      'an unknown dtype',
      manifest(['w.bin'], [{ ...spec, dtype: 'string' }]),
      "expected a dtype of float32, float64, int32, uint8, bool, got 'string'",
    ],
    ['a dtype of a prototype', manifest(['w.bin'], [{ ...spec, dtype: 'valueOf' }]), 'expected a dtype of'],
    [
      'a quantization of a prototype',
      manifest(['w.bin'], [{ ...spec, quantization: { dtype: 'valueOf' } }]),
      'is not known',
    ],
    [
      'a quantization without a scale',
      manifest(['w.bin'], [{ ...spec, quantization: { dtype: 'uint8' } }]),
      'lacks scale and min',
    ],
    [
      'a huge weight',
      manifest(['w.bin'], [{ ...spec, shape: [2 ** 33] }]),
      'more than the 1073741824 allowed (maximumBytes)',
    ],
    [
      'many large weights',
      manifest(
        ['w.bin'],
        Array.from({ length: 2000 }, (_, i) => ({ ...spec, name: `${i}`, shape: [2 ** 49] })),
      ),
      'larger than any memory',
    ],
    ['a missing file', manifest(['none.bin']), 'cannot be read: it does not exist'],
    ['too few bytes', manifest(['four.bin']), 'its weights should have 8 bytes, but 4 of them are missing'],
    ['too many bytes', manifest(['twelve.bin']), 'it has 12 bytes, more than the 8 allowed'],
    [
      'too many bytes in several files',
      manifest(['four.bin', 'twelve.bin']),
      'it has 12 bytes, more than the 4 allowed',
    ],
    ['a directory', manifest(['dir']), 'it is a directory'],
  ])('refuses %s', async (_, json, problem) => {
    await writeFile(join(directory, 'four.bin'), new Uint8Array(4));
    await writeFile(join(directory, 'twelve.bin'), new Uint8Array(12));
    await mkdir(join(directory, 'dir'));
    await expect(load(json)).rejects.toThrow(FormatError);
    await expect(load(json)).rejects.toThrow(problem);
  });

  it('reads at most as much as it is told', async () => {
    await writeFile(join(directory, 'w.bin'), new Uint8Array(8));
    await expect(load(manifest(['w.bin']), { maximumBytes: 7 })).rejects.toThrow('more than the 7 allowed');
    await expect(load(manifest(['w.bin']), { maximumBytes: 8 })).resolves.toBeDefined();
  });

  it('says what it takes', () => {
    expect(() => fileSystem('localstorage://model')).toThrow("got an address of the scheme 'localstorage'");
    expect(() => fileSystem('')).toThrow("expected a path such as 'file://directory', or a handler");
    expect(() => withSaveHandler(1 as never)).toThrow('expected a function');
  });
});

describe('fromMemory', () => {
  it('takes artifacts or their parts', async () => {
    const { data, specs } = await encodeWeights([{ name: 'a', tensor: tensor([1]) }]);
    const whole = { modelTopology, weightSpecs: specs, weightData: data };
    expect(await fromMemory(whole).load()).toBe(whole);
    expect(await fromMemory(modelTopology, specs, data).load()).toEqual({
      ...whole,
      trainingConfig: undefined,
    });
  });
});

describe('planWeights', () => {
  it('refuses weights that do not fill the bytes', async () => {
    const { data, specs } = await encodeWeights({ a: tensor([1]) });
    expect(() => decodeWeights([data, data], specs)).toThrow(
      'expected 4 bytes of weights as the specs say, got 8',
    );
    expect(() => planWeights({}, 'file')).toThrow('file: expected a list of weight specs');
  });
});
