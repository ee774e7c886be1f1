import { describe, expect, it } from 'vitest';
import { createReport, type BackendFacts, type Report } from '../../src/cli/report.js';
import { DatasetUnavailableError, type LabelledImages } from '../../src/data/index.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { KeptSurroundings } from './surroundings.js';

const backend: BackendFacts = { name: 'native', isa: 'avx512', threads: 2, why: ['the fastest there is'] };

function images(count: number): LabelledImages {
  return {
    images: new Tensor(new Uint8Array(count * 784), [count, 28, 28], 'uint8'),
    labels: new Tensor(new Uint8Array(count), [count], 'uint8'),
  };
}

/** No server could be reached. */
const unavailable = new DatasetUnavailableError('mnist', [], 'a long sentence', {
  cause: new Error('cannot reach a; cannot reach b', { cause: new Error('cannot reach a') }),
});

/** A short run, told from its first to its last word. */
function tell(report: Report, unavailable: DatasetUnavailableError | null): void {
  const name = unavailable === null ? 'mnist' : 'digits';
  report.data({
    requested: 'mnist',
    dataset: { name, train: images(60), test: images(1), classNames: [], source: 'somewhere' },
    unavailable,
  });
  report.start({
    dataset: name,
    network: '784-512(relu)-10(softmax)',
    parameters: 407050,
    optimizer: 'rmsprop',
    learningRate: 0.001,
    epochs: 2,
    batchSize: 32,
    seed: 7,
    dtype: 'float32',
    backend,
  });
  const progress = { epoch: 1, epochs: 2, steps: 2, figures: { loss: 0.5, acc: 0.75 } };
  report.progress({ ...progress, step: 1, samplesPerSecond: 90_000, secondsLeft: 1.5 });
  const epoch = { dataset: name, epochs: 2, seconds: 0.5, samplesPerSecond: 120_000 };
  report.epoch({ ...epoch, epoch: 1, figures: { loss: 0.25, acc: 0.9 } });
  report.result({
    dataset: name,
    thing: 'image',
    scores: { kind: 'class', count: 1, accuracy: 0.98051, loss: 0.07 },
    updates: 4,
    updatesBefore: 0,
    secondsPerEpoch: [0.5, 0.7],
    saved: null,
    backend,
  });
}

