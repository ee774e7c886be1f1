// What runs in the browser: the conformance sweep on both builds of the WebAssembly backend, one thread and two, against
// the TypeScript backend; then some steps of training with the package as it is published. run.mjs bundles it, opens it,
// and gets the report.

import * as hebb from 'hebb';
import { JsBackend } from '../../src/backend/js/backend.js';
import { createWasmBackend } from '../../src/backend/wasm.js';
import type { TypedArray } from '../../src/contract/dtypes.js';
import { platform } from '../../src/platform/browser.js';
import { cases, copies, type Case } from '../support/cases.js';
import { advanced, asProgram, executed, faults } from '../support/executing.js';
import { largeCases } from '../support/large-cases.js';
import { gather } from '../support/threads.js';

/** What run.mjs gets. */
export interface Report {
  readonly isolated: boolean;
  readonly configurations: readonly string[];
  readonly cases: number;
  /** One line for each thing that is wrong. */
  readonly faults: readonly string[];
  /** Of the package: what it runs on, and the losses of its epochs. */
  readonly backend: unknown;
  readonly losses: readonly number[];
  readonly weights: number;
  readonly longestDelay: number;
}

const found: string[] = [];
const configurations: string[] = [];

/** What the definition makes of the cases. */
const js = new JsBackend();
const small = cases();
const large = largeCases();
const defined = new Map<Case, TypedArray[]>();

function check(condition: boolean, what: string): void {
  if (!condition) found.push(what);
}

async function sweep(isa: string, threads: number): Promise<void> {
  const backend = createWasmBackend({ isa, threads });
  const there = globalThis.crossOriginIsolated ? threads : 1;
  const name = `${backend.name} ${backend.isa} x${backend.threads}`;
  configurations.push(name);
  check(backend.isa === isa && backend.threads === there, `${name}: ${isa} x${there} was to be had`);
  check(backend.notes.length === (there === threads ? 0 : 1), `${name}: notes ${backend.notes.join()}`);
  await gather(backend);
  check(backend.threadsPresent === there, `${name}: ${backend.threadsPresent} threads have come`);
  for (const c of [...small, ...large]) {
    const wanted = defined.get(c) ?? executed(js, c);
    defined.set(c, wanted);
    const arrays = executed(backend, c);
    const inSlices = small.includes(c) ? advanced(backend, c, { budget: 0 }) : await inBackground(backend, c);
    const list = [
      ...faults(c, arrays, wanted, 'within the tolerance'),
      ...faults(c, inSlices, arrays, 'to the bit'),
    ];
    found.push(...list.map((fault) => `${name}: ${fault}`));
  }
}

async function inBackground(backend: ReturnType<typeof createWasmBackend>, c: Case): Promise<TypedArray[]> {
  const arrays = copies(c);
  const executable = backend.load(asProgram(c.words));
  const run = executable.start(arrays);
  while ((await run.advanceAsync({ budget: 5 })) === 'yielded');
  run.close();
  executable.dispose();
  return arrays;
}

/** An array of the MNIST format, as the server has it. */
async function idx(name: string, header: number): Promise<Uint8Array> {
  const packed = await platform.readFile(`/mnist/${name}.gz`);
  return (await platform.gunzip(packed)).subarray(header);
}

/** Digits of MNIST, or, where the server has none, noise of their shape. */
async function digits(count: number): Promise<{ images: hebb.Tensor; labels: hebb.Tensor }> {
  if (!(await platform.exists('/mnist/train-images-idx3-ubyte.gz'))) {
    return {
      images: hebb.cast(hebb.randomUniform([count, 28, 28], 0, 256, 'int32', 1), 'uint8'),
      labels: hebb.randomUniform([count], 0, 10, 'int32', 2),
    };
  }
  const images = (await idx('train-images-idx3-ubyte', 16)).slice(0, count * 784);
  const labels = (await idx('train-labels-idx1-ubyte', 8)).slice(0, count);
  return {
    images: hebb.tensor(images, [count, 28, 28], 'uint8'),
    labels: hebb.tensor(Int32Array.from(labels), [count], 'int32'),
  };
}

async function train(): Promise<Pick<Report, 'backend' | 'losses' | 'weights' | 'longestDelay'>> {
  let early = '';
  try {
    hebb.add(1, 2);
  } catch (error) {
    early = String(error);
  }
  check(early.includes('await ready()'), `an operation before ready() says: ${early}`);
  await hebb.ready();
  hebb.setSeed(1);
  const model = hebb.sequential({
    layers: [
      hebb.layers.flatten({ inputShape: [28, 28] }),
      hebb.layers.rescaling({ scale: 1 / 255 }),
      hebb.layers.dense({ units: 512, activation: 'relu' }),
      hebb.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: 'rmsprop', loss: 'sparseCategoricalCrossentropy' });
  const { images, labels } = await digits(12_800);
  let last = performance.now();
  let longestDelay = 0;
  const timer = setInterval(() => {
    longestDelay = Math.max(longestDelay, performance.now() - last);
    last = performance.now();
  }, 1);
  const { history } = await model.fit(images, labels, { epochs: 2, batchSize: 128 });
  clearInterval(timer);
  const weights = Array.from(model.layers[2].getWeights()[0].dataSync());
  return {
    backend: hebb.backendInfo(),
    losses: history.loss.map(Number),
    weights: weights.reduce((sum, w, i) => sum + w * Math.cos(i), 0),
    longestDelay,
  };
}

async function report(): Promise<Report> {
  await platform.prepare();
  for (const isa of ['simd', 'relaxed-simd']) for (const threads of [1, 2]) await sweep(isa, threads);
  const trained = await train();
  return {
    isolated: globalThis.crossOriginIsolated,
    configurations,
    cases: small.length + large.length,
    faults: found.slice(0, 20),
    ...trained,
  };
}

const send = (what: object): Promise<unknown> =>
  fetch('/report', { method: 'POST', body: JSON.stringify(what) });
report().then(send, (error: unknown) =>
  send({ error: error instanceof Error ? error.stack : String(error) }),
);
