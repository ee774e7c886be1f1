// CSV texts and files as tables: what is recognised, and what is refused.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../src/contract/errors.js';
import '../../src/ops/index.js';
import { readNumber } from '../../src/data/csv.js';
import { DataFormatError, parseCsv, readCsv, type CsvTable } from '../../src/data/index.js';

/** name -> its kind and what is in it. */
const contents = (table: CsvTable) =>
  Object.fromEntries(
    table.columns.map((column) => [
      column.name,
      column.kind === 'number' ? [...column.values] : [column.categories.join('|'), ...column.codes],
    ]),
  );

describe('columns', () => {
  it('are of numbers where every cell is one or missing, else of categories', async () => {
    const table = await parseCsv('size,colour,mixed\n1.5,red,1\n-2e3,blue,x\nNA,?,\n+.5,red,1\n');
    expect(table.header).toBe(true);
    expect(table.rows).toBe(4);
    expect(contents(table)).toEqual({
      size: [1.5, -2000, NaN, 0.5],
      colour: ['blue|red', 1, 0, -1, 1],
      mixed: ['1|x', 0, 1, -1, 0],
    });
    expect(table.columns.map(({ missing }) => missing)).toEqual([1, 1, 1]);
  });

  it('keep what quotes hold together: delimiters, line ends, quotes', async () => {
    const table = await parseCsv('"a, b",c\r\n"x\r\ny",1\r\n"say ""hi""",2\r\n');
    expect(table.names).toEqual(['a, b', 'c']);
    expect(table.cells).toEqual([
      ['x\r\ny', '1'],
      ['say "hi"', '2'],
    ]);
  });

  it('get names that differ', async () => {
    const table = await parseCsv('a,a,\n1,2,3\n', { header: true });
    expect(table.names).toEqual(['a', 'a_2', 'column3']);
  });

  it('become a tensor side by side, in the order asked for', async () => {
    const table = await parseCsv('a,b,name\n1,2,x\n3,,y\n');
    expect(table.tensor().arraySync()).toEqual([
      [1, 2],
      [3, NaN],
    ]);
    expect(table.tensor(['b', 'a']).arraySync()).toEqual([
      [2, 1],
      [NaN, 3],
    ]);
    expect(() => table.tensor(['name'])).toThrow(/name is a column of categories.*codes/);
    expect(() => table.column('nam')).toThrow(ArgumentError);
    expect(() => table.column('nam')).toThrow("CSV: unknown column 'nam': did you mean 'name'?");
  });
});

describe('the delimiter', () => {
  it.each([
    ['a,b\n1,2', ',', [[1, 2]]],
    ['a\tb\n1\t2', '\t', [[1, 2]]],
    ['a|b\n1|2', '|', [[1, 2]]],
    // The commas would split each row into as many cells as the semicolons do.
    ['a;b;c\n1,5;2,25;3\n-4,5;0;,5', ';', [[1.5, 2.25, 3], [-4.5, 0, 0.5]]], // prettier-ignore
    ['1,5;2,5\n3,5;4,5', ';', [[1.5, 2.5], [3.5, 4.5]]], // prettier-ignore
    ['a\n1', ',', [[1]]],
  ])('of %j', async (text, delimiter, rows) => {
    const table = await parseCsv(text);
    expect(table.delimiter).toBe(delimiter);
    expect(table.tensor().arraySync()).toEqual(rows);
  });

  it('can be stated', async () => {
    const table = await parseCsv('a:b\n1:2', { delimiter: ':' });
    expect(table.names).toEqual(['a', 'b']);
  });
});

describe('the header', () => {
  it.each([
    ['names over numbers', 'a,b\n1,2\n3,4', true],
    ['numbers only', '1,2\n3,4', false],
    ['a category among numbers', '5.1,setosa\n4.9,virginica', false],
    ['texts that come again', 'red,x\nblue,y\nred,z', false],
    ['texts that do not', 'colour,letter\nred,x\nblue,y\nred,z', true],
    ['a missing name', 'a,\n1,2', false],
    ['a name twice', 'a,a\n1,2', false],
    ['an index without a name, as pandas writes it', ',a\n0,5\n1,6', true],
    ['years for names', '2019,2020\n1,2', false],
  ])('%s: %j is %s', async (_, text, header) => {
    expect((await parseCsv(text)).header).toBe(header);
  });

  it('can be stated, either way', async () => {
    expect((await parseCsv('2019,2020\n1,2', { header: true })).names).toEqual(['2019', '2020']);
    const without = await parseCsv('a,b\nc,d', { header: false });
    expect(without.names).toEqual(['column1', 'column2']);
    expect(without.rows).toBe(2);
  });
});

describe('numbers', () => {
  it.each([
    ['1', 1],
    [' -1.5 ', -1.5],
    ['1.', 1],
    ['1e-3', 0.001],
    ['NaN', NaN],
    ['n/a', NaN],
    ['1,5', undefined],
    ['0x10', undefined],
    ['1 2', undefined],
    ['Infinity', undefined],
    ['1e999', undefined],
    ['.', undefined],
  ])('%j is %s', (text, value) => {
    expect(readNumber(text)).toBe(value);
  });
});

describe('what is refused', () => {
  it.each([
    ['', 'CSV: it is empty'],
    ['\n  \n', 'CSV: it is empty'],
    ['a,b\n', 'CSV: it has a header and no rows'],
    ['a,b\n1,2\n3\n', 'CSV: row 3 has 1 cell where the first has 2'],
    ['a,b\n1,"2\n', /^CSV: row 2: quoted field unterminated/],
  ])('%j', async (text, message) => {
    const failure = parseCsv(text, { delimiter: ',' });
    await expect(failure).rejects.toThrow(DataFormatError);
    await expect(failure).rejects.toThrow(message);
  });
});

describe('a file', () => {
  it('is read, with or without a byte order mark, and refused where it is no text', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hebb-csv-'));
    const path = join(directory, 'table.csv');
    try {
      await writeFile(path, '\ufeffa,b\n1,ü\n');
      expect(contents(await readCsv(path))).toEqual({ a: [1], b: ['ü', 0] });
      await writeFile(path, Buffer.from('a,b\n1,ü\n', 'latin1'));
      await expect(readCsv(path)).rejects.toThrow(`${path}: expected text in UTF-8, got other bytes`);
      await writeFile(path, 'a,b\n1,\0\n');
      await expect(readCsv(path)).rejects.toThrow(`${path}: expected text, got binary data`);
      await expect(readCsv(join(directory, 'none.csv'))).rejects.toThrow(/none\.csv/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
