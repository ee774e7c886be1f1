import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/run.js';
import { datasets, DatasetUnavailableError } from '../../src/data/index.js';
import { hebb, KeptSurroundings } from './surroundings.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hebb-train-'));
  // No data set but those that a test puts there, and no network.
  vi.stubEnv('XDG_CACHE_HOME', directory);
  vi.stubEnv('HEBB_DATASETS', directory);
  vi.stubEnv('HEBB_BACKEND', '');
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  await rm(directory, { recursive: true });
});

type Event = Record<string, unknown> & { event: string };
const eventsOf = (text: string): Event[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);

/** A run that takes a moment on the slowest backend. */
const small = ['--backend', 'js', '--hidden', '16', '--examples', '600', '--seed', '1'];

describe('hebb train digits', () => {
  it('tells data, start, each epoch and the result as JSON lines', async () => {
    const { code, out, err } = await hebb('train', 'digits', ...small, '--epochs', '3', '--json');
    expect([code, err]).toEqual([0, '']);
    const events = eventsOf(out);
    expect(events.map(({ event }) => event)).toEqual(['data', 'start', 'epoch', 'epoch', 'epoch', 'result']);
    expect(events[0]).toMatchObject({
      requested: 'digits',
      dataset: 'digits',
      unavailable: null,
      trainImages: 600,
      testImages: 100,
    });
    expect(events[1]).toMatchObject({
      network: '784-16(relu)-10(softmax)',
      parameters: 784 * 16 + 16 + 160 + 10,
      optimizer: 'rmsprop',
      learningRate: 0.001,
      epochs: 3,
      batchSize: 128,
      seed: 1,
      dtype: 'float32',
      backend: { name: 'js', isa: 'js', threads: 1, why: ['as --backend says'] },
    });
    const losses = events.slice(2, 5).map(({ figures }) => (figures as { loss: number }).loss);
    expect(losses[2]).toBeLessThan(losses[0]);
    // 600 images in batches of 128 are 5 updates an epoch.
    expect(events[5]).toMatchObject({ dataset: 'digits', updates: 15, testImages: 100 });
    expect(events[5].testAccuracy).toBeGreaterThan(0.3);
    expect(events[5].secondsPerEpoch).toHaveLength(3);
  });

  it('gives the same figures for the same seed, others for another one', async () => {
    const figures = async (...args: string[]) =>
      eventsOf((await hebb('train', 'digits', ...small, '--epochs', '1', '--json', ...args)).out).map((e) => [
        e.figures,
        e.testLoss,
      ]);
    const first = await figures();
    expect(await figures()).toEqual(first);
    expect(await figures('--seed', '2')).not.toEqual(first);
  });

  it('takes every option', async () => {
    const { code, out } = await hebb(
      ...['train', 'digits', ...small, '--epochs', '1', '--batch-size', '64', '--hidden', '8,4'],
      ...['--activation', 'tanh', '--optimizer', 'adam', '--learning-rate', '0.01', '--dropout', '0.1'],
      ...['--validation-split', '0.5', '--dtype', 'float64', '--json'],
    );
    expect(code).toBe(0);
    const [, start, epoch, result] = eventsOf(out);
    expect(start).toMatchObject({
      network: '784-8(tanh, dropout 0.1)-4(tanh, dropout 0.1)-10(softmax)',
      optimizer: 'adam',
      learningRate: 0.01,
      dtype: 'float64',
    });
    expect(Object.keys(epoch.figures as object)).toEqual(['loss', 'acc', 'val_loss', 'val_acc']);
    // 300 of the 600 images are left to train with.
    expect(result.updates).toBe(5);
  });

  it('trains without a hidden layer, too', async () => {
    const { code, out } = await hebb(
      'train',
      'digits',
      ...small,
      '--epochs',
      '1',
      '--hidden',
      'none',
      '--json',
    );
    expect(code).toBe(0);
    expect(eventsOf(out)[1].network).toBe('784-10(softmax)');
  });

  it('tells people the same in lines', async () => {
    const { code, out, err } = await hebb('train', 'digits', ...small, '--epochs', '2');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^data {6}digits: 600 images to train with, 100 to test with \(drawn by Hebb \(seed 0\)\)$/m,
    );
    expect(out).toMatch(/^backend {3}js \(1 thread\), as --backend says$/m);
    expect(out).toMatch(/^epoch 1\/2 {2}.* samples\/s {2}loss \d\.\d{4} {2}acc \d\.\d{4}$/m);
    expect(out).toMatch(/^test accuracy \d+\.\d\d% on 100 digits images \(loss \d\.\d{4}\)$/m);
    expect(out).toMatch(/^10 updates in 2 epochs of .*, on js \(1 thread\)$/m);
    expect(out).not.toContain('\r');
  });
});

