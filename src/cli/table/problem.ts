// A table as a problem to learn: which rows are for training and which are held out, and the facts to tell about it.

import { basename } from 'node:path';
import { DataFormatError, type CsvTable } from '../../data/index.js';
import { layers } from '../../nn/layers/index.js';
import { permutation } from '../../ops/index.js';
import type { LearningSet, Problem } from '../problem.js';
import { rolesOf, type ColumnChoice, type Ignored, type Task } from './columns.js';
import {
  encodeInputs,
  encodeTargets,
  encodingOf,
  widthOf,
  type InputEncoding,
  type RawRows,
  type TableEncoding,
} from './encoding.js';

/** What to make of a table. */
export interface TableRequest extends ColumnChoice {
  /** Share of the rows to hold out. */
  readonly validationSplit: number;
  /** Rows to use at most, drawn by chance; null: all. */
  readonly examples: number | null;
}

/** What was recognised in a table. */
export interface TableFacts {
  readonly dataset: string;
  readonly source: string;
  /** Rows of the file. */
  readonly rows: number;
  readonly columns: number;
  readonly header: boolean;
  readonly trainRows: number;
  readonly testRows: number;
  readonly inputs: readonly InputEncoding[];
  readonly ignored: readonly Ignored[];
  /** Columns with missing values, and how many each: `[name, count]`. */
  readonly missing: readonly (readonly [string, number])[];
  readonly target: string;
  readonly task: Task;
  /** Of a classification: each class, and its rows. */
  readonly classes: readonly (readonly [string, number])[] | null;
  /** Of a regression: its least and largest value and its mean. */
  readonly range: { readonly least: number; readonly largest: number; readonly mean: number } | null;
}

/** A table that is ready to be learnt. */
export interface TableProblem extends Problem {
  readonly facts: TableFacts;
}

/** Examples to see in all where the options do not say how many epochs: small tables need many, large ones few. */
const examplesToSee = 300_000;
const fewestEpochs = 5;
const mostEpochs = 200;

/**
 * A table as a problem. Rows are drawn by chance with the default generator: the same ones for the same seed.
 * @throws UsageError if the options do not fit the table; DataFormatError if it has too few rows
 */
export function tableProblem(table: CsvTable, request: TableRequest): TableProblem {
  const roles = rolesOf(table, request);
  const order = drawRows(table, roles.target, request.examples);
  const held = heldOut(order.length, request.validationSplit, table.source);
  const trainRows = order.slice(0, order.length - held);
  const testRows = order.slice(order.length - held);
  const encoding = encodingOf(table, roles, trainRows);
  const train = learningSet(table, encoding, trainRows);
  const test = held > 0 ? learningSet(table, encoding, testRows) : null;
  const name = basename(table.source);
  const width = widthOf(encoding);
  const { target } = encoding;
  const epochs = Math.round(examplesToSee / trainRows.length);
  return {
    name,
    thing: 'row',
    train,
    validation: test,
    test,
    first: [layers.inputLayer({ inputShape: [width] })],
    width,
    output: target.kind === 'class' ? { classes: target.classNames.length } : { deviation: target.deviation },
    epochs: Math.min(Math.max(epochs, fewestEpochs), mostEpochs),
    metadata: { input: 'table', dataset: name, ...encoding },
    facts: {
      dataset: name,
      source: table.source,
      rows: table.rows,
      columns: table.columns.length,
      header: table.header,
      trainRows: trainRows.length,
      testRows: testRows.length,
      inputs: encoding.inputs,
      ignored: roles.ignored,
      missing: table.columns
        .filter((column, place) => column.missing > 0 && [...roles.inputs, roles.target].includes(place))
        .map((column) => [column.name, column.missing] as const),
      task: roles.task,
      ...targetFacts(table, encoding, order),
    },
  };
}

/** Rows with a target, in random order. */
function drawRows(table: CsvTable, target: number, examples: number | null): number[] {
  const column = table.columns[target];
  const isThere = (row: number): boolean =>
    column.kind === 'number' ? !Number.isNaN(column.values[row]) : column.codes[row] >= 0;
  const order = Array.from(permutation(table.rows).dataSync()).filter(isThere);
  return examples === null ? order : order.slice(0, examples);
}

/** Number of rows to hold out: with a split above 0, at least one. */
function heldOut(rows: number, split: number, source: string): number {
  const held = split > 0 ? Math.max(1, Math.round(rows * split)) : 0;
  if (rows - held >= 1) return held;
  throw new DataFormatError(
    source,
    `${rows} ${rows === 1 ? 'row' : 'rows'} with a target are too few to learn from`,
  );
}

function learningSet(table: CsvTable, encoding: TableEncoding, rows: readonly number[]): LearningSet {
  const raw: RawRows = {
    source: table.source,
    rows: rows.map((row) => table.cells[row]),
    delimiter: table.delimiter,
    firstRow: 1,
    placeOf: (name) => table.names.indexOf(name),
  };
  return { inputs: encodeInputs(encoding, raw).inputs, targets: encodeTargets(encoding, raw) };
}

function targetFacts(
  table: CsvTable,
  { target }: TableEncoding,
  rows: readonly number[],
): Pick<TableFacts, 'target' | 'classes' | 'range'> {
  const { name } = target;
  const column = table.column(name);
  if (target.kind === 'class') {
    const counts = new Map(target.classNames.map((className) => [className, 0]));
    for (const row of rows) {
      const className =
        column.kind === 'category' ? column.categories[column.codes[row]] : String(column.values[row]);
      counts.set(className, (counts.get(className) ?? 0) + 1);
    }
    return { target: name, classes: [...counts], range: null };
  }
  let least = Infinity;
  let largest = -Infinity;
  for (const row of rows) {
    const value = column.kind === 'number' ? column.values[row] : NaN;
    least = Math.min(least, value);
    largest = Math.max(largest, value);
  }
  return { target: name, classes: null, range: { least, largest, mean: target.mean } };
}
