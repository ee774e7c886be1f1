// `npm run build:prebuilt`: compiles the addon and puts a stripped copy where the package carries it,
// prebuilds/<platform>-<arch>/hebb.node. scripts/prebuilds.json lists the machines on which a release runs this.
// Node-API is the same for all versions of Node, so one file serves them all.
//   --out=DIRECTORY    put it below another directory than the package's root

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { buildNative } from './build-native.mjs';
import { at, root } from './support/paths.mjs';

const { machines, maxBytes } = JSON.parse(readFileSync(at('scripts', 'prebuilds.json'), 'utf8'));
const { platform, arch } = process;

/** Removes symbols: how, depends on the system. Windows keeps them in a file of their own anyway. */
const strips = { linux: ['--strip-unneeded'], darwin: ['-x'] };

/** The newest version of a library that the file asks for (GLIBC_2.34, say): the oldest system it runs on. */
function needs(path, library) {
  const { stdout } = spawnSync('objdump', ['-T', path], { encoding: 'utf8' });
  const versions = [...(stdout ?? '').matchAll(new RegExp(`${library}_(\\d+(?:\\.\\d+)+)`, 'g'))].map(
    (m) => m[1],
  );
  return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
}

function fail(reason) {
  console.error(`prebuilt: ${reason}`);
  process.exit(1);
}

const machine = machines.find((m) => m.platform === platform && m.arch === arch);
if (!machine) fail(`${platform}-${arch} is not in scripts/prebuilds.json`);

const { ok, reason } = buildNative();
if (!ok) fail(`the addon was not built (${reason})`);

const out = process.argv.find((word) => word.startsWith('--out='))?.slice('--out='.length);
const path = join(out ? resolve(out) : root, 'prebuilds', `${platform}-${arch}`, 'hebb.node');
mkdirSync(dirname(path), { recursive: true });
copyFileSync(at('build', 'Release', 'hebb.node'), path);
if (
  platform in strips &&
  spawnSync('strip', [...strips[platform], path], { stdio: 'inherit' }).status !== 0
) {
  fail('strip failed');
}

// It loads, and was built with every instruction set that the list promises.
const { instructionSets } = createRequire(import.meta.url)(path).info();
const missing = machine.instructionSets.filter((isa) => !readFileSync(path).includes(isa));
if (missing.length > 0) fail(`the addon has no ${missing.join(', ')}`);

const { size } = statSync(path);
if (size > maxBytes) fail(`${size} bytes; at most ${maxBytes} are allowed`);
const libraries = ['GLIBC', 'GLIBCXX']
  .map((name) => [name, needs(path, name)])
  .filter(([, version]) => version);
console.log(
  `prebuilt: ${relative(root, path)}, ${size} bytes, runs here with ${instructionSets.join(', ')}` +
    (libraries.length > 0
      ? `; needs ${libraries.map(([name, version]) => `${name} ${version}`).join(', ')}`
      : ''),
);
