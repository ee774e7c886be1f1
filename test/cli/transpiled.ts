// src/ as JavaScript that a process of its own can run, made for one test file: dist/ may be older than src/.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const source = fileURLToPath(new URL('../../src', import.meta.url));
const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ES2022,
  verbatimModuleSyntax: true,
};

/** Writes all of src/, file by file and unchecked; gives the directory and what deletes it. */
export function transpileSource(): { directory: string; remove: () => void } {
  const root = fileURLToPath(new URL(`../../node_modules/.cache/hebb/cli-${process.pid}`, import.meta.url));
  const directory = join(root, 'dist');
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const path = join(directory, name.replace(/\.ts$/, '.js'));
    const text = readFileSync(join(source, name), 'utf8');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, ts.transpileModule(text, { compilerOptions }).outputText);
  }
  const { type, imports } = JSON.parse(readFileSync(join(source, '../package.json'), 'utf8')) as object & {
    type: string;
    imports: object;
  };
  writeFileSync(join(root, 'package.json'), JSON.stringify({ type, imports }));
  return { directory, remove: () => rmSync(root, { recursive: true, force: true }) };
}
