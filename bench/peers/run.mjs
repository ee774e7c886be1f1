// Hebb beside its peers at the same works, in one table: `npm run bench:peers -- [work...] [--quick] [--json FILE]`. Each
// contestant runs in a process of its own with a time limit; they take turns, round by round, and medians are
// compared. What is not installed is left out and said: `npm install --prefix bench/peers` and, on Debian,
// `apt-get install python3-torch python3-numpy libopenblas0-pthread libopenblas0-openmp`.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import * as hebb from '../../dist/index.js';
import { median, mnistData, round } from '../measure.mjs';
import { describeMachine } from '../run.mjs';
import { epochSteps, works } from './works.mjs';

const run = promisify(execFile);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const python = ['/usr/bin/python3', 'python3'].find((path) => !path.startsWith('/') || existsSync(path));
const cores = String(availableParallelism());

/** OpenBLAS comes in two builds, with threads of its own and with OpenMP's: Debian keeps them side by side. */
const openmpBlas = ['x86_64', 'aarch64']
  .map((a) => `/usr/lib/${a}-linux-gnu/openblas-openmp`)
  .find((d) => existsSync(d));

/**
 * Settings of threads that PyTorch is tried with. On few cores the pools of OpenMP and OpenBLAS fight, and a waiting
 * OpenMP thread spins where the other should run, so that the best setting differs from work to work.
 */
const torchSettings = [
  { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: cores },
  { OMP_NUM_THREADS: cores, OPENBLAS_NUM_THREADS: '1' },
  { OMP_NUM_THREADS: cores, OPENBLAS_NUM_THREADS: cores },
  { OMP_NUM_THREADS: cores, OPENBLAS_NUM_THREADS: cores, OMP_WAIT_POLICY: 'passive' },
  { OMP_NUM_THREADS: cores, OPENBLAS_NUM_THREADS: cores, GOMP_SPINCOUNT: '0' },
  ...(openmpBlas
    ? [
        { OMP_NUM_THREADS: cores, LD_LIBRARY_PATH: openmpBlas },
        { OMP_NUM_THREADS: cores, LD_LIBRARY_PATH: openmpBlas, OMP_WAIT_POLICY: 'passive' },
      ]
    : []),
];

const numpySettings = [
  { OPENBLAS_NUM_THREADS: cores },
  ...(openmpBlas ? [{ OMP_NUM_THREADS: cores, LD_LIBRARY_PATH: openmpBlas }] : []),
];

const node = (script, ...words) => [process.execPath, here(script), ...words];

/** How to start each contestant; `settings`: environments to try, of which the best counts. */
const contestants = {
  'Hebb native': { command: node('hebb.mjs', 'native') },
  'Hebb native, 1 thread': { command: node('hebb.mjs', 'native'), settings: [{ HEBB_THREADS: '1' }] },
  'Hebb wasm': { command: node('hebb.mjs', 'wasm') },
  'Hebb wasm, 1 thread': { command: node('hebb.mjs', 'wasm'), settings: [{ HEBB_THREADS: '1' }] },
  'Hebb js': { command: node('hebb.mjs', 'js') },
  PyTorch: { command: [python, here('torch_works.py')], module: 'torch', settings: torchSettings },
  numpy: { command: [python, here('numpy_works.py')], module: 'numpy', settings: numpySettings, each: true },
  'numpy, 1 thread': {
    command: [python, here('numpy_works.py')],
    module: 'numpy',
    settings: [{ OPENBLAS_NUM_THREADS: '1' }],
  },
  'tfjs-wasm': { command: node('tfjs.mjs', 'wasm'), package: '@tensorflow/tfjs-backend-wasm' },
  'tfjs-cpu': { command: node('tfjs.mjs', 'cpu'), package: '@tensorflow/tfjs-backend-cpu' },
  'jax-js': { command: node('jax.mjs'), package: '@jax-js/jax' },
  'brain.js': { command: node('brain.mjs'), package: 'brain.js' },
};

