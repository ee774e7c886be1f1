// What is recognised in a table, and how its rows are encoded.

import { describe, expect, it } from 'vitest';
import { rolesOf, type ColumnChoice } from '../../src/cli/table/columns.js';
import { encodeInputs, encodeTargets, encodingOf, type RawRows } from '../../src/cli/table/encoding.js';
import { tableProblem } from '../../src/cli/table/problem.js';
import { describeTable } from '../../src/cli/table/text.js';
import { parseCsv, type CsvTable } from '../../src/data/index.js';
import { setSeed } from '../../src/index.js';
import { flowers, houses } from './tables.js';

const asked = (choice: Partial<ColumnChoice> = {}): ColumnChoice => ({
  target: null,
  task: null,
  ignore: [],
  ...choice,
});
const column = (name: string, cells: readonly unknown[]): string[] => [name, ...cells.map(String)];
const count = (rows: number, of: (row: number) => unknown): unknown[] =>
  Array.from({ length: rows }, (_, r) => of(r));
/** A table of columns that begin with their names. */
const table = (...columns: string[][]): Promise<CsvTable> =>
  parseCsv(columns[0].map((_, row) => columns.map((cells) => cells[row]).join(',')).join('\n'), {
    header: true,
  });

const x = column(
  'x',
  count(40, (r) => r / 7),
);

describe('the task', () => {
  it.each([
    ['texts', count(40, (r) => ['yes', 'no'][r % 2]), 'classification'],
    ['0 and 1', count(40, (r) => r % 2), 'classification'],
    ['few whole numbers', count(40, (r) => r % 8), 'classification'],
    ['whole numbers, each in few rows', count(40, (r) => r % 9), 'regression'],
    ['fractions', count(40, (r) => (r % 2) / 2), 'regression'],
    ['many whole numbers', count(40, (r) => r), 'regression'],
    ['two classes in few rows', count(4, (r) => r % 2), 'classification'],
  ])('of %s', async (_, cells, task) => {
    const rows = cells.length + 1;
    expect(rolesOf(await table(x.slice(0, rows), column('y', cells)), asked()).task).toBe(task);
  });

  it('is as --task says, unless the target has texts', async () => {
    const numbers = await table(
      x,
      column(
        'y',
        count(40, (r) => r % 2),
      ),
    );
    expect(rolesOf(numbers, asked({ task: 'regression' })).task).toBe('regression');
    const texts = await table(
      x,
      column(
        'y',
        count(40, (r) => ['a', 'b'][r % 2]),
      ),
    );
    expect(() => rolesOf(texts, asked({ task: 'regression' }))).toThrow(
      "--task: y has texts, for example 'a': no regression",
    );
  });
});

describe('columns that say nothing', () => {
  it('are left out, with the reason', async () => {
    const given = await table(
      column(
        'id',
        count(40, (r) => r + 1),
      ),
      x,
      column(
        'same',
        count(40, () => 3),
      ),
      column(
        'word',
        count(40, () => 'a'),
      ),
      column(
        'empty',
        count(40, () => ''),
      ),
      column(
        'name',
        count(40, (r) => `n${r}`),
      ),
      column(
        'mine',
        count(40, (r) => (r * 7) % 5),
      ),
      column(
        'counts',
        count(40, (r) => r),
      ),
      column(
        'y',
        count(40, (r) => r % 2),
      ),
    );
    const { inputs, ignored } = rolesOf(given, asked({ ignore: ['mine'] }));
    expect(inputs.map((place) => given.names[place])).toEqual(['x', 'counts']);
    expect(ignored).toEqual([
      { name: 'id', why: 'it numbers the rows' },
      { name: 'same', why: 'always 3' },
      { name: 'word', why: 'always a' },
      { name: 'empty', why: 'empty' },
      { name: 'name', why: '40 different texts in 40 rows' },
      { name: 'mine', why: 'as --ignore says' },
    ]);
  });

  it('are an error where none is left, or the target is one', async () => {
    const given = await table(
      column(
        'id',
        count(40, (r) => r),
      ),
      column(
        'y',
        count(40, (r) => r % 2),
      ),
    );
    expect(() => rolesOf(given, asked())).toThrow(
      'CSV: there is no column to learn from besides the target y (id: it numbers the rows)',
    );
    expect(() => rolesOf(given, asked({ ignore: ['y'] }))).toThrow('--ignore: y is the target');
    expect(() => rolesOf(given, asked({ target: 'iid' }))).toThrow(
      "--target: unknown column 'iid': did you mean 'id'? (there are: id, y)",
    );
  });
});

const rawOf = (given: CsvTable, rows = given.cells): RawRows => ({
  source: given.source,
  rows,
  delimiter: given.delimiter,
  firstRow: 2,
  placeOf: (name) => given.names.indexOf(name),
});

