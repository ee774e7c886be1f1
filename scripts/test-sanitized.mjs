// `npm run test:asan`, `test:ubsan`, `test:tsan`: builds native/ under a sanitizer (the argument: address, undefined or
// thread), runs the C++ tests, which replay the conformance suite, and, but for ThreadSanitizer, which wants Node itself
// to be instrumented, the tests of the native backend in Node: among them thousands of damaged programs.

import { spawnSync } from 'node:child_process';
import { at, root } from './support/paths.mjs';

const [sanitizer] = process.argv.slice(2);

function run(words, environment = {}) {
  const env = { ...process.env, ...environment };
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit', env });
  if (status !== 0) process.exit(status ?? 1);
}

/** The runtime of AddressSanitizer, which has to be loaded before Node. */
function addressSanitizer() {
  const { stdout } = spawnSync('g++', ['-print-file-name=libasan.so'], { encoding: 'utf8' });
  return stdout.trim();
}

run([at('scripts', 'build-cmake.mjs'), `--sanitize=${sanitizer}`, '--test']);
if (sanitizer !== 'thread') {
  run(
    [
      at('node_modules', 'vitest', 'vitest.mjs'),
      'run',
      'test/backend/native',
      'test/conformance/native.test.ts',
    ],
    {
      HEBB_ADDON: at('build', `cmake-${sanitizer}`, 'Release', 'hebb.node'),
      HEBB_TEST_BACKENDS: 'native',
      HEBB_NO_SUMMARY: '1',
      // Node itself frees nothing at its end.
      ...(sanitizer === 'address' ? { LD_PRELOAD: addressSanitizer(), ASAN_OPTIONS: 'detect_leaks=0' } : {}),
    },
  );
}
