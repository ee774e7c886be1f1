// The C++ sources, for machines on which no prebuilt addon runs, go into the package as one compressed file, a sixth of
// their size: JSON, {path: text}, which compiling unpacks first. Comments after // are left out, an eighth of it:
// compilers do not read them, and people read the repository. Lines keep their numbers.

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { at, root } from './paths.mjs';

const packed = at('dist', 'native', 'sources.json.br');

/** Writes dist/native/sources.json.br: what a compilation needs of native/. */
export function packSources() {
  const names = readdirSync(at('native'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(cc|h|inl|json)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((name) => !/^native\/(test|build)\//.test(name))
    .sort();
  const textOf = (name) => readFileSync(at(name), 'utf8').replace(/^([^"'\n]*?)[ \t]*\/\/.*$/gm, '$1');
  const texts = Object.fromEntries(names.map((name) => [name, textOf(name)]));
  mkdirSync(dirname(packed), { recursive: true });
  writeFileSync(packed, brotliCompressSync(JSON.stringify(texts)));
}

/** Puts the sources where binding.gyp looks for them, if they are not there: in an installed package. */
export function unpackSources() {
  if (existsSync(at('native', 'build.json')) || !existsSync(packed)) return;
  const texts = JSON.parse(brotliDecompressSync(readFileSync(packed)).toString());
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  }
}