describe('the encoding', () => {
  it('standardises numbers by the training rows and makes categories one-hot', async () => {
    const given = await parseCsv('a,b,y\n1,red,10\n3,blue,20\n100,,30\n,red,40\n');
    const encoding = encodingOf(given, rolesOf(given, asked()), [0, 1, 3]);
    expect(encoding.columns).toEqual(['a', 'b', 'y']);
    expect(encoding.inputs).toEqual([
      { name: 'a', kind: 'number', mean: 2, deviation: 1 },
      { name: 'b', kind: 'category', categories: ['blue', 'red'] },
    ]);
    const { inputs, missing, unknown } = encodeInputs(encoding, rawOf(given));
    expect(inputs.arraySync()).toEqual([
      [-1, 0, 1],
      [1, 1, 0],
      [98, 0, 0],
      [0, 0, 1],
    ]);
    expect([missing, unknown]).toEqual([2, []]);
    expect(encodeInputs(encoding, rawOf(given, [['2', 'green', '1']])).unknown).toEqual(["b 'green'"]);
    const { target } = encoding;
    if (target.kind !== 'value') throw new Error('expected a regression');
    // Of 10, 20 and 40.
    expect(target.mean).toBeCloseTo(70 / 3, 12);
    expect(target.deviation).toBeCloseTo(Math.sqrt(1400 / 9), 12);
    expect(encodeTargets(encoding, rawOf(given)).arraySync()).toEqual(
      [10, 20, 30, 40].map((y) => Math.fround((y - target.mean) / target.deviation)),
    );
    expect(() => encodeInputs(encoding, rawOf(given, [['2', 'red', '1'], ['two', 'red', '1']]))).toThrow(
      "CSV: row 3: a: expected a number, got 'two'",
    ); // prettier-ignore
    expect(() => encodeTargets(encoding, rawOf(given, [['2', 'red', '']]))).toThrow(
      'CSV: row 2: y: the value is missing',
    );
  });

  it('numbers classes in order, however their numbers are written', async () => {
    const given = await parseCsv('x,y\n1,10\n2,2\n3,2\n4,10\n');
    const encoding = encodingOf(given, rolesOf(given, asked({ task: 'classification' })), [0, 1, 2, 3]);
    expect(encoding.target).toEqual({ name: 'y', kind: 'class', classNames: ['2', '10'] });
    const targets = encodeTargets(encoding, rawOf(given, [['1', '10.0'], ['1', ' 2'], ['1', '+2']])); // prettier-ignore
    expect(targets.arraySync()).toEqual([1, 0, 0]);
    expect(() => encodeTargets(encoding, rawOf(given, [['1', '3']]))).toThrow(
      "CSV: row 2: y: '3' is none of the classes 2, 10",
    );
    expect(() => encodeTargets(encoding, rawOf(given, [['1', 'many']]))).toThrow(/'many' is none/);
  });
});

describe('the problem', () => {
  it('holds out rows by chance, the same ones for a seed', async () => {
    const given = await parseCsv(flowers());
    const request = { ...asked(), validationSplit: 0.2, examples: null };
    const make = (seed: number) => {
      setSeed(seed);
      return tableProblem(given, request);
    };
    const { train, test, facts, output, epochs } = make(1);
    expect([train.inputs.shape, test?.inputs.shape]).toEqual([
      [120, 2],
      [30, 2],
    ]);
    expect(new Set(test?.targets.dataSync()).size).toBe(3);
    expect([output, epochs]).toEqual([{ classes: 3 }, 200]);
    expect(facts).toMatchObject({ task: 'classification', trainRows: 120, testRows: 30, header: true });
    expect(make(1).train.inputs.arraySync()).toEqual(train.inputs.arraySync());
    expect(make(2).train.inputs.arraySync()).not.toEqual(train.inputs.arraySync());
  });

  it('leaves out rows without a target, takes as many as asked for, and refuses too few', async () => {
    const given = await parseCsv('x,y\n1,a\n2,\n3,b\n4,a\n5,b\n');
    const make = (validationSplit: number, examples: number | null) =>
      tableProblem(given, { ...asked(), validationSplit, examples }).facts;
    expect(make(0.2, null)).toMatchObject({ rows: 5, trainRows: 3, testRows: 1, missing: [['y', 1]] });
    expect(make(0, 3)).toMatchObject({ trainRows: 3, testRows: 0 });
    expect(() => make(0.2, 1)).toThrow('CSV: 1 row with a target are too few to learn from');
  });

  it('is told in lines', async () => {
    setSeed(1);
    const given = await parseCsv(houses());
    const { facts } = tableProblem(given, { ...asked(), validationSplit: 0.25, examples: null });
    expect(describeTable(facts)).toEqual([
      'data      CSV: 300 rows of 4 columns; 225 to train with, 75 held out to test with',
      'numbers   area',
      'texts     town (3 categories)',
      'left out  id (it numbers the rows)',
      'missing   area 3: taken for the mean, or for no category',
      expect.stringMatching(/^target {4}price: regression, \d+(\.\d+)? to \d+(\.\d+)?, mean \d+\.\d+$/),
    ]);
  });
});
