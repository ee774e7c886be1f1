// Answers binding.gyp and native/CMakeLists.txt about sources and flags, so that the two builds cannot differ:
//   node scripts/native-sources.mjs addon            the addon's sources: every native/*.cc
//   node scripts/native-sources.mjs targets <arch>   the instruction sets built for an architecture (x64, arm64, other)
//   node scripts/native-sources.mjs flags            flags of every file
//   node scripts/native-sources.mjs flags <target>   further flags of one instruction set
//   node scripts/native-sources.mjs include          where node-addon-api's headers are
// The data are in native/build.json.

import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative } from 'node:path';
import { at, root } from './support/paths.mjs';

const build = JSON.parse(readFileSync(at('native', 'build.json'), 'utf8'));
const [what, argument] = process.argv.slice(2);

const answers = {
  addon: () =>
    readdirSync(at('native'))
      .filter((name) => name.endsWith('.cc'))
      .sort()
      .map((name) => `native/${name}`),
  targets: () =>
    Object.keys(build.targets).filter((name) => build.targets[name].architectures.includes(argument)),
  flags: () => (argument ? [...build.kernelFlags, ...build.targets[argument].flags] : build.flags),
  msvcFlags: () => build.targets[argument].msvcFlags,
  include: () => [
    relative(root, dirname(createRequire(import.meta.url).resolve('node-addon-api/package.json'))),
  ],
};

if (!(what in answers)) throw new Error(`unknown question: ${what}`);
console.log(answers[what]().join('\n'));
