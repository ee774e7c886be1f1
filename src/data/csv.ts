// Tables in text: CSV files into rows of cells, and those into columns of numbers or of categories. Quotes, line ends
// and the like are Papa Parse's work; what the cells mean is recognised here.

import type { ParseResult } from 'papaparse';
import { platform } from '#platform';
import { ArgumentError } from '../contract/errors.js';
import { unknownName } from '../platform/suggest.js';
import { Tensor } from '../tensor/tensor.js';
import { DataFormatError } from './errors.js';

/** How to read a CSV file. */
export interface CsvOptions {
  /** What stands between two cells; default: recognised (comma, semicolon, tab or bar). */
  delimiter?: string;
  /** Whether the first row has the columns' names; default: recognised. */
  header?: boolean;
}

/** A column of numbers. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly name: string;
  /** One for each row; NaN where it is missing. */
  readonly values: Float64Array;
  /** Number of rows without a value. */
  readonly missing: number;
}

/** A column of texts that name a category. */
export interface CategoryColumn {
  readonly kind: 'category';
  readonly name: string;
  /** The different texts, sorted. */
  readonly categories: readonly string[];
  /** Of each row: which of them; -1 where it is missing. */
  readonly codes: Int32Array;
  /** Number of rows without a value. */
  readonly missing: number;
}

export type CsvColumn = NumberColumn | CategoryColumn;

/** Cells of a file, as texts. */
export interface CsvRows {
  readonly delimiter: string;
  /** Rows with as many cells each; empty lines are left out. */
  readonly rows: readonly (readonly string[])[];
}

/** 256 MiB: as texts of cells that is a few GiB of memory. */
const maximumBytes = 2 ** 28;

/** Texts that stand for a value that is not there, in small letters. */
const missingTexts = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '?', '-', '#n/a']);

/** Whether the text of a cell says that there is no value. */
export function isMissing(text: string): boolean {
  return missingTexts.has(text.trim().toLowerCase());
}

const pointNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const commaNumber = /^[+-]?(\d+,?\d*|,\d+)(e[+-]?\d+)?$/i;

/**
 * The number that the text of a cell says, NaN where it is missing, undefined where it says something else. Where
 * semicolons stand between the cells, a comma is a decimal point, as spreadsheets write it in half of Europe.
 */
export function readNumber(text: string, delimiter = ','): number | undefined {
  const trimmed = text.trim();
  let value: number | undefined;
  if (pointNumber.test(trimmed)) value = Number(trimmed);
  else if (delimiter === ';' && commaNumber.test(trimmed)) value = Number(trimmed.replace(',', '.'));
  if (value !== undefined) return Number.isFinite(value) ? value : undefined;
  return isMissing(trimmed) ? NaN : undefined;
}

/** A table: what a CSV file says, column by column. */
export class CsvTable {
  /** What stands between two cells. */
  readonly delimiter: string;
  /** Whether the first row had the columns' names; without it they are called column1, column2, ... */
  readonly header: boolean;
  readonly columns: readonly CsvColumn[];
  /** The cells as texts, without the header. */
  readonly cells: readonly (readonly string[])[];

  /** @param source the file, for messages */
  constructor(
    readonly source: string,
    { delimiter, rows }: CsvRows,
    header?: boolean,
  ) {
    if (rows.length === 0) throw new DataFormatError(source, 'it is empty');
    this.delimiter = delimiter;
    this.header = header ?? hasHeader(rows, delimiter);
    this.cells = this.header ? rows.slice(1) : rows;
    if (this.cells.length === 0) throw new DataFormatError(source, 'it has a header and no rows');
    const names = this.header ? distinct(rows[0]) : rows[0].map((_, at) => `column${at + 1}`);
    this.columns = names.map((name, at) => columnOf(name, this.cells, at, delimiter));
  }

  /** Number of rows. */
  get rows(): number {
    return this.cells.length;
  }

  /** Names of the columns, in order. */
  get names(): readonly string[] {
    return this.columns.map(({ name }) => name);
  }

  /**
   * The column of that name.
   * @throws ArgumentError if there is none; the nearest one is suggested
   */
  column(name: string): CsvColumn {
    const found = this.columns.find((column) => column.name === name);
    if (!found) throw new ArgumentError(`${this.source}: ${unknownName('column', name, this.names)}.`);
    return found;
  }

  /**
   * Columns of numbers side by side: float32 of shape [rows, columns]; NaN where a value is missing.
   * @param names which ones, in this order; default: all columns of numbers
   * @throws ArgumentError if one is not there or has categories (those are in `column(name).codes`)
   */
  tensor(names?: readonly string[]): Tensor {
    const columns = names?.map((name) => this.column(name)) ?? this.columns.filter(isNumeric);
    const data = new Float32Array(this.rows * columns.length);
    columns.forEach((column, at) => {
      if (!isNumeric(column)) {
        throw new ArgumentError(
          `${this.source}: ${column.name} is a column of categories; make a tensor of its codes: ` +
            `oneHot(tensor1d(table.column('${column.name}').codes, 'int32'), ${column.categories.length}).`,
        );
      }
      column.values.forEach((value, row) => (data[row * columns.length + at] = value));
    });
    return new Tensor(data, [this.rows, columns.length], 'float32');
  }
}

function isNumeric(column: CsvColumn): column is NumberColumn {
  return column.kind === 'number';
}

