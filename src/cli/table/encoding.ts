// From cells to what a network takes and back: numbers less their mean, divided by their standard deviation; categories
// one-hot. An encoding is plain data, kept beside the saved model, so that raw rows can be predicted later.

import { isMissing, readNumber, type CsvTable } from '../../data/csv.js';
import { DataFormatError } from '../../data/index.js';
import { defaultDtype } from '../../tensor/convert.js';
import { newArray } from '../../contract/dtypes.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Roles } from './columns.js';

/** An input column. */
export type InputEncoding =
  | { readonly name: string; readonly kind: 'number'; readonly mean: number; readonly deviation: number }
  | { readonly name: string; readonly kind: 'category'; readonly categories: readonly string[] };

/** The column to predict. */
export type TargetEncoding =
  | { readonly name: string; readonly kind: 'class'; readonly classNames: readonly string[] }
  | { readonly name: string; readonly kind: 'value'; readonly mean: number; readonly deviation: number };

/** How the rows of a table become tensors. */
export interface TableEncoding {
  /** Names of all columns of the file that was trained on, in order. */
  readonly columns: readonly string[];
  readonly inputs: readonly InputEncoding[];
  readonly target: TargetEncoding;
}

type Rows = readonly (readonly string[])[];

/** Mean and standard deviation of the numbers that are there; a deviation of 0 counts as 1. */
function scaleOf(values: readonly number[]): { mean: number; deviation: number } {
  const there = values.filter((value) => !Number.isNaN(value));
  const mean = there.reduce((sum, value) => sum + value / there.length, 0);
  const variance = there.reduce((sum, value) => sum + (value - mean) ** 2 / there.length, 0);
  return { mean, deviation: Math.sqrt(variance) || 1 };
}

/** The encoding of a table, scaled by these of its rows. */
export function encodingOf(table: CsvTable, roles: Roles, rows: readonly number[]): TableEncoding {
  const inputs = roles.inputs.map((place): InputEncoding => {
    const column = table.columns[place];
    const { name } = column;
    if (column.kind === 'category') return { name, kind: 'category', categories: column.categories };
    return { name, kind: 'number', ...scaleOf(rows.map((row) => column.values[row])) };
  });
  const column = table.columns[roles.target];
  const { name } = column;
  let target: TargetEncoding;
  if (column.kind === 'category') target = { name, kind: 'class', classNames: column.categories };
  else if (roles.task === 'regression') {
    target = { name, kind: 'value', ...scaleOf(rows.map((row) => column.values[row])) };
  } else {
    const classes = [...new Set(column.values)].filter((value) => !Number.isNaN(value));
    target = { name, kind: 'class', classNames: classes.sort((a, b) => a - b).map(String) };
  }
  return { columns: table.names, inputs, target };
}

/** Numbers that the network takes for each row. */
export function widthOf({ inputs }: TableEncoding): number {
  return inputs.reduce((sum, input) => sum + (input.kind === 'number' ? 1 : input.categories.length), 0);
}

/** Rows of cells, and what to say about them where something is wrong. */
export interface RawRows {
  readonly source: string;
  readonly rows: Rows;
  readonly delimiter: string;
  /** Number of the first of them in its source, for messages. */
  readonly firstRow: number;
  /** Where the column of each name stands in a row; undefined: it is not there. */
  readonly placeOf: (name: string) => number | undefined;
}

/** What rows became. */
export interface EncodedInputs {
  /** [rows, width] */
  readonly inputs: Tensor;
  /** Cells without a value, taken for the mean (numbers) or for no category. */
  readonly missing: number;
  /** Categories that the training rows did not have, each once: `colour 'green'`; they count as missing, too. */
  readonly unknown: readonly string[];
}

/**
 * The inputs of rows.
 * @throws DataFormatError where a column is not there, or has a text in place of a number
 */
export function encodeInputs(encoding: TableEncoding, raw: RawRows): EncodedInputs {
  const width = widthOf(encoding);
  const dtype = defaultDtype();
  const data = newArray(dtype, raw.rows.length * width);
  const unknown = new Set<string>();
  let missing = 0;
  let at = 0;
  for (const input of encoding.inputs) {
    const place = raw.placeOf(input.name);
    if (place === undefined) throw new DataFormatError(raw.source, `it has no column ${input.name}`);
    if (input.kind === 'number') {
      raw.rows.forEach((row, r) => {
        const value = numberIn(raw, row[place], r, input.name);
        if (Number.isNaN(value)) missing++;
        else data[r * width + at] = (value - input.mean) / input.deviation;
      });
      at++;
    } else {
      const codes = new Map(input.categories.map((category, code) => [category, code]));
      raw.rows.forEach((row, r) => {
        const text = row[place].trim();
        const code = codes.get(text);
        if (code !== undefined) data[r * width + at + code] = 1;
        else {
          missing++;
          if (!isMissing(text)) unknown.add(`${input.name} '${text}'`);
        }
      });
      at += input.categories.length;
    }
  }
  return { inputs: new Tensor(data, [raw.rows.length, width], dtype), missing, unknown: [...unknown] };
}

/**
 * The targets of rows: class numbers (int32) or standardised values, of shape [rows].
 * @throws DataFormatError where the column or a value is not there, or is none that the network knows
 */
export function encodeTargets(encoding: TableEncoding, raw: RawRows): Tensor {
  const { target } = encoding;
  const place = raw.placeOf(target.name);
  if (place === undefined) throw new DataFormatError(raw.source, `it has no column ${target.name}`);
  const wrong = (row: number, problem: string): DataFormatError =>
    new DataFormatError(raw.source, `row ${raw.firstRow + row}: ${target.name}: ${problem}`);
  if (target.kind === 'value') {
    const data = newArray(defaultDtype(), raw.rows.length);
    raw.rows.forEach((row, r) => {
      const value = numberIn(raw, row[place], r, target.name);
      if (Number.isNaN(value)) throw wrong(r, 'the value is missing');
      data[r] = (value - target.mean) / target.deviation;
    });
    return new Tensor(data, [data.length], defaultDtype());
  }
  const codes = new Map(target.classNames.map((name, code) => [name, code]));
  const data = Int32Array.from(raw.rows, (row, r) => {
    const text = row[place].trim();
    // Classes that are numbers are the same however they are written: 1, 1.0, +1.
    const number = readNumber(text, raw.delimiter);
    const code = codes.get(text) ?? (number === undefined ? undefined : codes.get(String(number)));
    if (code !== undefined) return code;
    const known = target.classNames.slice(0, 10).join(', ');
    throw wrong(r, isMissing(text) ? 'the class is missing' : `'${text}' is none of the classes ${known}`);
  });
  return new Tensor(data, [data.length], 'int32');
}

/** A number, NaN where it is missing. */
function numberIn(raw: RawRows, text: string, row: number, name: string): number {
  const value = readNumber(text, raw.delimiter);
  if (value !== undefined) return value;
  throw new DataFormatError(
    raw.source,
    `row ${raw.firstRow + row}: ${name}: expected a number, got '${text.trim()}'`,
  );
}
