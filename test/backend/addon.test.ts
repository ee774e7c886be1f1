// A failed or partial build of the addon, and backends that are forced: a process of its own finds the addon missing, cut
// short anywhere, or no addon at all, goes on with the next backend, and says why. It never crashes.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transpileSource } from '../cli/transpiled.js';

const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const builtAddon = here('build/Release/hebb.node');
const isBuilt = existsSync(builtAddon);

let directory: string;
let remove: () => void;

beforeAll(() => {
  ({ directory, remove } = transpileSource());
  cpSync(here('dist/wasm'), join(directory, 'wasm'), { recursive: true });
});
afterAll(() => remove());

interface Told {
  readonly sum?: number[];
  readonly info?: { readonly name: string; readonly isa: string; readonly notes: readonly string[] };
  readonly error?: string;
}

/** What a process says that has this for its addon, after an addition. */
function told(addon: Buffer | string | null, environment: Readonly<Record<string, string>> = {}): Told {
  const place = join(directory, '..', 'build', 'Release');
  rmSync(place, { recursive: true, force: true });
  if (addon !== null) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'hebb.node'), addon);
  }
  const script = `
    import { add, tensor, backendInfo } from ${JSON.stringify(pathToFileURL(join(directory, 'index.js')).href)};
    try {
      const sum = [...add(tensor([1, 2]), 3).dataSync()];
      console.log(JSON.stringify({ sum, info: backendInfo() }));
    } catch (error) {
      console.log(JSON.stringify({ error: error.name + ': ' + error.message }));
    }`;
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...environment },
    timeout: 50_000,
  });
  expect([result.signal, result.status], result.stderr).toEqual([null, 0]);
  return JSON.parse(result.stdout) as Told;
}

/** Expects that WebAssembly was taken, and gives the note that says why not the addon. */
function noteOf({ sum, info }: Told): string {
  expect([sum, info?.name, info?.notes.length]).toEqual([[4, 5], 'wasm', 1]);
  return info!.notes[0];
}

describe('an addon', () => {
  it.skipIf(!isBuilt)('that is whole is used', () => {
    const { sum, info } = told(readFileSync(builtAddon));
    expect([sum, info?.name, info?.notes]).toEqual([[4, 5], 'native', []]);
  });

  it('that is missing is told', () => {
    expect(noteOf(told(null))).toMatch(/^native: .*build\/Release\/hebb\.node is not there/);
  });

  it.each([
    ['empty', ''],
    ['text', 'make: *** [hebb.node] Error 1\n'],
    ['a script', '#!/bin/sh\nexit 0\n'],
    ['of another system', Buffer.from([0x4d, 0x5a, 0x90, 0, 3, ...new Uint8Array(4000)])],
    ['an ELF header and nothing else', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, ...new Uint8Array(57)])],
  ])('that is %s is told', (_, content) => {
    expect(noteOf(told(content))).toMatch(/^native: .*build\/Release\/hebb\.node: /);
  });

  it.skipIf(!isBuilt || process.platform !== 'linux')('that is cut short, wherever, is told', () => {
    const whole = readFileSync(builtAddon);
    const cuts = [
      63,
      64,
      65,
      1000,
      4096,
      whole.length >> 3,
      whole.length >> 1,
      whole.length - 4096,
      whole.length - 1,
    ];
    for (const bytes of cuts) {
      const note = noteOf(told(whole.subarray(0, bytes)));
      expect(note).toContain('build/Release/hebb.node: ');
      if (bytes >= 64) expect(note).toContain(`the file is cut short (${bytes} of ${whole.length} bytes)`);
    }
  });

  it('and WebAssembly, both missing, leave TypeScript', () => {
    const wasm = join(directory, 'wasm');
    rmSync(wasm, { recursive: true });
    try {
      const { sum, info } = told(null);
      expect([sum, info?.name]).toEqual([[4, 5], 'js']);
      expect(info?.notes.map((note) => note.split(':')[0])).toEqual(['native', 'wasm']);
    } finally {
      cpSync(here('dist/wasm'), wasm, { recursive: true });
    }
  });
});

describe('what is forced', () => {
  it('and not there is an error that says why', () => {
    expect(told(null, { HEBB_BACKEND: 'native' }).error).toMatch(
      /^BackendError: HEBB_BACKEND=native is set, but .*hebb\.node is not there/,
    );
    expect(told('', { HEBB_BACKEND: 'native' }).error).toContain('hebb.node: ');
    expect(told(null, { HEBB_BACKEND: 'wasm', HEBB_ISA: 'avx2' }).error).toMatch(
      /^BackendError: HEBB_BACKEND=wasm HEBB_ISA=avx2 is set, but unknown WebAssembly instruction set 'avx2'/,
    );
  });

  it.skipIf(!isBuilt)('is the backend and the instruction set that run', () => {
    const addon = readFileSync(builtAddon);
    expect(
      told(addon, { HEBB_BACKEND: 'native', HEBB_ISA: 'baseline', HEBB_THREADS: '2' }).info,
    ).toMatchObject({
      name: 'native',
      isa: 'baseline',
      threads: 2,
    });
    expect(told(addon, { HEBB_BACKEND: 'native', HEBB_ISA: 'avx9' }).error).toMatch(
      /cannot use the instruction set 'avx9'/,
    );
    expect(told(addon, { HEBB_BACKEND: 'wasm', HEBB_WASM: 'relaxed' }).info?.isa).toBe('relaxed-simd');
    expect(told(addon, { HEBB_BACKEND: 'wasm', HEBB_WASM: 'simd' }).info?.isa).toBe('simd');
    expect(told(addon, { HEBB_BACKEND: 'cpu' }).info).toMatchObject({ name: 'js', isa: 'js' });
  });
});
