// Which words on the command line are files of tables, and how they are read.

import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { readCsv, type CsvTable } from '../../data/index.js';
import { suggest } from '../../platform/suggest.js';

/** Whether a word is the path of a file: it has a dot or a slash, as no name of a data set has. */
export function isTableFile(word: string): boolean {
  return /[./\\]/.test(word);
}

/**
 * Throws unless there is a file at `path`; the nearest name beside it is suggested.
 * @param wanted what it should be, with its article
 */
export function checkFile(path: string, wanted: string): void {
  if (existsSync(path)) return;
  let nearest: string | undefined;
  try {
    nearest = suggest(basename(path), readdirSync(dirname(path)));
  } catch {
    // There is no such directory either.
  }
  const question = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  throw new Error(`there is no file ${path}: expected ${wanted}${question}`);
}

/** The table in a file. */
export async function readTable(path: string, header: 'yes' | 'no' | null): Promise<CsvTable> {
  checkFile(path, 'a CSV file');
  return readCsv(path, header === null ? {} : { header: header === 'yes' });
}
