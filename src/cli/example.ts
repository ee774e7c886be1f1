// `hebb example`: the chapters of examples/, which lie beside dist/ in the package.

import { reasonOf } from '../platform/platform.js';
import { unknownName } from '../platform/suggest.js';
import type { FloatDType } from '../contract/dtypes.js';
import { setDefaultDtype } from '../tensor/convert.js';
import { chooseBackend } from './backend-choice.js';
import { Chapter } from './chapter.js';
import type { Call } from './command.js';
import { exitCodes, UsageError } from './errors.js';
import type { describeExample } from './example-options.js';
import { interruptionCode, type Surroundings } from './terminal.js';

/** What this command uses of examples/index.mjs, which is no part of src/. */
interface Examples {
  readonly examples: readonly { readonly name: string; readonly title: string; readonly dtype: FloatDType }[];
  load(name: string): Promise<{ run(chapter: Chapter): Promise<unknown> }>;
}

/** This file lies two directories deep, in src/ as in dist/. */
async function loadExamples(): Promise<Examples> {
  const { href } = new URL('../../examples/index.mjs', import.meta.url);
  try {
    return (await import(href)) as Examples;
  } catch (error) {
    throw new Error(`the examples cannot be loaded: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Runs an example, or lists them.
 * @returns the exit code
 */
export async function example(
  { values, words }: Call<(typeof describeExample)['options']>,
  { stdout, signal }: Surroundings,
): Promise<number> {
  const { examples, load } = await loadExamples();
  const [name] = words;
  if (name === undefined) {
    const width = Math.max(...examples.map((e) => e.name.length));
    const lines = examples.map((e) => `  ${e.name.padEnd(width)}  ${e.title}`);
    stdout.write(
      `Examples, in the order in which to read them:\n${lines.join('\n')}\n\nhebb example NAME runs one.\n`,
    );
    return exitCodes.ok;
  }
  const chosen = name === 'all' ? examples : examples.filter((e) => e.name === name);
  if (chosen.length === 0) {
    throw new UsageError(unknownName('example', name, [...examples.map((e) => e.name), 'all']));
  }
  chooseBackend(values.backend, values.threads);
  const { quick, out, format } = values;
  try {
    for (const { name: file, title, dtype } of chosen) {
      setDefaultDtype(values.dtype ?? dtype);
      const { run } = await load(file);
      await run(
        new Chapter({
          title,
          quick,
          pictures: values['no-pictures'] ? null : { out, format, prefix: file },
          stdout,
          signal,
        }),
      );
    }
    return exitCodes.ok;
  } catch (error) {
    const code = interruptionCode(signal);
    if (code === undefined) throw error;
    return code;
  }
}
