// The machine's own limits, and loops fused by hand: an addon of bench/native/ that is built at its first use. Where it
// cannot be built (no compiler, an installed package), the benchmarks do without per cent of peak and say so.

import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './measure.mjs';

const directory = fileURLToPath(new URL('./native/', import.meta.url));
const built = join(directory, 'build', 'Release', 'loops.node');
const sources = ['loops.cc', 'loops.inl', 'binding.gyp'].map((name) => join(directory, name));

/** Numbers of the instruction sets, as loops.cc has them. */
const numbers = { baseline: 0, avx2: 1, avx512: 2 };
const bfloat16 = 3;

function build() {
  const require = createRequire(import.meta.url);
  const prefix = join(dirname(process.execPath), '..');
  const headers = existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
  const command = [require.resolve('node-gyp/bin/node-gyp.js'), 'rebuild', '--release', ...headers];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: directory, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(stderr.split('\n').find((line) => / error: |Error: /.test(line)) ?? stderr);
}

let loaded;

/** The addon, or null with the reason told once. */
function addon() {
  if (loaded !== undefined) return loaded;
  try {
    const date = (path) => statSync(path).mtimeMs;
    const stale = sources.some((path) => !existsSync(built) || date(path) > date(built));
    if (sources.every((path) => existsSync(path)) && stale) build();
    loaded = createRequire(import.meta.url)(built);
  } catch (error) {
    console.error(
      `The machine's peak is not measured, as bench/native is not built: ${error.message.split('\n')[0]}`,
    );
    loaded = null;
  }
  return loaded;
}

/** The best instruction set of this machine that the loops have. */
export function bestLoops() {
  const loops = addon();
  return loops && ['avx512', 'avx2', 'baseline'].find((isa) => loops.has(numbers[isa]));
}

/** Instruction sets of this machine, the best first. */
export function loopInstructionSets() {
  const loops = addon();
  return loops ? ['avx512', 'avx2', 'baseline'].filter((isa) => loops.has(numbers[isa])) : [];
}

const peaks = new Map();

/**
 * Operations a second of multiply-adds in registers: the most of several short loops, as it is a limit. Null where it
 * cannot be measured.
 * @param dtype 'float32', 'float64' or 'bfloat16'
 */
export function peak(dtype, threads, isa = bestLoops()) {
  const loops = addon();
  if (!loops || (dtype === 'bfloat16' && !loops.has(bfloat16))) return null;
  const key = dtype === 'bfloat16' ? `${dtype} ${threads}` : `${dtype} ${threads} ${isa}`;
  if (!peaks.has(key)) {
    const number = dtype === 'bfloat16' ? bfloat16 : (numbers[isa] ?? numbers.baseline);
    peaks.set(key, Math.max(...loops.peak(number, dtype === 'float64' ? 1 : 0, threads, 500_000, 25)));
  }
  return peaks.get(key);
}

let clock;

/** Cycles a second of a busy core, or null. */
export function cyclesASecond() {
  clock ??= addon()?.clock() ?? null;
  return clock;
}

/** Median seconds of `repeats` runs of a loop: 'copy' (to, from), 'gelu' (to, from), 'adam' (w, m, v, g); or null. */
export function loopTime(name, threads, repeats, arrays, isa = bestLoops()) {
  const loops = addon();
  return loops && median(loops[name](numbers[isa], threads, repeats, ...arrays));
}
