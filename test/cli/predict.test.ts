// `hebb predict` and `hebb evaluate` on models that `hebb train --save` wrote.

import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { layers, sequential } from '../../src/index.js';
import { digit, pngOf } from './pictures.js';
import { hebb } from './surroundings.js';
import { flowers, houses } from './tables.js';

let directory: string;
const at = (name: string): string => join(directory, name);
const js = ['--backend', 'js'];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hebb-predict-'));
  await writeFile(at('flowers.csv'), flowers());
  await writeFile(at('houses.csv'), houses());
  const train = async (name: string, ...args: string[]): Promise<void> => {
    const options = ['--seed', '1', '--learning-rate', '0.01', '--save', at(`${name}.safetensors`), ...js];
    const { code, err } = await hebb('train', ...args, ...options);
    expect([code, err]).toEqual([0, '']);
  };
  await train('flowers', at('flowers.csv'), '--hidden', '16', '--epochs', '30');
  await train('houses', at('houses.csv'), '--hidden', '32', '--epochs', '60');
  await train(
    'digits',
    'digits',
    '--examples',
    '1500',
    '--hidden',
    '32',
    '--epochs',
    '4',
    '--optimizer',
    'adam',
  );
}, 120_000);
afterAll(() => rm(directory, { recursive: true }));

