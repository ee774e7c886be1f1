// Training is killed (SIGKILL) at random moments and started again until it comes to its end: whatever the moment, the
// checkpoints that are there are whole, and the end is, to the bit, that of training which was never killed.
// HEBB_KILLS: how many kills; default 60.

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/nn/saving/checkpoint.js';
import { transpileSource } from '../../cli/transpiled.js';

const kills = Number(process.env.HEBB_KILLS ?? 60);
const child = fileURLToPath(new URL('kill-child.mjs', import.meta.url));

let library: ReturnType<typeof transpileSource>;
let directory: string;
beforeAll(async () => {
  library = transpileSource();
  directory = await mkdtemp(join(tmpdir(), 'hebb-kill-'));
});
afterAll(async () => {
  library.remove();
  await rm(directory, { recursive: true });
});

/**
 * One life of the training.
 * @param delay milliseconds after which it is killed; null: never
 * @returns the digest at its end; null if it was killed before
 */
function live(place: string, how: object, delay: number | null): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const args = [child, join(library.directory, 'index.js'), place, JSON.stringify(how)];
    const life = spawn(process.execPath, args, {
      env: { ...process.env, HEBB_BACKEND: 'js' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    life.stdout.on('data', (text: Buffer) => {
      const wasReady = output.includes('ready');
      output += String(text);
      if (delay !== null && !wasReady && output.includes('ready'))
        setTimeout(() => life.kill('SIGKILL'), delay);
    });
    life.stderr.on('data', (text: Buffer) => (errors += String(text)));
    life.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(null);
      else if (code === 0 && errors === '') resolve(output.split('\n')[1]);
      else reject(new Error(`the child ended with ${code ?? signal}: ${errors}`));
    });
  });
}

/** Every way to save, each with a share of the kills. */
const ways = [
  { filepath: 'c.safetensors', saveFreq: 1 },
  { filepath: 'c.safetensors', saveFreq: 'epoch' },
  { filepath: 'c-{epoch:03d}-{batch}.safetensors', saveFreq: 3, keep: 3 },
];

it(
  `after ${kills} kills at random moments training ends with the same bits`,
  async () => {
    const expected = await live(directory, { saves: false }, null);
    expect(expected).toMatch(/^[\da-f]{64}$/);
    let killed = 0;
    let halfWritten = 0;
    let whole = 0;
    let advances = 0;
    let trainings = 0;
    // Two trainings at a time, one after the other, each killed until it gets through.
    const worker = async (): Promise<void> => {
      while (killed < kills) {
        const number = trainings++;
        const how = { ...ways[number % ways.length], saves: true };
        const place = join(directory, String(number));
        await mkdir(place);
        let furthest = 0;
        for (let deaths = 0; ; deaths++) {
          // Ever later, so that every training comes to its end; never again once there were kills enough.
          const delay = killed < kills ? Math.random() * (100 + 40 * deaths) : null;
          const end = await live(place, how, delay);
          if (end !== null) {
            expect(end).toBe(expected);
            break;
          }
          killed++;
          const before = furthest;
          for (const name of await readdir(place)) {
            if (name.endsWith('.tmp')) halfWritten++;
            else {
              const { place: reached } = await readCheckpoint(join(place, name));
              furthest = Math.max(furthest, reached.epoch + reached.step / 5);
              whole++;
            }
          }
          if (furthest > before) advances++;
        }
        expect((await readdir(place)).length).toBeLessThanOrEqual(3);
        await rm(place, { recursive: true });
      }
    };
    await Promise.all([worker(), worker()]);
    console.log(
      `${killed} kills of ${trainings} trainings; ${advances} lives brought them forward; found ${whole} whole ` +
        `checkpoints and ${halfWritten} files half written`,
    );
    // Kills that all came before the first save would show nothing.
    expect(advances).toBeGreaterThan(killed / 4);
  },
  60_000 + kills * 1000,
);