/** Names that differ: the second `a` is `a_2`. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((text, at) => {
    const name = text.trim() || `column${at + 1}`;
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name}_${n}`;
    taken.add(unique);
    return unique;
  });
}

/**
 * Whether the first row has names: all its cells are different texts and no numbers, and under one of them at least
 * there are numbers or, where there are none at all, none comes again in its column.
 */
function hasHeader([first, ...others]: CsvRows['rows'], delimiter: string): boolean {
  const names = first.map((text) => text.trim());
  // pandas leaves the name of its index, the first column, empty.
  if (names.slice(1).some(isMissing) || new Set(names).size < names.length) return false;
  if (names.some((name) => name !== '' && readNumber(name, delimiter) !== undefined)) return false;
  if (others.length === 0) return true;
  const numeric = names.some(
    (_, at) =>
      others.every((row) => readNumber(row[at], delimiter) !== undefined) &&
      others.some((row) => !isMissing(row[at])),
  );
  return numeric || names.every((name, at) => others.every((row) => row[at].trim() !== name));
}

/** A column is of numbers if all its cells are that are not missing. */
function columnOf(name: string, cells: CsvRows['rows'], at: number, delimiter: string): CsvColumn {
  const values = new Float64Array(cells.length);
  let missing = 0;
  for (let row = 0; row < cells.length; row++) {
    const value = readNumber(cells[row][at], delimiter);
    if (value === undefined) return categoryColumnOf(name, cells, at);
    values[row] = value;
    if (Number.isNaN(value)) missing++;
  }
  return { kind: 'number', name, values, missing };
}

function categoryColumnOf(name: string, cells: CsvRows['rows'], at: number): CategoryColumn {
  const texts = cells.map((row) => row[at].trim());
  const categories = [...new Set(texts)].filter((text) => !isMissing(text)).sort();
  const places = new Map(categories.map((category, code) => [category, code]));
  const codes = Int32Array.from(texts, (text) => places.get(text) ?? -1);
  return { kind: 'category', name, categories, codes, missing: codes.filter((code) => code < 0).length };
}

/**
 * A CSV text as rows of cells.
 * @param source what it is, for messages
 * @throws DataFormatError where a quote is not closed, or rows have different numbers of cells
 */
export async function parseRows(text: string, source: string, delimiter?: string): Promise<CsvRows> {
  // Loaded when it is needed: programs that read no CSV need not wait for it.
  const { default: papa } = await import('papaparse');
  const parse = (by: string, preview = 0): ParseResult<string[]> =>
    papa.parse<string[]>(text, { delimiter: by, preview, skipEmptyLines: 'greedy' });
  const by = delimiter ?? recognised((each) => parse(each, 10).data);
  const { data, errors } = parse(by);
  const wrong = errors.find(({ type }) => type === 'Quotes');
  if (wrong) {
    throw new DataFormatError(source, `row ${(wrong.row ?? 0) + 1}: ${wrong.message.toLowerCase()}`);
  }
  const width = data[0]?.length ?? 0;
  const ragged = data.findIndex((row) => row.length !== width);
  if (ragged >= 0) {
    const cells = data[ragged].length;
    throw new DataFormatError(
      source,
      `row ${ragged + 1} has ${cells} ${cells === 1 ? 'cell' : 'cells'} where the first has ${width}`,
    );
  }
  return { delimiter: by, rows: data };
}

/** The delimiter that gives the first rows the same number of cells, more than one; the comma comes last. */
function recognised(rowsBy: (delimiter: string) => readonly (readonly string[])[]): string {
  const fits = (delimiter: string): boolean => {
    const rows = rowsBy(delimiter);
    return rows.length > 0 && rows[0].length > 1 && rows.every((row) => row.length === rows[0].length);
  };
  // Not the most cells: in `1,5;2,5` the commas are decimal points.
  return [';', '\t', '|'].find(fits) ?? ',';
}

/**
 * The rows of a CSV file.
 * @throws DataFormatError where it is no text in UTF-8, or no table
 */
export async function readRows(path: string, delimiter?: string): Promise<CsvRows> {
  const bytes = await platform.readFile(path, { maximumBytes });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DataFormatError(path, 'expected text in UTF-8, got other bytes', { cause: error });
  }
  if (text.includes('\0')) throw new DataFormatError(path, 'expected text, got binary data');
  return parseRows(text, path, delimiter);
}

/**
 * A CSV text as a table, with header, delimiter and kinds of columns recognised.
 * @throws DataFormatError if it is empty, a quote is not closed, or rows have different numbers of cells
 * @example
 * const table = await parseCsv('size,colour\n1.5,red\n2,blue');
 * table.tensor(['size']).arraySync(); // [[1.5], [2]]
 * table.column('colour'); // {kind: 'category', categories: ['blue', 'red'], codes: [1, 0], ...}
 */
export async function parseCsv(text: string, options: CsvOptions = {}): Promise<CsvTable> {
  return new CsvTable('CSV', await parseRows(text, 'CSV', options.delimiter), options.header);
}

/**
 * A CSV file (in a browser: an address) of at most 256 MiB as a table, as `parseCsv` reads it.
 * @throws DataFormatError as `parseCsv`, and if it is not UTF-8; Error if it cannot be read
 */
export async function readCsv(path: string, options: CsvOptions = {}): Promise<CsvTable> {
  return new CsvTable(path, await readRows(path, options.delimiter), options.header);
}
