// `hebb train --save FILE --resume`.

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.js';
import { loadCheckpoint, setDefaultDtype } from '../../src/index.js';
import { readCheckpoint } from '../../src/nn/saving/checkpoint.js';
import { hebb, KeptSurroundings } from './surroundings.js';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hebb-save-'));
  file = join(directory, 'deep', 'm.safetensors');
});
afterEach(async () => {
  setDefaultDtype('float32');
  await rm(directory, { recursive: true });
});

type Event = Record<string, unknown> & { event: string };
const eventsOf = (text: string): Event[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);

const small = ['digits', '--backend', 'js', '--hidden', '8', '--examples', '300', '--dropout', '0.2'];
const train = async (...args: string[]): Promise<Event[]> => {
  const { code, out, err } = await hebb('train', ...small, '--json', ...args);
  expect([code, err]).toEqual([0, '']);
  return eventsOf(out);
};
const bits = async (path: string): Promise<unknown> =>
  [...(await readCheckpoint(path)).tensors]
    // Layers have other numbers each time that they are made in one process.
    .map(([name, t]) => [name.replace(/_\d+/, ''), t.shape, ...t.dataSync()])
    .sort();

describe('hebb train --save', () => {
  it('saves what --resume goes on from, with the same bits in the end', async () => {
    const whole = join(directory, 'whole.safetensors');
    const [, , ...epochs] = await train('--seed', '5', '--epochs', '3', '--save', whole);
    expect(epochs.at(-1)).toMatchObject({ event: 'result', updates: 9, updatesBefore: 0, saved: whole });
    await train('--seed', '5', '--epochs', '1', '--save', file);
    const events = await train('--epochs', '3', '--save', file, '--resume');
    expect(events.map(({ event }) => event)).toEqual([
      'data',
      'start',
      'resumed',
      'epoch',
      'epoch',
      'result',
    ]);
    expect(events[1].seed).toBe(5);
    expect(events[2]).toEqual({ event: 'resumed', file, epoch: 1, step: 0, updates: 3 });
    expect(events.slice(3, 5).map((e) => e.figures)).toEqual(epochs.slice(1, 3).map((e) => e.figures));
    expect(events[5]).toMatchObject({ updates: 9, updatesBefore: 3, testLoss: epochs[3].testLoss });
    expect(await bits(file)).toEqual(await bits(whole));
    expect(await readdir(join(directory, 'deep'))).toEqual(['m.safetensors']);
    const model = await loadCheckpoint(file);
    expect(model.getUserDefinedMetadata()).toMatchObject({
      hebb: { input: 'pictures', dataset: 'digits' },
      seed: 5,
    });
  });

  it('saves where Ctrl-C falls, in the middle of an epoch, too', async () => {
    const whole = join(directory, 'whole.safetensors');
    await train('--seed', '5', '--epochs', '40', '--save', whole);
    const surroundings = new KeptSurroundings();
    const write = surroundings.stdout.write.bind(surroundings.stdout);
    surroundings.stdout.write = (text) => {
      write(text);
      if (text.includes('"epoch":3')) setTimeout(() => surroundings.interrupt(), 1);
    };
    const words = [
      'train',
      ...small,
      '--json',
      '--save',
      file,
      '--seed',
      '5',
      '--epochs',
      '40',
      '--batch-size',
      '128',
    ];
    expect(await run(words, surroundings)).toBe(130);
    const stopped = eventsOf(surroundings.stdout.text).at(-1)!;
    expect(stopped).toMatchObject({ event: 'stopped', saved: file });
    const events = await train('--epochs', '40', '--save', file, '--resume');
    expect(events[2]).toMatchObject({ event: 'resumed', updates: stopped.updates });
    expect(await bits(file)).toEqual(await bits(whole));
  });

  it('tells people', async () => {
    const args = ['train', ...small, '--epochs', '1', '--seed', '5', '--save', file];
    expect((await hebb(...args)).out).toContain(`\nsaved in ${file}\n`);
    const { out } = await hebb(...args, '--resume');
    expect(out).toContain(`\nresumed   from ${file}, after 1 epoch (3 updates)\n`);
    expect(out).toContain('\nnothing was left to train: 3 updates were made before\n');
    const { out: more } = await hebb(...args, '--resume', '--epochs', '2');
    expect(more).toMatch(/\n6 updates, 3 of them in 1 epoch of /);
  });

  it('--resume begins anew where there is nothing yet', async () => {
    const events = await train('--epochs', '1', '--save', file, '--resume');
    expect(events.map(({ event }) => event)).toEqual(['data', 'start', 'epoch', 'result']);
  });

  it('holds out the same rows of a table', async () => {
    const csv = join(directory, 'points.csv');
    const rows = Array.from({ length: 60 }, (_, i) => `${i},${Math.sin(i).toFixed(3)},${i % 3 ? 'a' : 'b'}`);
    await writeFile(csv, `x,y,kind\n${rows.join('\n')}\n`);
    const table = async (...args: string[]): Promise<Event> => {
      const { code, out, err } = await hebb('train', csv, '--backend', 'js', '--json', ...args);
      expect([code, err]).toEqual([0, '']);
      return eventsOf(out).at(-1)!;
    };
    const whole = await table('--epochs', '4', '--seed', '8');
    await table('--epochs', '2', '--seed', '8', '--save', file);
    const resumed = await table('--epochs', '4', '--save', file, '--resume');
    expect(resumed.testLoss).toBe(whole.testLoss);
  });

  it.each([
    [['--resume'], /^hebb: --resume needs --save FILE, the file to go on from; see hebb train --help$/],
    [['--save', 'DIRECTORY'], /^hebb: --save: .* is a directory; see hebb train --help$/],
    [
      ['--save', 'FILE', '--resume', '--seed', '6'],
      /was trained with --seed 5; leave --seed out, or --resume/,
    ],
    [
      ['--save', 'FILE', '--resume', '--hidden', '9'],
      /'model\/.*; --resume needs the options it was trained with$/,
    ],
    [
      ['--save', 'FILE', '--resume', '--optimizer', 'sgd'],
      /; --resume needs the options it was trained with$/,
    ],
    [
      ['--save', 'FILE', '--resume', '--dtype', 'float64'],
      /; --resume needs the options it was trained with$/,
    ],
    [['--save', 'DAMAGED', '--resume'], /^hebb: .*damaged: it is not a safetensors file/],
  ])('%j is refused', async (args, message) => {
    await train('--epochs', '1', '--seed', '5', '--save', file);
    const damaged = join(directory, 'damaged');
    await writeFile(damaged, 'This is a text, and no checkpoint.');
    const places: Record<string, string> = { FILE: file, DIRECTORY: directory, DAMAGED: damaged };
    const before = await bits(file);
    const { code, err } = await hebb('train', ...small, '--epochs', '2', ...args.map((a) => places[a] ?? a));
    expect(code).toBeGreaterThan(0);
    expect(err.trimEnd()).toMatch(message);
    expect(await bits(file)).toEqual(before);
  });
});
