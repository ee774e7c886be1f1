// The backends and instruction sets under test. What cannot be made here is skipped with its reason, printed and counted;
// HEBB_REQUIRE=native,wasm makes a missing backend a failure, and so is an instruction set that this CPU says it has.
// HEBB_TEST_BACKENDS=native leaves the others out.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Backend, BackendName, BackendOptions } from '../../src/backend/backend.js';
import { createBackend } from '../../src/backend/select.js';

const required = (process.env.HEBB_REQUIRE ?? '').split(',');

const wanted = process.env.HEBB_TEST_BACKENDS?.split(',');
const isWanted = (name: BackendName): boolean => wanted?.includes(name) ?? true;

function isThere(name: BackendName): boolean {
  try {
    createBackend(name);
    return true;
  } catch (error) {
    if (required.includes(name)) throw error;
    return false;
  }
}

/** Names of the backends that are there. */
export const backendsHere: readonly BackendName[] = (['js', 'wasm', 'native'] as const)
  .filter(isWanted)
  .filter(isThere);

/** A backend with an instruction set and a number of threads. */
export interface Configuration {
  /** `js`, `wasm simd x1`, `native avx2 x2`, ... */
  readonly name: string;
  readonly backend: BackendName;
  readonly isa: string;
  readonly threads: number;
  /** Why it is not to be had here; empty if it is. */
  readonly missing: string;
  /** Makes one of its own. */
  create(): Backend;
}

/** Flags of /proc/cpuinfo without which an instruction set is not to be expected; null where they are not known. */
function cpuHas(isa: string): boolean | null {
  const needed = {
    baseline: ['sse2'],
    avx2: ['avx2', 'fma'],
    avx512: ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'],
  };
  if (!(isa in needed) || process.arch !== 'x64' || !existsSync('/proc/cpuinfo')) return null;
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' ');
  return flags ? needed[isa as keyof typeof needed].every((flag) => flags.includes(flag)) : null;
}

function configuration(backend: BackendName, isa: string, threads: number): Configuration {
  const options: BackendOptions = backend === 'js' ? { isa } : { isa, threads };
  const create = (): Backend => createBackend(backend, options);
  let missing = '';
  try {
    create();
  } catch (error) {
    const expected = !backendsHere.includes(backend) || backend === 'wasm' ? false : cpuHas(isa) !== false;
    // Node has relaxed SIMD from version 20 on: there behind a flag, which Hebb sets.
    if (expected || (backend === 'wasm' && required.includes('wasm'))) throw error;
    missing = error instanceof Error ? error.message : String(error);
  }
  const name = backend === 'js' ? 'js' : `${backend} ${isa} x${threads}`;
  return { name, backend, isa, threads, missing, create };
}

const nativeSets = process.arch === 'arm64' ? ['neon'] : ['avx512', 'avx2', 'baseline'];

/** All configurations under test, also those that are not to be had here. */
export const configurations: readonly Configuration[] = [
  ['js', 'js', 1] as const,
  ...['simd', 'relaxed-simd'].flatMap((isa) => [1, 2].map((threads) => ['wasm', isa, threads] as const)),
  ...nativeSets.flatMap((isa) => [1, 2].map((threads) => ['native', isa, threads] as const)),
]
  .filter(([backend]) => isWanted(backend))
  .map(([backend, isa, threads]) => configuration(backend, isa, threads));

/** Those that are there. */
export const configurationsHere = configurations.filter((c) => c.missing === '');

/**
 * A suite for each configuration chosen, made by one factory. Each begins with the proof that the executor and the
 * instruction set that were asked for are the ones that run.
 */
export function describeConfigurations(
  chosen: (c: Configuration) => boolean,
  suite: (configuration: Configuration, backend: Backend) => void,
): void {
  for (const c of configurations.filter(chosen)) {
    describe(c.name, () => {
      if (c.missing !== '') {
        it('is to be had here', ({ skip }) => skip(c.missing));
        return;
      }
      const backend = c.create();
      it('is what runs', () => {
        expect([backend.name, backend.isa, backend.threads]).toEqual([c.backend, c.isa, c.threads]);
      });
      suite(c, backend);
    });
  }
}
