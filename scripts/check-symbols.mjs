// No object of an instruction set may define a weak symbol. An inline function or template compiled with -mavx512f
// becomes one, and the linker keeps whichever copy it meets first, for every CPU: the addon would then crash on a
// machine without those instructions. Kernel bodies therefore live in anonymous namespaces.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { at } from './support/paths.mjs';

const { targets } = JSON.parse(readFileSync(at('native', 'build.json'), 'utf8'));
const objects = Object.keys(targets)
  .map((name) => at('build', 'Release', 'obj.target', `hebb_${name}`, 'native', 'targets', `${name}.o`))
  .filter((path) => existsSync(path));

if (objects.length === 0) {
  console.log('no kernel objects here (run `npm run build:native`): skipped');
} else {
  const { status, stdout, error } = spawnSync('nm', ['--demangle', '--defined-only', '-A', ...objects], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error) {
    console.log('nm is not installed: skipped');
  } else {
    // V, v: weak object; W, w: weak symbol; u: unique global.
    const weak = stdout.split('\n').filter((line) => /:[0-9a-f]*\s+[VvWwu]\s/.test(line));
    for (const line of weak) console.error(`weak symbol: ${line.slice(line.lastIndexOf('/') + 1)}`);
    if (weak.length > 0 || status !== 0) process.exitCode = 1;
    else console.log(`${objects.length} kernel objects, no weak symbols`);
  }
}