describe('a data set that is not to be had', () => {
  it('mnist: trains on digits, and says so everywhere', async () => {
    const { code, out } = await hebb('train', 'mnist', ...small, '--epochs', '1');
    expect(code).toBe(0);
    const [first, ...others] = out.trimEnd().split('\n');
    expect(first).toMatch(
      /^mnist is neither on this machine nor to be had \(.*fetch failed\): training on Hebb's built-in digits instead$/,
    );
    expect(others.join('\n')).not.toMatch(/mnist/i);
    expect(out).toMatch(/^test accuracy .* on 100 digits images/m);
  });

  it('mnist, as JSON: every event names the digits', async () => {
    const { code, out } = await hebb('train', ...small, '--epochs', '1', '--json');
    expect(code).toBe(0);
    const events = eventsOf(out);
    expect(events[0]).toMatchObject({ requested: 'mnist', dataset: 'digits' });
    expect(events[0].unavailable).toMatch(/fetch failed/);
    expect(events.every(({ dataset }) => dataset === 'digits')).toBe(true);
  });

  it('fashion-mnist: fails in one line, as digits are no clothes', async () => {
    const unavailable = new DatasetUnavailableError(
      'fashion-mnist',
      [],
      'Fashion-MNIST is not on this machine',
    );
    const load = vi.spyOn(datasets, 'load').mockRejectedValue(unavailable);
    try {
      const { code, out, err } = await hebb('train', 'fashion-mnist', ...small, '--json');
      expect([code, out, err]).toEqual([1, '', 'hebb: Fashion-MNIST is not on this machine\n']);
      expect(load.mock.calls.map(([name]) => name)).toEqual(['fashion-mnist']);
    } finally {
      load.mockRestore();
    }
  });
});

describe('an interrupted training', () => {
  it('stops after a step and says where', async () => {
    const surroundings = new KeptSurroundings();
    const write = surroundings.stdout.write.bind(surroundings.stdout);
    surroundings.stdout.write = (text) => {
      write(text);
      if (text.includes('"epoch":2')) surroundings.interrupt();
    };
    const code = await run(['train', 'digits', ...small, '--epochs', '1000', '--json'], surroundings);
    expect(code).toBe(130);
    const events = eventsOf(surroundings.stdout.text);
    const last = events.at(-1) as unknown as { epoch: number; step: number; steps: number; updates: number };
    expect(last).toMatchObject({ event: 'stopped', dataset: 'digits', epochs: 1000, steps: 5 });
    expect(last.epoch).toBeGreaterThanOrEqual(3);
    expect(last.updates).toBe((last.epoch - 1) * last.steps + last.step);
    expect(events.some(({ event }) => event === 'result')).toBe(false);
    expect(surroundings.stderr.text).toBe('');
  });

  it('stops while data is fetched', async () => {
    const surroundings = new KeptSurroundings();
    vi.stubGlobal('fetch', (_: string, { signal }: { signal: AbortSignal }) => {
      setTimeout(() => surroundings.interrupt(), 10);
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    });
    const code = await run(['train', 'mnist', ...small], surroundings);
    expect([code, surroundings.stdout.text, surroundings.stderr.text]).toEqual([
      130,
      'stopped before training began\n',
      '',
    ]);
  });
});

describe('what is refused before anything is loaded', () => {
  it.each([
    [
      ['cifar'],
      /^hebb: unknown data set 'cifar' \(there are: mnist, fashion-mnist, digits\); see hebb train --help$/,
    ],
    [['fashion'], /^hebb: unknown data set 'fashion': did you mean 'fashion-mnist'\?/],
    [
      ['digits', '--optimizer', 'adamm'],
      /^hebb: --optimizer: unknown optimizer 'adamm': did you mean 'adam'\?/,
    ],
    [['digits', '--activation', 'rleu'], /^hebb: --activation: .*'rleu': did you mean 'relu'\?/],
  ])('%j', async (args, message) => {
    const { code, out, err } = await hebb('train', ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err.trimEnd()).toMatch(message);
    expect(err.match(/\n/g)).toHaveLength(1);
  });
});