/** What an error says of itself, in a line. */
function reasonOf(error) {
  if (error.killed) return 'time limit';
  const lines = (error.stderr || error.message).trim().split('\n');
  return (lines.find((text) => /^\w*(Error|Exception)\b/.test(text)) ?? lines.at(-1)).slice(0, 160);
}

/** One run of a contestant: what it printed, or {failed}. */
async function once(name, spec, setting, limit, data) {
  const [program, ...words] = contestants[name].command;
  try {
    const { stdout } = await run(program, [...words, JSON.stringify(spec)], {
      timeout: limit * 1000,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 26,
      env: { ...process.env, ...setting, BENCH_DATA: data },
    });
    return JSON.parse(stdout.trim().split('\n').at(-1));
  } catch (error) {
    return { failed: reasonOf(error) };
  }
}

/** Those that can be run here; of the others the reason is told. */
async function available() {
  const there = new Set();
  const pythonModules = new Map();
  for (const [name, { module, package: packageName }] of Object.entries(contestants)) {
    if (module && !pythonModules.has(module)) {
      const found = await run(python, ['-c', `import ${module}`]).then(
        () => true,
        () => false,
      );
      pythonModules.set(module, found);
    }
    let ok = module ? pythonModules.get(module) : true;
    if (packageName) {
      try {
        createRequire(import.meta.url).resolve(`${packageName}/package.json`);
      } catch (error) {
        ok = error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
      }
    }
    if (ok) there.add(name);
    else console.log(`${name} is left out: ${module ?? packageName} is not installed`);
  }
  return there;
}

const describe = (setting) =>
  Object.entries(setting)
    .map(([name, value]) =>
      name === 'LD_LIBRARY_PATH' ? "OpenBLAS with OpenMP's threads" : `${name}=${value}`,
    )
    .join(' ');

/** The two best of a contestant's settings for a work, by one short run of each. */
async function bestSettings(name, work, spec, context) {
  const { settings = [{}], each } = contestants[name];
  if (settings.length === 1 || each) return settings;
  const ended = [];
  for (const setting of settings) {
    const limit = context.quick ? 20 : 30;
    const { values, failed } = await once(name, { ...spec, ...work.trial }, setting, limit, context.data);
    const value = values?.value;
    console.log(
      `  ${name}, ${describe(setting)}: ${failed ?? `${round(value)} ${work.trial?.steps ? 'in a trial' : work.unit}`}`,
    );
    if (!failed) ended.push({ setting, value });
  }
  ended.sort((a, b) => a.value - b.value);
  return ended.slice(0, 2).map(({ setting }) => setting);
}

async function compare(work, there, context) {
  const names = [...new Set(work.groups.flat())].filter((name) => there.has(name));
  const plans = [];
  for (const name of names) {
    const steps = work.steps?.[name];
    const spec = { ...work.spec, seconds: context.quick ? 0.05 : 0.2, ...(steps ? { steps } : {}) };
    plans.push({ name, spec, settings: await bestSettings(name, work, spec, context), runs: [] });
  }
  for (let r = 0; r < (context.quick ? 1 : 3); r++) {
    for (const plan of plans) {
      for (const setting of plan.settings) {
        // What failed once is not tried again.
        if (plan.runs.some((earlier) => earlier.failed && earlier.tried === setting)) continue;
        const given = await once(plan.name, plan.spec, setting, context.quick ? 60 : 120, context.data);
        plan.runs.push({ ...given, tried: setting, setting: given.setting ?? describe(setting) });
      }
    }
  }
  return plans;
}

