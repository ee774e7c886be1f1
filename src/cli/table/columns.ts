// What each column of a table is good for: the target, an input, or nothing; and, of the target, whether its classes
// are to be told apart (classification) or its value is to be estimated (regression).

import type { CsvColumn, CsvTable } from '../../data/index.js';
import { unknownName } from '../../platform/suggest.js';
import { UsageError } from '../errors.js';

/** What is to be learnt of the target. */
export type Task = 'classification' | 'regression';

/** What the options say about the columns; null: to be recognised. */
export interface ColumnChoice {
  /** The column to predict; null: the last one. */
  readonly target: string | null;
  readonly task: Task | null;
  /** Columns to leave out. */
  readonly ignore: readonly string[];
}

/** A column that is not learnt from, and why. */
export interface Ignored {
  readonly name: string;
  readonly why: string;
}

/** The columns by what they are for. */
export interface Roles {
  /** Places of the input columns in the table. */
  readonly inputs: readonly number[];
  readonly target: number;
  readonly task: Task;
  readonly ignored: readonly Ignored[];
}

/** Whole numbers of at most so many values name classes; more are a quantity. */
const mostNumberedClasses = 20;
/** Rows that a class needs on the average: 1, 2, 3, ... 20 in 30 rows are a quantity, too. */
const rowsPerClass = 5;
/** Each category is an input of the network. */
const mostCategories = 256;
/** Names of columns that number the rows. */
const rowNumber = /^(column1|id|index|row|no|nr|number|unnamed.*|.*[ _]id)$/i;

/**
 * The roles of the columns of a table.
 * @throws UsageError if an option names a column that is not there, asks for what a column cannot be, or nothing is
 *   left to learn from
 */
export function rolesOf(table: CsvTable, choice: ColumnChoice): Roles {
  const { columns } = table;
  const target = choice.target === null ? columns.length - 1 : placeOf(table, choice.target, '--target');
  const dropped = new Set(choice.ignore.map((name) => placeOf(table, name, '--ignore')));
  if (dropped.has(target)) {
    throw new UsageError(`--ignore: ${columns[target].name} is the target; name another one with --target`);
  }
  const ignored: Ignored[] = [];
  const inputs: number[] = [];
  columns.forEach((column, place) => {
    if (place === target) return;
    const why = dropped.has(place) ? 'as --ignore says' : uselessness(column, table.rows);
    if (why === null) inputs.push(place);
    else ignored.push({ name: column.name, why });
  });
  if (inputs.length === 0) {
    const reasons = ignored.map(({ name, why }) => `${name}: ${why}`).join('; ');
    throw new UsageError(
      `${table.source}: there is no column to learn from besides the target ${columns[target].name}` +
        (reasons === '' ? '' : ` (${reasons})`),
    );
  }
  return { inputs, target, task: taskOf(columns[target], table.rows, choice.task), ignored };
}

function placeOf(table: CsvTable, name: string, option: string): number {
  const place = table.names.indexOf(name);
  if (place >= 0) return place;
  throw new UsageError(`${option}: ${unknownName('column', name, table.names)}`);
}

/** Why nothing can be learnt from a column; null where something can. */
function uselessness(column: CsvColumn, rows: number): string | null {
  if (column.missing === rows) return 'empty';
  if (column.kind === 'category') {
    const { categories } = column;
    if (categories.length === 1 && column.missing === 0) return `always ${categories[0]}`;
    if (categories.length > mostCategories || (categories.length > 20 && categories.length > rows / 2)) {
      return `${categories.length} different texts in ${rows} rows`;
    }
    return null;
  }
  const { values, name } = column;
  const first = values.find((value) => !Number.isNaN(value));
  if (column.missing === 0 && values.every((value) => value === first)) return `always ${first}`;
  if (rows > 2 && rowNumber.test(name) && values.every((value, row) => value === values[0] + row)) {
    return 'it numbers the rows';
  }
  return null;
}

/** Texts are classes; numbers are where they are whole, few and come often enough. */
function taskOf(column: CsvColumn, rows: number, asked: Task | null): Task {
  if (column.kind === 'category') {
    if (asked === 'regression') {
      throw new UsageError(
        `--task: ${column.name} has texts, for example '${column.categories[0]}': no regression`,
      );
    }
    return 'classification';
  }
  if (asked !== null) return asked;
  const values = new Set(column.values.filter((value) => !Number.isNaN(value)));
  const present = rows - column.missing;
  const named =
    values.size <= Math.min(mostNumberedClasses, Math.max(2, present / rowsPerClass)) &&
    [...values].every(Number.isInteger);
  return named ? 'classification' : 'regression';
}
