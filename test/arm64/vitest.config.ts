// The tests of the native backend on arm64: Vitest runs on this machine, its workers in qemu, with a Node for arm64 and
// the addon that was cross-compiled. `npm run test:arm64` (scripts/test-arm64.mjs) makes both and sets their paths.

import { defineConfig } from 'vitest/config';
import config from '../../vitest.config.js';

const { HEBB_ARM64_NODE: node, HEBB_ARM64_ADDON: addon } = process.env;
if (!node || !addon) throw new Error('run these tests by `npm run test:arm64`');

// Vitest forks its workers from this.
process.execPath = node;

export default defineConfig({
  ...config,
  test: {
    ...config.test,
    // The other backends are the same there; under emulation they would only take long.
    env: { HEBB_ADDON: addon, HEBB_TEST_BACKENDS: 'native', HEBB_REQUIRE: 'native' },
    include: [
      'test/arm64/*.test.ts',
      'test/backend/native/run.test.ts',
      'test/conformance/{large,native,runs,same-bits}.test.ts',
      'test/training/same-weights.test.ts',
    ],
    exclude: [],
    globalSetup: 'test/arm64/setup.ts',
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
