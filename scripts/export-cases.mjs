// Writes the cases of the conformance sweep where the C++ tests find them: `writeCases(path)`. The sources are TypeScript,
// so they are bundled first.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { at, root } from './support/paths.mjs';

export async function writeCases(path) {
  mkdirSync(dirname(path), { recursive: true });
  const directory = mkdtempSync(join(dirname(path), 'cases-'));
  try {
    const file = join(directory, 'cases.mjs');
    const bundle = await rolldown({
      cwd: root,
      input: at('test', 'support', 'export-cases.ts'),
      platform: 'node',
    });
    await bundle.write({ file, format: 'es', codeSplitting: false });
    const { exportCases } = await import(pathToFileURL(file).href);
    writeFileSync(path, exportCases());
  } finally {
    rmSync(directory, { recursive: true });
  }
}
