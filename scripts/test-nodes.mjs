// npm run test:nodes: the conformance suite and the random programs on WebAssembly under other versions of Node, which
// come as npm packages and are kept in the cache. `-- 22 24` for some of them only.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, cacheDirectory, root } from './support/paths.mjs';

const versions = process.argv.length > 2 ? process.argv.slice(2) : ['20', '22', '24', '26'];
const tests = [
  'test/conformance/wasm',
  'test/conformance/large',
  'test/conformance/runs',
  'test/random-programs',
];

/** The binary of a version; installs it where it is missing. */
function nodeOf(version) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(cacheDirectory, 'nodes', version);
  const file = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
    const words = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder];
    const { status } = spawnSync('npm', [...words, `${name}@${version}`], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new Error(`${name}@${version} could not be installed`);
  }
  return file;
}

let failed = false;
for (const version of versions) {
  const start = performance.now();
  try {
    const node = nodeOf(version);
    const { status, stdout, stderr } = spawnSync(
      node,
      [at('node_modules', 'vitest', 'vitest.mjs'), 'run', ...tests],
      {
        cwd: root,
        encoding: 'utf8',
        maxBuffer: 1 << 26,
        env: {
          ...process.env,
          HEBB_BACKEND: 'wasm',
          HEBB_TEST_BACKENDS: 'js,wasm',
          HEBB_REQUIRE: 'wasm',
          HEBB_NO_SUMMARY: '1',
          NO_COLOR: '1',
        },
      },
    );
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const exact = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
    const counts = /^ *Tests +(.*)$/m.exec(stdout)?.[1] ?? 'no tests ran';
    console.log(`Node ${exact}: ${status === 0 ? 'passed' : 'FAILED'}, ${counts} (${seconds} s)`);
    if (status !== 0) {
      console.log(stdout + stderr);
      failed = true;
    }
  } catch (error) {
    console.log(`Node ${version}: FAILED, ${error.message}`);
    failed = true;
  }
}
process.exitCode = failed ? 1 : 0;
