// `npm run test:mutants [-- NAME ...]`: applies each one-line fault of test/mutants/list.mjs, one at a time, to a copy of
// the project, and runs the tests that are named with it. A fault that no test notices fails the run.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutants } from '../test/mutants/list.mjs';
import { at } from './support/paths.mjs';

const wanted = process.argv.slice(2);
const chosen = wanted.length > 0 ? mutants.filter((m) => wanted.some((w) => m.name.includes(w))) : mutants;

const copy = mkdtempSync(join(tmpdir(), 'hebb-mutants-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

const files = execFileSync('git', ['ls-files', '-z'], { cwd: at('.'), encoding: 'utf8' }).split('\0').filter(Boolean);
for (const file of files) cpSync(at(file), join(copy, file));
for (const built of ['dist', 'build']) cpSync(at(built), join(copy, built), { recursive: true });
symlinkSync(at('node_modules'), join(copy, 'node_modules'));

/** Runs a command in the copy; its exit code and output. */
function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, HEBB_REQUIRE: 'native,wasm', HEBB_MUTANT: '1' },
    timeout: 300_000,
  });
  return { status, output: `${stdout}${stderr}` };
}

/** Builds what depends on a file; tests import the TypeScript sources, so those need nothing. */
function rebuild(file) {
  if (file.startsWith('native/')) return run(process.execPath, ['scripts/build-native.mjs']);
  if (file.startsWith('assembly/')) return run(process.execPath, ['scripts/build-wasm.mjs']);
  return { status: 0, output: '' };
}

let survivors = 0;
for (const { name, file, find, replace, tests } of chosen) {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  const places = original.split(find).length - 1;
  if (places !== 1) {
    console.error(`FAILED  ${name}: its text stands ${places} times in ${file}, expected once; bring the list up to date.`);
    survivors++;
    continue;
  }
  const started = performance.now();
  writeFileSync(path, original.replace(find, () => replace));
  const built = rebuild(file);
  const tested = built.status === 0 ? run('npx', ['vitest', 'run', '--bail=1', ...tests]) : null;
  writeFileSync(path, original);
  if (file.startsWith('native/') || file.startsWith('assembly/')) rebuild(file);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  if (!tested) {
    console.error(`FAILED  ${name}: the fault does not compile.\n${built.output.slice(-1500)}`);
    survivors++;
  } else if (tested.status === 0) {
    console.error(`SURVIVED  ${name} (${file}, ${seconds} s): no test of ${tests.join(', ')} noticed.`);
    survivors++;
  } else if (!/\d+ failed|Unhandled|timed out/i.test(tested.output)) {
    console.error(`FAILED  ${name}: the tests did not run.\n${tested.output.slice(-1500)}`);
    survivors++;
  } else {
    console.log(`killed  ${name} (${file}, ${seconds} s)`);
  }
}
console.log(`${chosen.length - survivors} of ${chosen.length} faults noticed`);
process.exitCode = survivors > 0 ? 1 : 0;
