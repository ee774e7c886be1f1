// The choice of a backend: by default, by name, by the environment; and what is said where it cannot be had.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackendError } from '../../src/contract/errors.js';
import type { Platform } from '../../src/platform/platform.js';

const variables = ['HEBB_BACKEND', 'HEBB_ISA', 'HEBB_THREADS'];

beforeEach(() => {
  vi.resetModules();
  for (const name of variables) vi.stubEnv(name, '');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** The module as a new process would have it. */
async function fresh(environment: Readonly<Record<string, string>> = {}) {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return import('../../src/backend/select.js');
}

describe('by name', () => {
  it('js is always there, and known to tfjs programs as cpu', async () => {
    const select = await fresh();
    select.setBackend('cpu');
    expect(select.getBackend()).toBe('js');
    expect(select.backendInfo()).toEqual({ name: 'js', isa: 'js', threads: 1, notes: [] });
    const backend = select.currentBackend();
    select.setBackend('js');
    expect(select.currentBackend()).toBe(backend);
  });

  it('suggests the nearest name', async () => {
    const { createBackend, setBackend } = await fresh();
    expect(() => createBackend('wsam')).toThrow(
      "unknown backend 'wsam': did you mean 'wasm'? (there are: native, wasm, js)",
    );
    expect(() => {
      setBackend('constructor');
    }).toThrow("unknown backend 'constructor'");
  });

  it('keeps the one in use where the other cannot be made', async () => {
    const select = await fresh();
    select.setBackend('js');
    expect(() => {
      select.setBackend('js', { isa: 'avx9' });
    }).toThrow("no instruction set 'avx9'");
    expect(select.getBackend()).toBe('js');
  });
});

describe('by default', () => {
  it('is the fastest one that can be made, and says why it is not a faster one', async () => {
    const select = await fresh();
    const { name, notes } = select.backendInfo();
    expect(notes.map((note) => note.split(':')[0])).toEqual(['native', 'wasm', 'js'].slice(0, notes.length));
    expect(name).toBe(['native', 'wasm', 'js'][notes.length]);
    await select.ready();
    expect(select.getBackend()).toBe(name);
  });
});

describe('by the environment', () => {
  it('HEBB_BACKEND', async () => {
    expect((await fresh({ HEBB_BACKEND: 'js' })).getBackend()).toBe('js');
  });

  it.each([
    [
      { HEBB_BACKEND: 'natve' },
      "HEBB_BACKEND=natve is set, but unknown backend 'natve': did you mean 'native'?",
    ],
    [{ HEBB_BACKEND: 'js', HEBB_ISA: 'avx2' }, 'HEBB_BACKEND=js HEBB_ISA=avx2 is set, but the js backend'],
    [{ HEBB_ISA: 'avx9' }, 'HEBB_ISA=avx9 is set, but no backend can be used (native: '],
    [{ HEBB_THREADS: 'two' }, 'HEBB_THREADS=two is set, but a number of threads is a whole number'],
    [{ HEBB_THREADS: '0' }, 'HEBB_THREADS=0 is set, but'],
  ])('%j is an error that says so', async (environment, message) => {
    const { currentBackend } = await fresh(environment);
    expect(() => currentBackend()).toThrow(message);
    try {
      currentBackend();
    } catch (error) {
      // Not instanceof: the module was loaded anew.
      expect((error as Error).name).toBe(BackendError.name);
    }
  });
});

it('in a browser, waits for ready()', async () => {
  vi.doMock('#platform', async (original) => {
    const { platform } = await original<{ platform: Platform }>();
    return { platform: { ...platform, name: 'browser', environment: () => undefined } };
  });
  vi.doMock('#native', () => import('../../src/backend/no-native.js'));
  const select = await import('../../src/backend/select.js');
  vi.doUnmock('#platform');
  vi.doUnmock('#native');
  expect(() => select.currentBackend()).toThrow('await ready()');
  await select.ready();
  expect(select.backendInfo().notes[0]).toBe('native: the native backend needs Node.js');
});
