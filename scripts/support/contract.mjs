// Loads src/contract/*.ts without a build: each file is transpiled alone into a scratch directory and imported from
// there. The contract imports nothing but itself, which is what makes this possible.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { at, cacheDirectory } from './paths.mjs';

/**
 * The exports of src/contract/<name>.ts, by name, for each of `names`.
 * @param {string[]} names
 * @returns {Promise<any>}
 */
export async function loadContract(names) {
  const source = at('src', 'contract');
  const target = join(cacheDirectory, `contract-${process.pid}`);
  mkdirSync(target, { recursive: true });
  try {
    writeFileSync(join(target, 'package.json'), '{"type":"module"}\n');
    for (const file of readdirSync(source).filter((name) => name.endsWith('.ts'))) {
      const { outputText } = ts.transpileModule(readFileSync(join(source, file), 'utf8'), {
        fileName: file,
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ES2022,
          verbatimModuleSyntax: true,
        },
      });
      writeFileSync(join(target, `${basename(file, '.ts')}.js`), outputText);
    }
    const modules = {};
    for (const name of names) modules[name] = await import(pathToFileURL(join(target, `${name}.js`)).href);
    return modules;
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}
