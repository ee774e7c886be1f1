// Rows for a trained network: from a CSV file, by the names in its header or by their places, or from one row given as it
// is.

import { existsSync } from 'node:fs';
import { DataFormatError } from '../../data/index.js';
import { parseRows, readRows, type CsvRows } from '../../data/csv.js';
import { suggest } from '../../platform/suggest.js';
import type { RawRows, TableEncoding } from './encoding.js';
import { checkFile } from './file.js';

/** What the rows are taken for. */
interface Names {
  /** Columns that must be there. */
  readonly needed: readonly string[];
  /** Columns of the file that was trained on. */
  readonly all: readonly string[];
  readonly target: string;
}

/**
 * The rows that a word stands for: those of the file of that name, or itself, `5.1,3.5,red`.
 * @param withTarget whether the target has to be there
 * @throws DataFormatError if it does not have the columns that the network was trained on
 */
export async function rawRows(
  word: string,
  encoding: TableEncoding,
  withTarget: boolean,
  header: 'yes' | 'no' | null,
): Promise<RawRows> {
  const { columns, inputs, target } = encoding;
  const needed = [...inputs.map(({ name }) => name), ...(withTarget ? [target.name] : [])];
  const names: Names = { needed, all: columns, target: target.name };
  if (existsSync(word)) return named(word, await readRows(word), names, header);
  if (/\.(csv|tsv|txt)$/i.test(word)) checkFile(word, 'a CSV file');
  const source = `'${word}'`;
  // Of a single row nothing can be recognised but this.
  const delimiter = [';', '\t'].find((each) => word.includes(each)) ?? ',';
  return placed(source, await parseRows(word, source, delimiter), names);
}

function named(
  source: string,
  { rows, delimiter }: CsvRows,
  names: Names,
  header: 'yes' | 'no' | null,
): RawRows {
  if (rows.length === 0) throw new DataFormatError(source, 'it is empty');
  const first = rows[0].map((cell) => cell.trim());
  const missing = names.needed.filter((name) => !first.includes(name));
  const isHeader = header === null ? missing.length <= names.needed.length / 2 : header === 'yes';
  if (!isHeader) return placed(source, { rows, delimiter }, names);
  if (missing.length > 0) {
    const nearest = suggest(missing[0], first);
    const question = nearest === undefined ? '' : `; is it what is called ${nearest} there?`;
    throw new DataFormatError(source, `it has no column ${missing[0]}${question}`);
  }
  if (rows.length === 1) throw new DataFormatError(source, 'it has a header and no rows');
  return {
    source,
    rows: rows.slice(1),
    delimiter,
    firstRow: 2,
    placeOf: (name) => (first.includes(name) ? first.indexOf(name) : undefined),
  };
}

/** Rows without names: all columns of the file that was trained on, or all but the target, or those that are needed. */
function placed(source: string, { rows, delimiter }: CsvRows, names: Names): RawRows {
  const width = rows[0]?.length ?? 0;
  const known = [names.all, names.all.filter((name) => name !== names.target), names.needed].find(
    (list) => list.length === width && names.needed.every((name) => list.includes(name)),
  );
  if (!known) {
    throw new DataFormatError(
      source,
      `expected ${names.needed.length} values (${names.needed.join(', ')}), got ${width}`,
    );
  }
  return {
    source,
    rows,
    delimiter,
    firstRow: 1,
    placeOf: (name) => (known.includes(name) ? known.indexOf(name) : undefined),
  };
}
