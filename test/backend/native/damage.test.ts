// Damaged programs: whatever the words are, the addon refuses them as the checker in TypeScript does, with the same code
// at the same word, or runs them within their arrays. It never crashes.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkProgram } from '../../../src/contract/checking.js';
import { headerAt } from '../../../src/contract/decoding.js';
import { cases } from '../../support/cases.js';
import { seeded } from '../../support/building.js';
import { addonPath, counting, describeNative } from './support.js';

const tellingValues = [-1, 0, 1, 2, 3, 4, 5, 8, 16, 31, 32, 33, 64, 255, 1024, 65536, 0x7fffffff, -0x80000000];

/** A few random words of a program replaced, by values at which checks go wrong, or by small steps; or cut off. */
function damaged(words: Int32Array, random: () => number): Int32Array {
  const copy = words.slice();
  const below = (n: number): number => Math.floor(random() * n);
  for (let times = 1 + below(3); times > 0; times--) {
    // Mostly the code: the header and constants are few words or no danger.
    const from = random() < 0.7 ? words[headerAt.codeAt] : 0;
    const at = from + below(copy.length - from);
    copy[at] = random() < 0.4 ? copy[at] + below(5) - 2 : tellingValues[below(tellingValues.length)];
  }
  return random() < 0.05 ? copy.slice(0, below(copy.length + 1)) : copy;
}

/** Every word of the code of each kernel's shortest program, replaced by what is too small or too large for most fields. */
function systematic(sound: ReturnType<typeof cases>): Int32Array[] {
  const shortest = new Map<string, Int32Array>();
  for (const { covers, words } of sound) {
    const kernel = covers[0].split(' ')[0];
    const known = shortest.get(kernel);
    if (!known || words.length < known.length) shortest.set(kernel, words);
  }
  return [...shortest.values()].flatMap((words) =>
    Array.from(words.subarray(words[headerAt.codeAt])).flatMap((_, offset) =>
      [-1, 3, 65536, 0x7fffffff].map((value) => {
        const copy = words.slice();
        copy[words[headerAt.codeAt] + offset] = value;
        return copy;
      }),
    ),
  );
}

describeNative('damaged programs', () => {
  it('are refused as in TypeScript, or run, and never crash', () => {
    const random = seeded(20240607);
    const sound = cases().filter((c) => c.words.length < 4000);
    const programs = Array.from({ length: 6000 }, (_, i) => {
      const from = i % 10 === 0 ? counting(5, 3).words : sound[Math.floor(random() * sound.length)].words;
      return damaged(from, random);
    });
    programs.push(...systematic(sound));
    const directory = mkdtempSync(join(tmpdir(), 'hebb-'));
    try {
      const file = join(directory, 'programs.json');
      writeFileSync(file, JSON.stringify(programs.map((words) => [...words])));
      const child = new URL('./damage-child.mjs', import.meta.url).pathname;
      const result = spawnSync(process.execPath, [child, addonPath, file], {
        encoding: 'utf8',
        maxBuffer: 1 << 26,
        timeout: 50_000,
      });
      expect([result.signal, result.status], result.stderr).toEqual([null, 0]);
      const verdicts = JSON.parse(result.stdout) as [number, number][];
      const differing = programs.flatMap((words, i) => {
        const fault = checkProgram(words);
        const wanted = fault ? [fault.code, fault.at] : [0, 0];
        return wanted.join() === verdicts[i].join() ? [] : [{ i, wanted, got: verdicts[i], words: [...words] }];
      });
      expect(differing.slice(0, 3)).toEqual([]);
      const refused = verdicts.filter(([code]) => code !== 0);
      // The damage is neither always deadly nor always harmless, and finds every kind of refusal.
      expect(refused.length).toBeGreaterThan(1000);
      expect(refused.length).toBeLessThan(0.92 * programs.length);
      expect(new Set(refused.map(([code]) => code)).size).toBeGreaterThanOrEqual(12);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
