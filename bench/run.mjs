// Runs benchmark parts by name and prints one table: `npm run bench -- mnist small-net --json results.json`. Each part is
// a file of bench/parts/ whose default export is a function (context) => rows. `hebb bench` calls `bench`.

import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** What there is to measure: part -> one line on it. */
export const parts = {
  peak: "the machine's limits: multiply-adds in registers, an ordinary copy",
  gemm: 'matrix products: squares, shapes of training, slivers, float64, bfloat16',
  map: 'elementwise functions in and out of cache, Adam, gelu, reductions',
  mnist: 'MNIST 784-512-10, RMSprop: an epoch, with a busy event loop too; accuracy',
  wide: '784-2048-2048-10, Adam, batch 256',
  'small-net': '3-4-1 sigmoid network, 1,500 steps',
  predict: 'one sample through 784-512-10',
  latency: 'an eager op, import to first result, the first trace',
  growth: 'how time grows with the batch and the hidden layer',
  memory: 'that memory does not grow',
};

function output(command, words) {
  try {
    const options = {
      encoding: 'utf8',
      cwd: new URL('.', import.meta.url),
      stdio: ['ignore', 'pipe', 'ignore'],
    };
    return execFileSync(command, words, options).trim();
  } catch {
    return '';
  }
}

/** The machine and the state it is in, as results have it. */
export function describeMachine(hebb) {
  // An installed package lies in somebody else's repository, if in any.
  const checkout = existsSync(new URL('../.git', import.meta.url));
  const commit = (checkout && output('git', ['rev-parse', '--short', 'HEAD'])) || 'unknown';
  const changed =
    checkout &&
    output('git', [
      'status',
      '--porcelain',
      '--untracked-files=no',
      '--',
      '../src',
      '../native',
      '../assembly',
    ]);
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${process.arch} ${release()}`,
    node: process.version,
    v8: process.versions.v8,
    hebb: hebb.version,
    commit: changed ? `${commit} with changes` : commit,
    loadAtStart: loadavg().map((x) => Number(x.toFixed(2))),
  };
}

/** Whether a row's goal is met; undefined without one. */
export function meets({ value, goal }) {
  if (!goal) return undefined;
  return goal.most !== undefined ? value <= goal.most : value >= goal.least;
}

/** One row, readable. */
export function line(row) {
  const goal = row.goal ? (row.goal.most !== undefined ? `<= ${row.goal.most}` : `>= ${row.goal.least}`) : '';
  return [
    row.work.padEnd(56),
    (row.label ?? '').padEnd(30),
    String(row.value).padStart(8),
    row.unit.padEnd(14),
    (row.ofPeak ? `${(row.ofPeak * 100).toFixed(1)} % of peak` : '').padEnd(15),
    goal && `goal ${goal}${meets(row) ? '' : ', not met'}`,
  ]
    .join(' ')
    .trimEnd();
}

/**
 * Runs benchmarks.
 * @param options `names` of parts (default: all), `backends`, `threads` (numbers), `quick` (fewer and shorter runs),
 *   `log` (gets each line; default console.log)
 * @returns {date, quick, machine, rows}
 * @throws RangeError if there is no such part
 */
export async function bench({
  names = [],
  backends = ['native', 'wasm', 'js'],
  threads,
  quick = false,
  log = console.log,
} = {}) {
  for (const name of names) {
    if (!Object.hasOwn(parts, name)) {
      throw new RangeError(`there is no benchmark '${name}'; there are ${Object.keys(parts).join(', ')}`);
    }
  }
  const hebb = await import('hebb');
  const machine = describeMachine(hebb);
  const rows = [];
  log(
    `${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; Hebb ${machine.hebb} (${machine.commit}); load ${machine.loadAtStart.join(', ')}`,
  );
  for (const name of names.length > 0 ? names : Object.keys(parts)) {
    const { default: part } = await import(`./parts/${name}.mjs`);
    log(`\n${name}: ${parts[name]}`);
    const started = performance.now();
    for (const row of await part({ hebb, backends, threads, quick })) {
      rows.push({ part: name, ...row, met: meets(row) });
      log(line(row));
    }
    log(`(${((performance.now() - started) / 1000).toFixed(1)} s)`);
  }
  return { date: new Date().toISOString(), quick, machine, rows };
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      backend: { type: 'string', multiple: true },
      threads: { type: 'string' },
      quick: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(
      'node bench/run.mjs [part...] [--backend native]... [--threads 1,2] [--quick] [--json FILE]\n',
    );
    for (const [name, text] of Object.entries(parts)) console.log(`  ${name.padEnd(12)} ${text}`);
    return;
  }
  const results = await bench({
    names: positionals,
    backends: values.backend,
    threads: values.threads?.split(',').map(Number),
    quick: values.quick,
  });
  if (values.json) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(
      error instanceof RangeError || error.code?.startsWith?.('ERR_PARSE_ARGS') ? error.message : error,
    );
    process.exitCode = error instanceof RangeError ? 2 : 1;
  });
}
