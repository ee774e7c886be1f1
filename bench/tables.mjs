// Writes what was measured into the documents: `npm run bench:tables`. Reads bench/results/hebb.json (`npm run bench --
// --json bench/results/hebb.json`) and bench/results/peers.json (`npm run bench:peers -- --json ...`; its matrix products may
// be a run of their own, in peers-gemm.json), fills each block
// between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` in the documents, and draws the plots beside the results.
//   --check    write nothing, fail where a document differs

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';
import { barChart, lineChart } from './plot.mjs';
import { meets } from './run.mjs';
import { works } from './peers/works.mjs';

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const documents = ['../README.md', './README.md', '../docs/benchmarks.md'];

function resultsOf(name) {
  const path = at(`./results/${name}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

const hebb = resultsOf('hebb');
const peers = resultsOf('peers');
/** Matrix products, which may be measured in a run of their own. */
const products = resultsOf('peers-gemm') ?? peers;

const table = (head, rows) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

const number = (value) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
const figure = (row) => (row?.value ? `${number(row.value)} ${row.unit}` : '-');

/** One sentence on where and when. */
function machineLine({ date, machine: m }) {
  return (
    `${m.cpu}, ${m.cores} cores, ${m.memoryGiB} GiB; Node ${m.node}; Hebb ${m.hebb} at ${m.commit}; ` +
    `${date.slice(0, 10)}; load at start ${m.loadAtStart[0]}.`
  );
}

/** Names and versions of the peers, with PyTorch's settings left out. */
function versionsLine({ rows }) {
  const versions = new Map(
    rows
      .filter((r) => r.version && !r.contestant.startsWith('Hebb'))
      .map((r) => [r.contestant.split(',')[0], r.version]),
  );
  return [...versions].map(([name, version]) => `${name} ${version}`).join(', ');
}

const peersHead = [
  'Hebb native',
  'PyTorch',
  'Hebb wasm',
  'jax-js',
  'tfjs-wasm',
  'Hebb js',
  'tfjs-cpu',
  'brain.js',
];
const trainingWorks = ['mnist', 'wide', 'small-net', 'predict'];

/** What fills the blocks; null where nothing was measured for it. */
const blocks = {
  training() {
    if (!peers) return null;
    const rows = trainingWorks.flatMap((group) => {
      const cells = peersHead.map((name) => {
        const row = peers.rows.find((r) => r.group === group && r.contestant === name);
        const text = figure(row) + (row?.reckoned ? ' †' : '');
        return name.startsWith('Hebb') && row?.value ? `**${text}**` : text;
      });
      return cells.every((c) => c === '-') ? [] : [[works[group].title, ...cells]];
    });
    return [
      table(['', ...peersHead], rows),
      `Medians of runs in turn; less is better. † reckoned from a part of the steps. ${versionsLine(peers)}; PyTorch at its best of several thread settings. ${machineLine(peers)}`,
    ].join('\n\n');
  },
  kernels() {
    if (!products) return null;
    const names = ['Hebb native, 1 thread', 'numpy, 1 thread', 'Hebb native', 'numpy'];
    const top = (threads) =>
      hebb?.rows.find(
        (r) => r.part === 'peak' && r.work === 'multiply-adds, float32' && r.threads === threads,
      );
    const rows = works['gemm-native'].spec.shapes.flatMap((shape) => {
      const cells = names.map((name) =>
        figure(products.rows.find((r) => r.work === shape.name && r.contestant === name)),
      );
      return cells.every((c) => c === '-') ? [] : [[shape.name, ...cells]];
    });
    const limits = [top(1), top(products.machine.cores)].filter(Boolean).map(figure);
    const peak =
      limits.length === 2
        ? ` The peak of float32 multiply-adds: ${limits[0]} on one thread, ${limits[1]} on all.`
        : '';
    return [
      table(
        [
          '',
          'Hebb, 1 thread',
          'numpy, 1 thread',
          `Hebb, ${products.machine.cores} threads`,
          `numpy, ${products.machine.cores} threads`,
        ],
        rows,
      ),
      `numpy with OpenBLAS; more is better.${peak} ${machineLine(products)}`,
    ].join('\n\n');
  },
  hebb() {
    if (!hebb) return null;
    const goal = (row) => {
      if (!row.goal) return '';
      const text =
        row.goal.most !== undefined ? `<= ${number(row.goal.most)}` : `>= ${number(row.goal.least)}`;
      return meets(row) ? text : `${text}, not met`;
    };
    const rows = hebb.rows.map((row) => [
      row.work,
      row.label ?? '',
      `${number(row.value)} ${row.unit}`,
      row.ofPeak ? `${(row.ofPeak * 100).toFixed(1)} %` : '',
      goal(row),
    ]);
    return [table(['', 'on', 'measured', 'of peak', 'goal'], rows), machineLine(hebb)].join('\n\n');
  },
};

/** Plots: file -> SVG, or null. */
const plots = {
  'training.svg'() {
    const rows = peers?.rows.filter((r) => r.group === 'mnist' && r.value) ?? [];
    if (rows.length === 0) return null;
    return barChart(
      'MNIST 784-512-10, one epoch of 60,000: seconds, on a logarithmic scale',
      rows
        .sort((a, b) => a.value - b.value)
        .map((r) => ({
          name: r.contestant,
          value: r.value,
          label: `${number(r.value)} s`,
          own: r.contestant.startsWith('Hebb'),
        })),
    );
  },
  'growth.svg'() {
    const rows = hebb?.rows.filter((r) => r.part === 'growth') ?? [];
    if (rows.length === 0) return null;
    const labels = [...new Set(rows.map((r) => r.label))];
    const seriesOf = (series) =>
      labels.map((name) => ({
        name,
        points: rows.filter((r) => r.series === series && r.label === name).map((r) => [r.x, r.value]),
      }));
    return lineChart('Training 784-hidden-10 with RMSprop', [
      { x: 'batch (hidden 512)', y: 'microseconds a sample', series: seriesOf('batch') },
      { x: 'hidden units (batch 128)', y: 'milliseconds a GFLOP', series: seriesOf('hidden') },
    ]);
  },
};

const check = process.argv.includes('--check');
let differs = false;

function write(path, content) {
  if (existsSync(path) && readFileSync(path, 'utf8') === content) return;
  if (check) {
    console.error(`${path} differs from the results: run \`npm run bench:tables\``);
    differs = true;
  } else {
    writeFileSync(path, content);
    console.log(`wrote ${path}`);
  }
}

for (const name of documents) {
  if (!existsSync(at(name))) continue;
  let content = readFileSync(at(name), 'utf8');
  for (const [block, make] of Object.entries(blocks)) {
    const text = make();
    if (text === null) continue;
    const aligned = await prettier.format(text, { parser: 'markdown', printWidth: 120, proseWrap: 'always' });
    const pattern = new RegExp(`(<!-- bench:${block} -->\n)[^]*?(<!-- /bench:${block} -->)`, 'g');
    content = content.replace(pattern, (_all, open, close) => `${open}\n${aligned}\n${close}`);
  }
  write(at(name), content);
}
for (const [name, draw] of Object.entries(plots)) {
  const svg = draw();
  if (svg !== null) write(at(`./results/${name}`), svg);
}
if (differs) process.exitCode = 1;
