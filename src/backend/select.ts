// Which backend is used: the fastest one that can be made, at the first use, unless the environment or the program
// says otherwise. Why a faster one was not taken is kept for backendInfo().

import { createNativeBackend } from '#native';
import { platform } from '#platform';
import { BackendError } from '../contract/errors.js';
import { reasonOf } from '../platform/platform.js';
import { unknownName } from '../platform/suggest.js';
import type { Backend, BackendName, BackendOptions } from './backend.js';
import { JsBackend } from './js/backend.js';
import { createWasmBackend } from './wasm.js';

/** How to make each backend, the fastest first: the order in which they are tried. */
const factories: Readonly<Record<BackendName, (options: BackendOptions) => Backend>> = {
  native: createNativeBackend,
  wasm: createWasmBackend,
  js: (options) => new JsBackend(options),
};

const backendNames = Object.keys(factories) as BackendName[];

/** Names that tfjs programs use. */
const aliases: ReadonlyMap<string, BackendName> = new Map([
  ['cpu', 'js'],
  ['tensorflow', 'native'],
]);

/** What is in use, and why nothing faster is. */
export interface BackendInfo {
  readonly name: BackendName;
  /** Instruction set: 'avx512', 'avx2', 'baseline', 'neon'; 'simd', 'relaxed-simd', 'revectorized'; 'js'. */
  readonly isa: string;
  readonly threads: number;
  /**
   * One sentence for each backend that was tried before this one and could not be made, and for what keeps this one from
   * its best, such as a page that may have only one thread.
   */
  readonly notes: readonly string[];
}

interface Choice {
  readonly backend: Backend;
  readonly notes: readonly string[];
}

let chosen: Choice | null = null;

function nameOf(name: string): BackendName {
  const known = aliases.get(name) ?? backendNames.find((n) => n === name);
  if (known === undefined) throw new BackendError(unknownName('backend', name, backendNames));
  return known;
}

/**
 * Makes a backend of its own, apart from the one in use.
 * @param name 'native', 'wasm' or 'js' ('tensorflow' and 'cpu' are understood)
 * @throws BackendError if the name is unknown, or it cannot be made here
 */
export function createBackend(name: string, options: BackendOptions = {}): Backend {
  const known = nameOf(name);
  try {
    return factories[known](options);
  } catch (error) {
    if (error instanceof BackendError) throw error;
    throw new BackendError(`the ${known} backend cannot be used: ${reasonOf(error)}`, { cause: error });
  }
}

/** Runs `make`, naming the environment variables that led to it where it fails. */
function because<T>(variables: readonly string[], make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (variables.length === 0 || !(error instanceof BackendError)) throw error;
    const settings = variables.map((name) => `${name}=${platform.environment(name)}`).join(' ');
    throw new BackendError(`${settings} is set, but ${error.message}`, { cause: error });
  }
}

/**
 * What HEBB_ISA and HEBB_THREADS ask for.
 * @throws BackendError if HEBB_THREADS is no number of threads
 */
export function environmentOptions(): BackendOptions {
  const isa = platform.environment('HEBB_ISA');
  const text = platform.environment('HEBB_THREADS');
  if (text === undefined) return { isa };
  const threads = Number(text);
  if (!Number.isInteger(threads) || threads < 1) {
    throw new BackendError(
      `HEBB_THREADS=${text} is set, but a number of threads is a whole number from 1 on`,
    );
  }
  return { isa, threads };
}

function choose(): Choice {
  const options = environmentOptions();
  const forced = platform.environment('HEBB_BACKEND');
  const settings = ['HEBB_BACKEND', 'HEBB_ISA', 'HEBB_THREADS'].filter(
    (name) => platform.environment(name) !== undefined,
  );
  if (forced !== undefined) {
    return { backend: because(settings, () => createBackend(forced, options)), notes: [] };
  }
  const notes: string[] = [];
  for (const name of backendNames) {
    try {
      return { backend: createBackend(name, options), notes };
    } catch (error) {
      notes.push(`${name}: ${reasonOf(error)}`);
    }
  }
  return because(settings, () => {
    throw new BackendError(`no backend can be used (${notes.join('; ')})`);
  });
}

/**
 * The backend in use; the first call chooses it.
 * @throws BackendError if what HEBB_BACKEND, HEBB_ISA or HEBB_THREADS ask for is not to be had; in a browser also
 *   before `ready()`
 */
export function currentBackend(): Backend {
  if (chosen === null) {
    if (platform.name === 'browser') {
      throw new BackendError(
        'no backend is ready yet: in a browser, `await ready()` before the first operation',
      );
    }
    chosen = choose();
  }
  return chosen.backend;
}

/**
 * Uses another backend from now on. Variables move to it when they are next used.
 * @throws BackendError if the name is unknown, or it cannot be made here; the one in use then stays
 */
export function setBackend(name: string, options: BackendOptions = {}): void {
  const isDefault = options.isa === undefined && options.threads === undefined;
  if (isDefault && chosen?.backend.name === nameOf(name)) return;
  chosen = { backend: createBackend(name, options), notes: [] };
}

/** Name of the backend in use. */
export function getBackend(): BackendName {
  return currentBackend().name;
}

/** The backend in use: its name, instruction set, threads, and why no faster one was taken. */
export function backendInfo(): BackendInfo {
  const { name, isa, threads, notes = [] } = currentBackend();
  return { name, isa, threads, notes: [...(chosen?.notes ?? []), ...notes] };
}

/** Resolves once a backend is there. Node needs no waiting; in a browser the first operation must come after it. */
export async function ready(): Promise<void> {
  await platform.prepare();
  await platform.yieldToEventLoop();
  chosen ??= choose();
}
