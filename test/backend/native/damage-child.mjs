// Loads and runs the programs of a file in a process of its own, so that a crash of the addon is a failed test and not
// the end of all tests. Arguments: the addon, the file (JSON: lists of words). Prints one verdict a program:
// [code, word] where it is refused, [0, 0] where it is accepted, having run it for a while.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [addonPath, file] = process.argv.slice(2);
const addon = createRequire(import.meta.url)(addonPath);
const report = new Int32Array(4);
addon.attach(report);
const best = addon.info().instructionSets.length - 1;
const constructors = [Uint8Array, Uint8Array, Int32Array, Float32Array, Float64Array];

/** Arrays exactly as long as the program wants them; null if they would be huge. */
function arraysFor(words) {
  const [, , , , , buffersAt, bufferCount] = words;
  const arrays = [];
  let elements = words[12] * 16;
  for (let at = buffersAt; at < buffersAt + bufferCount * 4; at += 4) {
    if (words[at + 1] !== 1) continue;
    elements += words[at + 2];
    if (elements > 1e7) return null;
    arrays[words[at + 3] >> 2] = new constructors[words[at]](words[at + 2]);
  }
  return elements > 1e7 ? null : arrays;
}

const verdicts = JSON.parse(readFileSync(file, 'utf8')).map((list) => {
  const words = Int32Array.from(list);
  const handle = addon.load(words, best, 2);
  if (typeof handle === 'number') return handle === -2 ? [report[0], report[1]] : [handle, 0];
  const arrays = arraysFor(words);
  if (arrays) {
    const bytes = words[12] * 64;
    const buffer = new ArrayBuffer(bytes + 64);
    const arena = new Uint8Array(buffer, -addon.address(buffer) & 63, bytes);
    addon.advance(handle, new Int32Array(32), arena, 10, 0, 2000, arrays);
  }
  return [0, 0];
});
console.log(JSON.stringify(verdicts));