describe('as text', () => {
  it('tells data, network, backend and why, epochs and the result in lines', () => {
    const surroundings = new KeptSurroundings();
    tell(createReport(false, surroundings), null);
    expect(surroundings.stdout.lines).toEqual([
      'data      mnist: 60 images to train with, 1 to test with (somewhere)',
      'network   784-512(relu)-10(softmax), 407,050 weights, float32',
      'training  rmsprop, learning rate 0.001, batches of 32, seed 7',
      'backend   native (avx512, 2 threads), the fastest there is',
      'epoch 1/2  0.50 s  120,000 samples/s  loss 0.2500  acc 0.9000',
      'test accuracy 98.05% on 1 mnist image (loss 0.0700)',
      '4 updates in 2 epochs of 0.60 s, on native (avx512, 2 threads)',
    ]);
    expect(surroundings.stderr.text).toBe('');
  });

  it('draws a bar on a terminal and leaves none of it between the lines', () => {
    const surroundings = new KeptSurroundings({ isTerminal: true, columns: 110 });
    tell(createReport(false, surroundings), null);
    const { text } = surroundings.stdout;
    expect(text).toContain(
      '\repoch 1/2 [===============>..............] loss 0.5000  acc 0.7500  90,000 samples/s  2 s left\u001b[K' +
        '\r\u001b[Kepoch 1/2  0.50 s',
    );
    const seen = text.replace(/\r[^\r\n]*\u001b\[K\r\u001b\[K/g, '');
    const plain = new KeptSurroundings();
    tell(createReport(false, plain), null);
    expect(seen).toBe(plain.stdout.text);
  });

  it('has no speed before the first step', () => {
    const surroundings = new KeptSurroundings({ isTerminal: true });
    createReport(false, surroundings).progress({
      epoch: 1,
      epochs: 2,
      step: 0,
      steps: 2,
      samplesPerSecond: null,
      secondsLeft: null,
      figures: { loss: 0.5 },
    });
    expect(surroundings.stdout.text).toBe(`\repoch 1/2 [>${'.'.repeat(29)}] loss 0.5000\u001b[K`);
  });

  it('gives the reasons against each faster backend', () => {
    const surroundings = new KeptSurroundings();
    createReport(false, surroundings).start({
      dataset: 'digits',
      network: '784-10(softmax)',
      parameters: 7850,
      optimizer: 'sgd',
      learningRate: 0.01,
      epochs: 1,
      batchSize: 32,
      seed: 7,
      dtype: 'float32',
      backend: { name: 'js', isa: 'js', threads: 1, why: ['not native: no addon', 'not wasm: no module'] },
    });
    expect(surroundings.stdout.lines.slice(2)).toEqual([
      'backend   js (1 thread), not native: no addon',
      '          not wasm: no module',
    ]);
  });

  it('says in one line that another data set is used, and never names the missing one again', () => {
    const surroundings = new KeptSurroundings();
    tell(createReport(false, surroundings), unavailable);
    const [first, ...others] = surroundings.stdout.lines;
    expect(first).toBe(
      "mnist is neither on this machine nor to be had (cannot reach a): training on Hebb's built-in digits instead",
    );
    expect(others.join('\n')).not.toMatch(/mnist/i);
    expect(others.at(-2)).toBe('test accuracy 98.05% on 1 digits image (loss 0.0700)');
  });

  it('names where a download comes from once, bar or none', () => {
    const surroundings = new KeptSurroundings();
    const report = createReport(false, surroundings);
    for (const receivedBytes of [1e6, 2e6]) {
      report.download({
        dataset: 'mnist',
        file: 'images.gz',
        url: 'https://data.example/mnist/images.gz',
        receivedBytes,
        totalBytes: 11_594_722,
      });
    }
    expect(surroundings.stdout.text).toBe('downloading mnist (11.6 MB) from data.example\n');
  });

  it('says where it stopped', () => {
    const surroundings = new KeptSurroundings();
    const report = createReport(false, surroundings);
    const facts = { dataset: 'digits', epoch: 2, epochs: 5, step: 3, steps: 79, updates: 82 };
    report.stopped({ ...facts, saved: null });
    report.stopped({ ...facts, saved: 'd.safetensors' });
    report.stopped(null);
    expect(surroundings.stdout.lines).toEqual([
      'stopped in epoch 2 of 5 on digits, after step 3 of 79 (82 updates)',
      'stopped in epoch 2 of 5 on digits, after step 3 of 79 (82 updates); saved in d.safetensors, --resume goes on from there',
      'stopped before training began',
    ]);
  });
});

describe('as JSON', () => {
  it('is one object a line on stdout, the bar on stderr', () => {
    const surroundings = new KeptSurroundings({ isTerminal: true, columns: 110 });
    tell(createReport(true, surroundings), unavailable);
    const events = surroundings.stdout.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ event }) => event)).toEqual(['data', 'start', 'epoch', 'result']);
    expect(events.map(({ dataset }) => dataset)).toEqual(['digits', 'digits', 'digits', 'digits']);
    expect(events[0]).toEqual({
      event: 'data',
      requested: 'mnist',
      dataset: 'digits',
      unavailable: 'a long sentence',
      source: 'somewhere',
      trainImages: 60,
      testImages: 1,
    });
    expect(events[2]).toMatchObject({ epoch: 1, epochs: 2, figures: { loss: 0.25, acc: 0.9 } });
    expect(events[3]).toMatchObject({
      testAccuracy: 0.98051,
      testLoss: 0.07,
      testImages: 1,
      updates: 4,
      updatesBefore: 0,
      secondsPerEpoch: [0.5, 0.7],
      saved: null,
      backend,
    });
    expect(surroundings.stderr.text).toMatch(/^\repoch 1\/2 \[=+>\.+\] .*\u001b\[K\r\u001b\[K$/);
  });

  it('says where it stopped', () => {
    const surroundings = new KeptSurroundings();
    createReport(true, surroundings).stopped(null);
    expect(JSON.parse(surroundings.stdout.text)).toEqual({ event: 'stopped', epoch: 0, step: 0, updates: 0 });
  });
});
