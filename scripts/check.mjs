// `npm run check`: everything about the sources that can be checked without running them. All checks run, whatever
// the first ones say; words given choose some: `npm run check -- lint format`.

import { spawnSync } from 'node:child_process';
import { at, root } from './support/paths.mjs';

const tool = (...parts) => at('node_modules', ...parts);
const checks = {
  types: [
    [tool('typescript', 'bin', 'tsc'), '-p', 'tsconfig.json'],
    [tool('typescript', 'bin', 'tsc'), '-p', 'scripts/tsconfig.json'],
  ],
  lint: [
    [
      tool('eslint', 'bin', 'eslint.js'),
      '--cache',
      '--cache-location',
      'node_modules/.cache/hebb/eslint',
      '.',
    ],
  ],
  format: [[at('scripts', 'format.mjs'), '--check']],
  generated: [[at('scripts', 'generate.mjs'), '--check']],
  symbols: [[at('scripts', 'check-symbols.mjs')]],
  docs: [[at('scripts', 'check-docs.mjs')]],
  guide: [[at('scripts', 'docs-guide.mjs'), '--check']],
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in checks));
if (unknown.length > 0)
  throw new Error(`unknown check ${unknown[0]}; there are ${Object.keys(checks).join(', ')}`);

const failed = [];
for (const name of chosen.length > 0 ? chosen : Object.keys(checks)) {
  const start = Date.now();
  console.log(`check: ${name}`);
  const results = checks[name].map((step) =>
    spawnSync(process.execPath, step, { cwd: root, stdio: 'inherit' }),
  );
  const ok = results.every(({ status }) => status === 0);
  if (!ok) failed.push(name);
  console.log(`check: ${name} ${ok ? 'passed' : 'FAILED'} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}
console.log(failed.length > 0 ? `check: failed: ${failed.join(', ')}` : 'check: all passed');
process.exitCode = failed.length > 0 ? 1 : 0;
