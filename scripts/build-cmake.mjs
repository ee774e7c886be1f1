// The developers' build of native/ with CMake (by way of cmake-js), in build/cmake: the addon, the C++ kernel tests,
// compile_commands.json.
//   --sanitize=address|undefined|thread   with a sanitizer, in a directory of its own
//   --target=aarch64                      for arm64, by Debian's cross-compiler, in a directory of its own
//   --test                                run the C++ tests afterwards (those for arm64 under qemu)

import { spawnSync } from 'node:child_process';
import { writeCases } from './export-cases.mjs';
import { at, root } from './support/paths.mjs';
import { findHeaders } from './support/headers.mjs';

/** The value of `--name=value`, one of those allowed; undefined if it is not given. */
function option(name, allowed) {
  const value = process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
  if (value !== undefined && !allowed.includes(value)) {
    throw new Error(`unknown --${name}=${value}; expected one of: ${allowed.join(', ')}`);
  }
  return value;
}

const sanitize = option('sanitize', ['address', 'undefined', 'thread']);
const target = option('target', ['aarch64']);
const out = at('build', ['cmake', target, sanitize].filter(Boolean).join('-'));
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
  ...(target ? ['--arch', 'arm64', `--CDCMAKE_TOOLCHAIN_FILE=${at('native', `${target}-linux.cmake`)}`] : []),
  `--CDHEBB_SANITIZE=${sanitize ?? ''}`,
]);
if (process.argv.includes('--test')) {
  await writeCases(at('build', 'cases.bin'));
  run('ctest', ['--test-dir', out, '--output-on-failure']);
}
