// Formats everything, or with --check says what is not formatted: Prettier for TypeScript, JavaScript and JSON, and,
// where it is installed, clang-format for C++. AssemblyScript allows decorators on functions, which Prettier cannot
// parse; they stand on lines of their own and pass through it as comments.

import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as prettier from 'prettier';
import { at, root } from './support/paths.mjs';

const check = process.argv.includes('--check');
let failed = false;

/** Files below a directory with one of the endings, those made by scripts/generate.mjs left out. */
function filesBelow(directory, endings) {
  return readdirSync(at(directory), { recursive: true })
    .map((name) => join(directory, name))
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .filter((name) => !/(^|[\\/])(generated|build)[\\/]/.test(name))
    .sort();
}

function run(command, words) {
  const { status } = spawnSync(command, words, { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed = true;
}

async function formatAssembly() {
  for (const name of filesBelow('assembly', ['.ts'])) {
    const path = at(name);
    const text = readFileSync(path, 'utf8');
    const options = { ...(await prettier.resolveConfig(path)), parser: 'typescript' };
    const hidden = text.replace(/^([ \t]*)@(\w+(\([^)\n]*\))?)[ \t]*$/gm, '$1//@@$2');
    let formatted;
    try {
      formatted = (await prettier.format(hidden, options)).replace(/^([ \t]*)\/\/@@/gm, '$1@');
    } catch (error) {
      console.error(`${name}: ${error.message}`);
      failed = true;
      continue;
    }
    if (formatted === text) continue;
    if (check) {
      console.error(`${relative(root, path)} is not formatted`);
      failed = true;
    } else {
      writeFileSync(path, formatted);
    }
  }
}

function formatNative() {
  // Versions format differently; this is Debian 12's.
  const command = ['clang-format-14', 'clang-format'].find((name) =>
    / 14\./.test(spawnSync(name, ['--version'], { encoding: 'utf8' }).stdout ?? ''),
  );
  if (!command) {
    console.log('clang-format 14 is not installed: C++ was skipped');
    return;
  }
  const files = filesBelow('native', ['.cc', '.h']);
  if (files.length > 0) run(command, [...(check ? ['--dry-run', '--Werror'] : ['-i']), ...files]);
}

run(process.execPath, [
  at('node_modules', 'prettier', 'bin', 'prettier.cjs'),
  check ? '--check' : '--write',
  '--log-level',
  'warn',
  '.',
]);
await formatAssembly();
formatNative();
if (failed) {
  if (check) console.error('run `npm run format`');
  process.exitCode = 1;
}
