// `hebb train FILE.csv`, run in process on small tables.

import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { setDefaultDtype } from '../../src/index.js';
import { hebb } from './surroundings.js';
import { flowers, houses, inDirectory } from './tables.js';

const eventsOf = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const small = ['--seed', '1', '--backend', 'js', '--hidden', '16', '--learning-rate', '0.01'];

afterEach(() => {
  setDefaultDtype('float32');
});

describe('hebb train FILE.csv', () => {
  it('tells the kinds of flowers apart', () =>
    inDirectory(async (write) => {
      const path = await write('flowers.csv', flowers());
      const { code, out, err } = await hebb('train', path, ...small, '--epochs', '30', '--json');
      expect([code, err]).toEqual([0, '']);
      const events = eventsOf(out);
      expect(events[0]).toMatchObject({
        event: 'data',
        requested: path,
        dataset: 'flowers.csv',
        task: 'classification',
        target: 'kind',
        classes: [
          ['iris', 50],
          ['rose', 50],
          ['tulip', 50],
        ],
        trainRows: 120,
        testRows: 30,
      });
      expect(events[1]).toMatchObject({
        network: '2-16(relu)-3(softmax)',
        optimizer: 'adam',
        batchSize: 32,
        epochs: 30,
      });
      expect(events[2].figures).toHaveProperty('val_acc');
      expect(events.at(-1)).toMatchObject({ event: 'result', testRows: 30, testAccuracy: 1 });
    }));

  it('estimates the prices of houses, told in lines', () =>
    inDirectory(async (write) => {
      const path = await write('houses.csv', houses());
      const { code, out, err } = await hebb('train', path, ...small, '--epochs', '60');
      expect([code, err]).toEqual([0, '']);
      expect(out).toMatch(/^data {6}houses\.csv: 300 rows of 4 columns; 240 to train with, 60 held out/);
      expect(out).toMatch(/^target {4}price: regression, /m);
      expect(out).toMatch(/^network {3}4-16\(relu\)-1, /m);
      const found =
        /^test error (\S+) on average \(root mean square (\S+), R² (\S+)\) on 60 rows of houses\.csv$/m;
      const [, absolute, , r2] = (found.exec(out) ?? []).map(Number);
      expect(absolute).toBeLessThan(2);
      expect(r2).toBeGreaterThan(0.9);
      // Of more than 50 epochs, about every twentieth has a line.
      expect(out.match(/^epoch /gm)?.length).toBeLessThan(30);
      expect(out).toMatch(/^epoch 60\/60 /m);
    }));

  it('tests nothing where nothing is held out, and takes what the options say', () =>
    inDirectory(async (write) => {
      const path = await write('flowers.csv', flowers());
      const { code, out } = await hebb(
        ...['train', path, ...small, '--epochs', '1', '--validation-split', '0', '--json'],
        ...['--target', 'width', '--ignore', 'kind', '--dtype', 'float64', '--batch-size', '50'],
      );
      expect(code).toBe(0);
      const [data, start, epoch, result] = eventsOf(out);
      expect(data).toMatchObject({ task: 'regression', target: 'width', testRows: 0 });
      expect(start).toMatchObject({ network: '1-16(relu)-1', dtype: 'float64' });
      expect(Object.keys(epoch.figures as object)).toEqual(['loss']);
      expect(result).toMatchObject({ updates: 3 });
      expect(Object.keys(result).filter((key) => key.startsWith('test'))).toEqual([]);
    }));

  it('takes the first row for a row where --header says so', () =>
    inDirectory(async (write) => {
      const path = await write('flowers.csv', flowers().split('\n').slice(1).join('\n'));
      const args = ['train', path, ...small, '--epochs', '1', '--json'];
      expect(eventsOf((await hebb(...args)).out)[0]).toMatchObject({ rows: 150, target: 'column3' });
      expect(eventsOf((await hebb(...args, '--header', 'yes')).out)[0]).toMatchObject({ rows: 149 });
    }));
});

describe('what is wrong', () => {
  it('is said in one line', () =>
    inDirectory(async (write, directory) => {
      const path = await write('flowers.csv', flowers());
      const ragged = await write('ragged.csv', 'a,b\n1,2\n3\n');
      const binary = await write('binary.csv', Uint8Array.of(0, 1, 2, 255));
      const missing = join(directory, 'flower.csv');
      for (const [args, code, message] of [
        [[missing], 1, `there is no file ${missing}: expected a CSV file; did you mean flowers.csv?`],
        [[ragged], 1, `${ragged}: row 3 has 1 cell where the first has 2`],
        [[binary], 1, `${binary}: expected text in UTF-8, got other bytes`],
        [
          [path, '--target', 'kinds'],
          2,
          "--target: unknown column 'kinds': did you mean 'kind'? (there are: length, width, kind); see hebb train --help",
        ],
        [
          ['digits', '--target', 'kind'],
          2,
          '--target is for CSV files, and digits is none; see hebb train --help',
        ],
        [['--ignore', 'a'], 2, '--ignore is for CSV files, and mnist is none; see hebb train --help'],
      ] as const) {
        const ending = await hebb('train', ...args, '--json');
        expect([ending.code, ending.out, ending.err]).toEqual([code, '', `hebb: ${message}\n`]);
      }
    }));
});
