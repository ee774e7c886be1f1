// `hebb bench`: the benchmarks of bench/, which lie beside dist/ in the package.

import { writeFile } from 'node:fs/promises';
import { reasonOf } from '../platform/platform.js';
import { unknownName } from '../platform/suggest.js';
import type { describeBench } from './bench-options.js';
import type { Call } from './command.js';
import { exitCodes, UsageError } from './errors.js';
import { interruptionCode, type Surroundings } from './terminal.js';

/** What this command uses of bench/run.mjs, which is no part of src/. */
interface Benchmarks {
  readonly parts: Readonly<Record<string, string>>;
  bench(options: {
    names: readonly string[];
    backends?: readonly string[];
    threads?: readonly number[];
    quick: boolean;
    log: (line: string) => void;
  }): Promise<object>;
}

const backends = ['native', 'wasm', 'js'];

/** This file lies two directories deep, in src/ as in dist/. */
async function loadBenchmarks(): Promise<Benchmarks> {
  const { href } = new URL('../../bench/run.mjs', import.meta.url);
  try {
    return (await import(href)) as Benchmarks;
  } catch (error) {
    throw new Error(`the benchmarks cannot be loaded: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Runs benchmarks.
 * @returns the exit code
 */
export async function bench(
  { values, words }: Call<(typeof describeBench)['options']>,
  { stdout, stderr, signal }: Surroundings,
): Promise<number> {
  const { parts, bench: runParts } = await loadBenchmarks();
  for (const name of words) {
    if (!Object.hasOwn(parts, name)) throw new UsageError(unknownName('benchmark', name, Object.keys(parts)));
  }
  for (const name of values.backend) {
    if (!backends.includes(name))
      throw new UsageError(`--backend: ${unknownName('backend', name, backends)}`);
  }
  const { json, quick, threads } = values;
  const readable = json === '-' ? stderr : stdout;
  try {
    const results = await runParts({
      names: words,
      ...(values.backend.length > 0 ? { backends: values.backend } : {}),
      ...(threads === null ? {} : { threads }),
      quick,
      log: (line) => {
        // The benchmarks themselves know of no signal: they stop where they tell something.
        signal.throwIfAborted();
        readable.write(`${line}\n`);
      },
    });
    const text = `${JSON.stringify(results, null, 2)}\n`;
    if (json === '-') stdout.write(text);
    else if (json !== null) await writeFile(json, text);
    return exitCodes.ok;
  } catch (error) {
    const code = interruptionCode(signal);
    if (code === undefined) throw error;
    return code;
  }
}
