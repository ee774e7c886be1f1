// Runs benchmark parts by name and prints one table: `npm run bench -- mnist small-net --json results.json`.
// Each part is a file of bench/parts/ whose default export is an async function (context) => rows.

import { readdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { execFileSync } from 'node:child_process';
import * as hebb from 'hebb';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    backend: { type: 'string', multiple: true },
    quick: { type: 'boolean' },
  },
});

const directory = new URL('./parts/', import.meta.url);
const known = (await readdir(directory)).map((f) => f.replace(/\.mjs$/, '')).sort();
for (const name of positionals) {
  if (!known.includes(name)) {
    console.error(`There is no part '${name}'; there are: ${known.join(', ')}.`);
    process.exit(2);
  }
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

const rows = [];
for (const name of positionals.length > 0 ? positionals : known) {
  const { default: part } = await import(new URL(`${name}.mjs`, directory).href);
  const started = performance.now();
  for (const row of await part({
    hebb,
    backends: values.backend ?? ['native', 'wasm', 'js'],
    quick: values.quick ?? false,
  })) {
    rows.push({ part: name, ...row });
    console.log(
      `${name.padEnd(12)} ${row.work.padEnd(52)} ${String(row.value).padStart(12)} ${row.unit}${row.goal ? `   (goal ${row.goal})` : ''}`,
    );
  }
  console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

if (values.json) {
  const machine = {
    cpu: cpus()[0].model,
    cpus: cpus().length,
    memory: totalmem(),
    node: process.version,
    commit: commit(),
  };
  await writeFile(
    values.json,
    `${JSON.stringify({ date: new Date().toISOString(), machine, rows }, null, 2)}\n`,
  );
}
