// The developers' build of native/ with CMake (by way of cmake-js), in build/cmake: the addon, the C++ kernel tests,
// compile_commands.json.
//   --sanitize=address|undefined|thread   with a sanitizer, in a directory of its own
//   --test                                run the C++ tests afterwards

import { spawnSync } from 'node:child_process';
import { at, root } from './support/paths.mjs';
import { findHeaders } from './support/headers.mjs';

const sanitize = process.argv.find((word) => word.startsWith('--sanitize='))?.slice('--sanitize='.length);
if (sanitize !== undefined && !['address', 'undefined', 'thread'].includes(sanitize)) {
  throw new Error(`unknown sanitizer ${sanitize}; there are address, undefined and thread`);
}
const out = at('build', sanitize ? `cmake-${sanitize}` : 'cmake');
const headers = findHeaders();

function run(command, words) {
  const { status, error } = spawnSync(command, words, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(headers ? { npm_config_nodedir: headers } : {}) },
  });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

run(process.execPath, [
  at('node_modules', 'cmake-js', 'bin', 'cmake-js'),
  'build',
  ...['--directory', 'native', '--out', out, '--parallel', '2', '--log-level', 'warn'],
  `--CDHEBB_SANITIZE=${sanitize ?? ''}`,
]);
if (process.argv.includes('--test')) run('ctest', ['--test-dir', out, '--output-on-failure']);
