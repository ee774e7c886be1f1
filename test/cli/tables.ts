// Small tables for tests: what is to be learnt of them is known.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seeded } from '../support/building.js';

/** Flowers of three kinds that differ in both measures; the rows are sorted by kind, as in the wild. */
export function flowers(rows = 150): string {
  const random = seeded(1);
  const lines = ['length,width,kind'];
  for (let row = 0; row < rows; row++) {
    const kind = Math.floor((3 * row) / rows);
    const measure = (): string => (2 * kind + random()).toFixed(2);
    lines.push(`${measure()},${measure()},${['iris', 'rose', 'tulip'][kind]}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Houses: the price is 3 (Ulm), 4 (Bonn) or 5 (Graz) times the area; some areas are missing, the first column counts. */
export function houses(rows = 300): string {
  const random = seeded(2);
  const lines = ['id;area;town;price'];
  for (let row = 0; row < rows; row++) {
    const area = 20 + Math.round(100 * random());
    const town = Math.floor(3 * random());
    const price = (area * (3 + town)) / 10;
    const shown = row % 100 === 99 ? '' : String(area);
    lines.push(`${row + 1};${shown};${['Ulm', 'Bonn', 'Graz'][town]};${String(price).replace('.', ',')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Runs `body` with a directory that is gone afterwards, and what writes a file into it and gives its path. */
export async function inDirectory(
  body: (
    write: (name: string, contents: string | Uint8Array) => Promise<string>,
    directory: string,
  ) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'hebb-cli-'));
  try {
    await body(async (name, contents) => {
      const path = join(directory, name);
      await writeFile(path, contents);
      return path;
    }, directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
