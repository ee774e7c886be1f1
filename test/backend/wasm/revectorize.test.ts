// The opt-in gear: what speaks against it is told, and it is not taken then. That its tiles are right is tested by
// test/conformance/wasm.test.ts.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Backend } from '../../../src/backend/backend.js';
import { createWasmBackend } from '../../../src/backend/wasm.js';
import { compareBackends } from '../../../src/backend/wasm/revectorize.js';
import { BackendError } from '../../../src/contract/errors.js';

const mayHaveIt = Number.parseFloat(process.versions.v8) >= 13;

/** A backend that does more after each operation. */
function after(backend: Backend, act: (arrays: readonly { [i: number]: number }[]) => void): Backend {
  return {
    name: backend.name,
    execute(words: Int32Array, arrays: Parameters<Backend['execute']>[1]) {
      backend.execute(words, arrays, '', '');
      act(arrays);
    },
  } as unknown as Backend;
}

/** Takes some milliseconds. */
function dawdle(): void {
  const end = performance.now() + 20;
  while (performance.now() < end);
}

describe('comparing', () => {
  const usual = createWasmBackend({ isa: 'relaxed-simd' });

  it('takes what is right and faster', () => {
    expect(compareBackends(usual, after(usual, dawdle))).toBeNull();
  });

  it('refuses what is not faster', () => {
    expect(compareBackends(after(usual, dawdle), usual)).toMatch(/gains nothing here: \d/);
  });

  it('refuses what is wrong in one element', () => {
    const wrong = after(usual, (arrays) => (arrays[2][777] += 0.001));
    expect(compareBackends(wrong, after(usual, dawdle))).toMatch(/element 777 is/);
  });

  it('refuses what is wrong alike in both', () => {
    const wrong = after(usual, (arrays) => (arrays[3][0] = NaN));
    expect(compareBackends(wrong, wrong)).toMatch(/element 0 is NaN/);
  });
});

describe('HEBB_WASM', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('revectorize always gives a backend', () => {
    vi.stubEnv('HEBB_WASM', 'revectorize');
    const expected = mayHaveIt ? ['revectorized', 'relaxed-simd'] : ['relaxed-simd', 'simd'];
    expect(expected).toContain(createWasmBackend().isa);
  });
});

it.runIf(!mayHaveIt)('says which engines have it', () => {
  expect(() => createWasmBackend({ isa: 'revectorized' })).toThrow(BackendError);
  expect(() => createWasmBackend({ isa: 'revectorized' })).toThrow(/Node 24 and later/);
});