/** Rows of a work: a contestant's median (of the better setting, where several take part) and how Hebb compares. */
function rowsOf(workName, work, plans) {
  const figures = new Map();
  for (const { name, spec, runs } of plans) {
    const bySetting =
      Map.groupBy?.(runs, (given) => given.setting) ?? groupBy(runs, (given) => given.setting);
    for (const key of work.spec.shapes?.map((s) => s.name) ?? ['value']) {
      let best = null;
      for (const [setting, list] of bySetting) {
        const numbers = list.flatMap((given) => given.values?.[key] ?? []);
        if (numbers.length === 0) continue;
        const value = median(numbers);
        if (best && (work.better === 'more' ? best.value >= value : best.value <= value)) continue;
        best = { value, setting, version: list[0].version };
      }
      const whole = { mnist: epochSteps, 'small-net': work.spec.steps }[workName];
      const reckoned = spec.steps < whole ? `from ${spec.steps} of ${whole} steps` : undefined;
      figures.set(
        `${name} ${key}`,
        best
          ? { ...best, reckoned }
          : { failed: runs.find((r) => r.failed)?.failed ?? 'no setting ended in time' },
      );
    }
  }
  const rows = [];
  for (const key of work.spec.shapes?.map((s) => s.name) ?? ['value']) {
    for (const [first, ...others] of work.groups) {
      const own = figures.get(`${first} ${key}`);
      for (const name of [first, ...others]) {
        const figure = figures.get(`${name} ${key}`);
        if (!figure) continue;
        const ratio =
          figure.value &&
          own?.value &&
          (work.better === 'more' ? own.value / figure.value : figure.value / own.value);
        rows.push({
          work: key === 'value' ? work.title : key,
          group: workName,
          contestant: name,
          against: first,
          ...figure,
          value: figure.value === undefined ? null : round(figure.value),
          unit: work.unit,
          hebbTimes: name === first || !ratio ? undefined : round(ratio),
          leastTimes: name === first ? undefined : work.times?.[name],
        });
      }
    }
  }
  return rows;
}

/** Map.groupBy, which Node 20 lacks. */
function groupBy(list, keyOf) {
  const groups = new Map();
  for (const item of list) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function line(row) {
  const figure = row.failed ? `failed: ${row.failed}` : `${row.value} ${row.unit}`;
  const { hebbTimes, leastTimes } = row;
  const verdict = leastTimes ? ` (goal ${leastTimes}x${hebbTimes >= leastTimes ? '' : ', not met'})` : '';
  const ratio = hebbTimes ? `Hebb is ${hebbTimes}x as fast${verdict}` : '';
  const notes = [row.version && `version ${row.version}`, row.setting, row.reckoned]
    .filter(Boolean)
    .join('; ');
  return `${row.contestant.padEnd(22)} ${figure.padEnd(18)} ${ratio.padEnd(46)} ${notes}`;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, quick: { type: 'boolean' } },
  });
  const unknown = positionals.find((name) => !Object.hasOwn(works, name));
  if (unknown) throw new Error(`there is no work '${unknown}'; there are ${Object.keys(works).join(', ')}`);
  const machine = describeMachine(hebb);
  const there = await available();
  const data = mkdtempSync(join(tmpdir(), 'hebb-bench-'));
  const rows = [];
  try {
    const { train } = await mnistData(hebb);
    writeFileSync(join(data, 'images.u8'), Uint8Array.from(train.images.dataSync()));
    writeFileSync(join(data, 'labels.u8'), Uint8Array.from(train.labels.dataSync()));
    const context = { data, quick: values.quick ?? false };
    for (const name of positionals.length > 0 ? positionals : Object.keys(works)) {
      const work = works[name];
      console.log(`\n${work.title}`);
      const started = performance.now();
      const found = rowsOf(name, work, await compare(work, there, context));
      let heading = work.title;
      for (const row of found) {
        if (row.work !== heading) console.log(`${(heading = row.work)}:`);
        console.log(`  ${line(row)}`);
      }
      rows.push(...found);
      console.log(`(${((performance.now() - started) / 1000).toFixed(1)} s)`);
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
  if (values.json) {
    const results = { date: new Date().toISOString(), quick: values.quick ?? false, machine, rows };
    writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  }
}

await main();
