// `npm run test:mutants [-- NAME ...] [-- --part 1/3]`: applies each one-line fault of test/mutants/list.mjs, one at a time,
// to a copy of the project, and runs the tests that are named with it. A fault that no test notices fails the run.
// --part takes every third, beginning with the first: for runs that have little time.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutants } from '../test/mutants/list.mjs';
import { at } from './support/paths.mjs';

const words = process.argv.slice(2).filter((word) => word !== '--');
const partAt = words.indexOf('--part');
const [part, parts] = partAt < 0 ? [1, 1] : words.splice(partAt, 2)[1].split('/').map(Number);
const chosen = mutants
  .filter((m) => words.length === 0 || words.some((word) => m.name.includes(word)))
  .filter((_, i) => i % parts === part - 1);
if (chosen.length === 0) throw new Error(`no fault is called ${words.join(' or ')}, or the part is none`);

const copy = mkdtempSync(join(tmpdir(), 'hebb-mutants-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

const files = execFileSync('git', ['ls-files', '-z'], { cwd: at('.'), encoding: 'utf8' })
  .split('\0')
  .filter(Boolean);
for (const file of files) {
  if (existsSync(at(file))) cpSync(at(file), join(copy, file), { preserveTimestamps: true });
}
// With their times: what is older than its sources is built again.
for (const built of ['dist', 'build'])
  cpSync(at(built), join(copy, built), { recursive: true, preserveTimestamps: true });
symlinkSync(at('node_modules'), join(copy, 'node_modules'));

/**
 * Runs a command in the copy; its exit code and output. What takes too long is ended with all its children, which a
 * fault may have left turning in native code.
 */
function run(command, args, timeout = 180_000) {
  const child = spawn(command, args, {
    cwd: copy,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HEBB_REQUIRE: 'native,wasm', HEBB_NO_SUMMARY: '1', NO_COLOR: '1' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
  };
  process.once('exit', end);
  const timer = setTimeout(() => {
    output += '\ntimed out';
    end();
  }, timeout);
  return new Promise((resolve) => {
    child.on('close', (status) => {
      clearTimeout(timer);
      end();
      process.off('exit', end);
      resolve({ status, output });
    });
  });
}

/** What has to be built before the tests see a change of a file; they import the TypeScript sources themselves. */
const builderOf = (file) =>
  ['native', 'wasm'].find((name) => file.startsWith({ native: 'native/', wasm: 'assembly/' }[name]));

function build(builder) {
  return run(process.execPath, [`scripts/build-${builder}.mjs`], 600_000);
}

let survivors = 0;
/** What stands built with a fault in it, until the sources are built again. */
let spoilt;
for (const { name, file, find, replace, tests, timeout } of chosen) {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  const places = original.split(find).length - 1;
  if (places !== 1) {
    console.error(
      `FAILED  ${name}: its text stands ${places} times in ${file}, expected once; bring the list up to date.`,
    );
    survivors++;
    continue;
  }
  const started = performance.now();
  const builder = builderOf(file);
  if (spoilt !== undefined && spoilt !== builder) await build(spoilt);
  writeFileSync(
    path,
    original.replace(find, () => replace),
  );
  const built = builder === undefined ? { status: 0 } : await build(builder);
  spoilt = builder;
  // A fault that hangs its tests is noticed, too.
  const tested =
    built.status === 0 ? await run('npx', ['vitest', 'run', '--bail=1', ...tests], timeout) : null;
  writeFileSync(path, original);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  if (!tested) {
    console.error(`FAILED  ${name}: the fault does not compile.\n${built.output.slice(-1500)}`);
    survivors++;
  } else if (tested.status === 0) {
    console.error(`SURVIVED  ${name} (${file}, ${seconds} s): no test of ${tests.join(' ')} noticed.`);
    survivors++;
  } else if (!/[1-9]\d* failed|Unhandled|timed out/i.test(tested.output)) {
    console.error(`FAILED  ${name}: the tests did not run.\n${tested.output.slice(-1500)}`);
    survivors++;
  } else {
    console.log(`killed  ${name} (${file}, ${seconds} s)`);
  }
}
console.log(`${chosen.length - survivors} of ${chosen.length} faults noticed`);
process.exitCode = survivors > 0 ? 1 : 0;
