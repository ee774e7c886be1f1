// The conformance suite on both builds of the WebAssembly backend, and with the wide tiles of re-vectorised code: those are
// right on any engine, only slower.

import { describe } from 'vitest';
import { WasmBackend } from '../../src/backend/wasm.js';
import { chooseModule, WasmModule } from '../../src/backend/wasm/module.js';
import { describeConfigurations } from '../support/backends.js';
import { conformance } from './suite.js';

describeConfigurations(
  (c) => c.backend === 'wasm',
  (_, backend) => conformance(backend),
);

describe('wasm, wide tiles', () => {
  const { bytes } = chooseModule('relaxed-simd');
  conformance(new WasmBackend(new WasmModule('revectorized', bytes)));
});
