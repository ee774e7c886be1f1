import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

// Where the tests find MNIST, unless told: data shared by the checkouts beside this one.
if (!process.env.HEBB_DATASETS && existsSync(path('../shared/data'))) {
  process.env.HEBB_DATASETS = path('../shared/data');
}

export default defineConfig({
  resolve: {
    alias: {
      '#platform': path('./src/platform/node.ts'),
      '#native': path('./src/backend/native.ts'),
      // The examples import the package that they are part of.
      'hebb/viz': path('./src/viz/index.ts'),
      hebb: path('./src/index.ts'),
      '#wasm': path('./dist/wasm/modules.js'),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/arm64/**'],
    reporters: ['default', path('./test/support/reporter.ts')],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