const linesOf = (out: string): Record<string, unknown>[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('predict, of a row', () => {
  it('says the class and the probabilities', async () => {
    const { code, out, err } = await hebb('predict', at('flowers.safetensors'), '2.5,2.4', ...js);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^2\.5,2\.4: kind rose, \d+\.\d%/);
    const [line] = linesOf(
      (await hebb('predict', at('flowers.safetensors'), '2.5,2.4', '--json', ...js)).out,
    );
    expect(line).toMatchObject({ input: '2.5,2.4', target: 'kind', class: 'rose' });
    const probabilities = line.probabilities as Record<string, number>;
    expect(Object.keys(probabilities)).toEqual(['iris', 'rose', 'tulip']);
    expect(Object.values(probabilities).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect(line.probability).toBe(probabilities.rose);
  });

  it('says a value, in the unit of the table', async () => {
    // All columns, all but the target, or those that are learnt from; 80 times 5, by ten.
    for (const row of ['7;80;Graz;40', '7;80;Graz', '80;Graz', '80,Graz']) {
      const [line] = linesOf((await hebb('predict', at('houses.safetensors'), row, '--json', ...js)).out);
      expect(line).toMatchObject({ input: row, target: 'price' });
      expect(Math.abs((line.value as number) - 40)).toBeLessThan(3);
    }
  });

  it('takes what it has not seen for missing, and says so', async () => {
    const { code, out, err } = await hebb('predict', at('houses.safetensors'), '80,Oslo', '--json', ...js);
    expect(code).toBe(0);
    expect(linesOf(out)).toHaveLength(1);
    expect(err).toBe("hebb: '80,Oslo': not seen in training, taken for missing: town 'Oslo'\n");
  });
});

describe('predict, of a file of rows', () => {
  it('goes by the names of the columns, else by their places', async () => {
    await writeFile(at('named.csv'), 'town,area\nUlm,50\nGraz,50\n');
    await writeFile(at('placed.csv'), '50,Ulm\n50,Graz\n');
    const values = async (name: string): Promise<unknown[]> => {
      const { out, err } = await hebb('predict', at('houses.safetensors'), at(name), '--json', ...js);
      expect(err).toBe('');
      return linesOf(out).map(({ row, value }) => [row, value]);
    };
    const named = await values('named.csv');
    expect(named).toEqual([
      [1, expect.closeTo(15, -0.7)],
      [2, expect.closeTo(25, -0.7)],
    ]);
    expect(await values('placed.csv')).toEqual(named);
  });

  it('says which column is missing', async () => {
    await writeFile(at('other.csv'), 'areas,town\n50,Ulm\n');
    expect(await hebb('predict', at('houses.safetensors'), at('other.csv'), ...js)).toMatchObject({
      code: 1,
      out: '',
      err: `hebb: ${at('other.csv')}: it has no column area; is it what is called areas there?\n`,
    });
  });
});

describe('predict, of pictures', () => {
  it('recognises digits, small and large, bright and dark', async () => {
    const paths: string[] = [];
    const labels: string[] = [];
    for (let i = 0; i < 12; i++) {
      const { pixels, label } = digit(100 + i);
      const drawing =
        i % 3 === 0
          ? {}
          : i % 3 === 1
            ? { scale: 7, margins: [30, 5, 60, 90] as const }
            : { scale: 3, paper: [255, 255, 255, 255], ink: [20, 20, 60, 255] };
      paths.push(at(`digit-${i}.png`));
      labels.push(String(label));
      await writeFile(paths[i], pngOf(pixels, drawing));
    }
    const { code, out, err } = await hebb('predict', at('digits.safetensors'), ...paths, '--json', ...js);
    expect([code, err]).toEqual([0, '']);
    const lines = linesOf(out);
    expect(lines.map(({ input }) => input)).toEqual(paths);
    const right = lines.filter((line, i) => line.class === labels[i]).length;
    expect(right).toBeGreaterThanOrEqual(10);
    expect(lines[0]).toMatchObject({ width: 28, height: 28, inverted: false, resized: false });
    expect(lines[1]).toMatchObject({ width: 286, height: 291, inverted: false, resized: true });
    expect(lines[2]).toMatchObject({ width: 84, height: 84, inverted: true, resized: true });
    const text = (await hebb('predict', at('digits.safetensors'), paths[2], ...js)).out;
    expect(text).toMatch(/^\S+digit-2\.png: \d, \d+\.\d%.*; dark on light, inverted\n$/);
  });

  it('reads models of TensorFlow.js, which do not say what their classes are', async () => {
    const model = sequential({
      layers: [
        layers.flatten({ inputShape: [28, 28, 1] }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
    });
    await model.save(`file://${at('foreign')}`);
    await writeFile(at('one.png'), pngOf(digit(1).pixels));
    const { code, out } = await hebb('predict', at('foreign'), at('one.png'), '--json', ...js);
    expect(code).toBe(0);
    expect(Object.keys(linesOf(out)[0].probabilities as object)).toEqual([...'0123456789']);
    const missing = await hebb('evaluate', at('foreign'), ...js);
    expect([missing.code, missing.out]).toEqual([2, '']);
    expect(missing.err).toMatch(/expected what to test on: mnist, fashion-mnist, digits/);
  });
});

describe('evaluate', () => {
  it('tests on rows, told either way', async () => {
    const { code, out, err } = await hebb('evaluate', at('flowers.safetensors'), at('flowers.csv'), ...js);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^accuracy 100\.00% on 150 rows of \S+flowers\.csv \(loss 0\.\d+\)\n$/);
    const json = await hebb('evaluate', at('houses.safetensors'), at('houses.csv'), '--json', ...js);
    const [line] = linesOf(json.out);
    expect(line).toMatchObject({ dataset: at('houses.csv'), testRows: 300 });
    expect(line.testMeanAbsoluteError).toBeLessThan(2);
    expect(line.testR2).toBeGreaterThan(0.9);
  });

  it('tests on the test images of the data set that the model was trained for', async () => {
    const { code, out } = await hebb('evaluate', at('digits.safetensors'), '--json', ...js);
    expect(code).toBe(0);
    const [line] = linesOf(out);
    expect(line).toMatchObject({ model: at('digits.safetensors'), dataset: 'digits' });
    expect(line.testAccuracy).toBeGreaterThan(0.6);
  });
});

describe('what is wrong', () => {
  it('is said in one line', async () => {
    const model = at('flowers.safetensors');
    const bytes = await readFile(model);
    await writeFile(at('cut.safetensors'), bytes.subarray(0, bytes.length - 10));
    await cp(at('foreign'), at('damaged'), { recursive: true });
    await writeFile(at('damaged/model.json'), '{"modelTopology": 3}');
    await writeFile(at('strange.csv'), 'length,width,kind\n1,2,oak\n');
    await writeFile(at('text.csv'), 'length,width\n1,2\n1,long\n');
    await writeFile(at('blank.png'), pngOf(new Uint8Array(784), { scale: 2 }));
    for (const [args, code, message] of [
      [
        ['predict'],
        2,
        /^hebb: expected a saved model: what hebb train --save wrote; see hebb predict --help$/,
      ],
      [['predict', model], 2, /^hebb: expected what to predict: CSV files, or a row of length,width; see/],
      [
        ['predict', at('flower.safetensors'), '1,2'],
        1,
        /expected a saved model; did you mean flowers\.safetensors\?$/,
      ],
      [['predict', at('cut.safetensors'), '1,2'], 1, /^hebb: \S+cut\.safetensors: .*truncated/],
      [
        ['predict', at('damaged'), at('one.png')],
        1,
        /^hebb: \S+model\.json: expected a model of TensorFlow\.js/,
      ],
      [['predict', at('flowers.csv'), '1,2'], 1, /^hebb: \S+flowers\.csv: /],
      [['predict', model, '1,2,3,4'], 1, /^hebb: '1,2,3,4': expected 2 values \(length, width\), got 4$/],
      [['predict', model, '1,two'], 1, /^hebb: '1,two': row 1: width: expected a number, got 'two'$/],
      [['predict', model, at('text.csv')], 1, /text\.csv: row 3: width: expected a number, got 'long'$/],
      [['predict', model, at('floers.csv')], 1, /expected a CSV file; did you mean flowers\.csv\?$/],
      [['predict', model, at('one.png')], 2, /got the picture/],
      [
        ['predict', at('digits.safetensors'), '1,2'],
        2,
        /^hebb: expected a PNG file for this model, got '1,2'/,
      ],
      [['predict', at('digits.safetensors'), at('blank.png')], 1, /blank\.png: nothing is drawn on it/],
      [
        ['evaluate', model],
        2,
        /^hebb: expected a CSV file to test on: the model was trained on flowers\.csv/,
      ],
      [
        ['evaluate', model, at('strange.csv')],
        1,
        /strange\.csv: row 2: kind: 'oak' is none of the classes iris, rose, tulip$/,
      ],
      [
        ['evaluate', at('digits.safetensors'), 'digit'],
        2,
        /unknown data set 'digit': did you mean 'digits'\?/,
      ],
    ] as const) {
      const ending = await hebb(...args, '--json', ...js);
      expect([ending.code, ending.out], args.join(' ')).toEqual([code, '']);
      expect(ending.err.trimEnd()).toMatch(message);
      expect(ending.err.match(/\n/g)).toHaveLength(1);
    }
  });
});
