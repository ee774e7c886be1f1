// Builds everything: generated files, TypeScript, WebAssembly, the addon. Each step can be run alone:
//   npm run generate, build:ts, build:wasm, build:native
// With --prepare (npm runs it after `npm ci` in a checkout, and before packing) the addon is left out, because the
// install script has just built it; and nothing is done where the development tools are not installed.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { at, root } from './support/paths.mjs';

const prepare = process.argv.includes('--prepare');
const bundler = at('node_modules', 'rolldown');

const steps = [
  [at('scripts', 'generate.mjs')],
  [at('scripts', 'build-typescript.mjs')],
  [at('scripts', 'build-wasm.mjs')],
  ...(prepare ? [] : [[at('scripts', 'build-native.mjs')]]),
];

if (prepare && !existsSync(bundler)) {
  console.log('build: development tools are not installed, nothing is built');
} else {
  for (const step of steps) {
    const { status } = spawnSync(process.execPath, step, { cwd: root, stdio: 'inherit' });
    if (status !== 0) {
      process.exitCode = status ?? 1;
      break;
    }
  }
}
