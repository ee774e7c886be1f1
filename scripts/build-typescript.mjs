// Makes dist/ from src/: one bundle with an entry for each file that package.json names in `exports`, `imports` and
// `bin`, and one index.d.ts. Bundled, `import 'hebb'` takes a third of the time that 150 small modules take; minified
// (but with the names of functions and classes, for stacks) and with only the declarations that can be reached, it
// stays small. Beside it, build-wasm.mjs makes dist/wasm; dist/native has the sources of the addon, compressed.
//   --readable    neither minified nor without source maps: for debuggers and profilers
//   --only=code|types

import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { rolldown } from 'rolldown';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { at, cacheDirectory, root } from './support/paths.mjs';
import { packSources } from './support/sources.mjs';

const manifest = JSON.parse(readFileSync(at('package.json'), 'utf8'));

/** All file names in a part of package.json. */
function filesIn(part) {
  return typeof part === 'string' ? [part] : Object.values(part).flatMap(filesIn);
}

const named = filesIn([manifest.exports, manifest.imports, manifest.bin]).map((name) =>
  name.replace(/^\.\//, ''),
);
/** Names of the entries below src/ and dist/, without ending. */
const entriesOf = (ending) => [
  ...new Set(
    named
      // dist/wasm is build-wasm.mjs's.
      .filter((name) => /^dist\/(?!wasm\/)/.test(name) && name.endsWith(ending))
      .map((name) => name.slice('dist/'.length, -ending.length)),
  ),
];

/** Other packages and `#platform`: what stays an import. */
const isOutside = (id) => !id.startsWith('.') && !isAbsolute(id);

async function buildCode(readable) {
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(entriesOf('.js').map((name) => [name, at('src', `${name}.ts`)])),
    external: isOutside,
    platform: 'neutral',
    transform: { target: 'es2022' },
  });
  const { output } = await bundle.write({
    dir: at('dist'),
    format: 'es',
    entryFileNames: '[name].js',
    // Two directories deep like most entries, which find the package's files from where they are.
    chunkFileNames: 'shared/[name].js',
    minify: readable
      ? false
      : { compress: true, codegen: true, mangle: { keepNames: { function: true, class: true } } },
    sourcemap: readable,
  });
  return output.map(({ fileName }) => fileName);
}

/** @returns the files made, or null where TypeScript found errors */
async function buildTypes() {
  const declarations = join(cacheDirectory, 'types');
  rmSync(declarations, { recursive: true, force: true });
  const { status } = spawnSync(
    process.execPath,
    [at('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json', '--outDir', declarations],
    { cwd: root, stdio: 'inherit' },
  );
  if (status !== 0) return null;
  mergeAdditions(declarations);
  const entries = entriesOf('.d.ts');
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((name) => [name, join(declarations, `${name}.d.ts`)])),
    external: isOutside,
    // The declarations lie below node_modules, which the plugin would else leave alone.
    plugins: [dts({ respectExternal: true })],
    onwarn: ({ message }) => {
      throw new Error(message);
    },
  });
  const { output } = await bundle.generate({ format: 'es', entryFileNames: '[name].d.ts' });
  for (const file of output) {
    // Tensor has [Symbol.dispose], which older `lib` settings do not declare.
    const lib = '/// <reference lib="esnext.disposable" />\n';
    if (file.type === 'chunk') writeFileSync(at('dist', file.fileName), lib + withTabs(file.code));
  }
  return output.map(({ fileName }) => fileName);
}

/** Indented by tabs, the declarations are 6 % smaller. */
function withTabs(code) {
  return code.replace(/^( {4})+/gm, (spaces) => '\t'.repeat(spaces.length / 4));
}

/**
 * A file that adds to an interface of another (`declare module '../tensor/tensor.js' { interface Tensor ... }`) cannot
 * do so once all is one file. Here it declares what it adds under a name, and that other file's interface extends it.
 */
function mergeAdditions(directory) {
  const block =
    /^declare module '([^']+)' \{\n {4}interface (\w+) extends ([^{]+)\{\n([\s\S]*?)^ {4}\}\n\}\n/gm;
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue;
    const path = join(directory, name);
    const text = readFileSync(path, 'utf8');
    const imports = new Set();
    const merged = text.replace(block, (_, module, extended, base, body) => {
      const target = join(dirname(path), module.replace(/\.js$/, '.d.ts'));
      const from = relative(dirname(target), path)
        .replaceAll('\\', '/')
        .replace(/\.d\.ts$/, '.js');
      appendFileSync(
        target,
        `import type { ${extended}Additions } from '${from.startsWith('.') ? from : `./${from}`}';\n` +
          `export interface ${extended} extends ${extended}Additions {}\n`,
      );
      // The compiler left out the imports of what a file that adds to a module sees anyway.
      const exported = [
        ...readFileSync(target, 'utf8').matchAll(/^export (?:declare )?(?:type|interface|class) (\w+)/gm),
      ]
        .map(([, each]) => each)
        .filter(
          (each) =>
            new RegExp(`\\b${each}\\b`).test(body) && !new RegExp(`^import .*\\b${each}\\b`, 'm').test(text),
        );
      if (exported.length > 0) imports.add(`import type { ${exported.join(', ')} } from '${module}';\n`);
      return `export interface ${extended}Additions extends ${base}{\n${body}}\n`;
    });
    if (merged.includes('declare module'))
      throw new Error(`${name}: a module is added to in a way not foreseen`);
    if (merged !== text) writeFileSync(path, [...imports].join('') + merged);
  }
}

/** Removes what earlier builds left in dist/; of the code, or the types, only where they were made anew. */
function sweep(written) {
  const isType = (name) => name.endsWith('.d.ts');
  const kinds = new Set(written.map(isType));
  const current = new Set(written.flatMap((name) => [name, `${name}.map`]));
  for (const entry of readdirSync(at('dist'), { recursive: true, withFileTypes: true })) {
    const name = relative(at('dist'), join(entry.parentPath, entry.name)).replaceAll('\\', '/');
    if (entry.isFile() && !/^(wasm|native)\//.test(name) && !current.has(name) && kinds.has(isType(name)))
      rmSync(at('dist', name));
  }
}

const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length);
const readable = process.argv.includes('--readable');
const start = performance.now();
const code = only === 'types' ? [] : await buildCode(readable);
packSources();
const types = only === 'code' ? [] : await buildTypes();
if (types === null) process.exitCode = 1;
else sweep([...code, ...types]);
if (types) {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`typescript: built dist/, ${code.length + types.length} files, in ${seconds} s`);
}
