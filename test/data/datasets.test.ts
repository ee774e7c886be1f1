import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  DataFormatError,
  DatasetUnavailableError,
  writeIdx,
  type DatasetProgress,
} from '../../src/data/index.js';
import { ArgumentError } from '../../src/contract/errors.js';
import { plainDatasets as datasets } from '../../src/data/loaders.js';

const collection = process.env.HEBB_DATASETS;
const hasMnist = collection !== undefined && collection !== '';
const debianFashion = '/usr/share/datasets/fashion-mnist';
const hasFashion = existsSync(debianFashion);
if (!hasMnist) console.warn('skipped: tests of the real MNIST, as HEBB_DATASETS is not set');
if (!hasFashion) console.warn(`skipped: the test of the real Fashion-MNIST, as there is no ${debianFashion}`);

let directory: string;
let cache: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hebb-datasets-'));
  cache = join(directory, 'cache', 'hebb', 'datasets');
  vi.stubEnv('XDG_CACHE_HOME', join(directory, 'cache'));
  vi.stubEnv('HEBB_DATASETS', '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

interface Contents {
  trainCount?: number;
  trainLabels?: number[];
  size?: number;
  ending?: string;
}

/** Writes four small files of the right kind into a new directory. */
async function writeDataset(name: string, contents: Contents = {}): Promise<string> {
  const { trainCount = 3, size = 28, ending = '' } = contents;
  const { trainLabels = Array.from({ length: trainCount }, (_, index) => index % 10) } = contents;
  const target = join(directory, name);
  await mkdir(target, { recursive: true });
  const images = (count: number): { dtype: 'uint8'; shape: number[]; data: Uint8Array } => ({
    dtype: 'uint8',
    shape: [count, size, size],
    data: new Uint8Array(count * size * size).fill(count),
  });
  const labels = (values: number[]): { dtype: 'uint8'; shape: number[]; data: Uint8Array } => ({
    dtype: 'uint8',
    shape: [values.length],
    data: Uint8Array.from(values),
  });
  await writeIdx(join(target, `train-images-idx3-ubyte${ending}`), images(trainCount));
  await writeIdx(join(target, `train-labels-idx1-ubyte${ending}`), labels(trainLabels));
  await writeIdx(join(target, `t10k-images-idx3-ubyte${ending}`), images(2));
  await writeIdx(join(target, `t10k-labels-idx1-ubyte${ending}`), labels([9, 0]));
  return target;
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const thrown: unknown = await promise.catch((reason: unknown) => reason);
  expect(thrown).toBeInstanceOf(Error);
  return thrown as Error;
}

describe('looking for a data set', () => {
  it.each(['', '.gz'])('finds files with the ending %j', async (ending) => {
    const place = await writeDataset('given', { ending });
    const { name, train, test, classNames, source } = await datasets.mnist({ directory: place });
    expect({ name, source, classes: classNames.length }).toEqual({
      name: 'mnist',
      source: place,
      classes: 10,
    });
    expect(train.images.shape).toEqual([3, 28, 28]);
    expect(train.images.data).toEqual(new Uint8Array(3 * 784).fill(3));
    expect(train.labels).toEqual({ dtype: 'uint8', shape: [3], data: Uint8Array.of(0, 1, 2) });
    expect(test.labels.data).toEqual(Uint8Array.of(9, 0));
  });

  it('takes the directory given, then HEBB_DATASETS, then the cache', async () => {
    const inCache = await writeDataset('cache/hebb/datasets/fashion-mnist');
    expect((await datasets.fashionMnist({ download: false })).source).toBe(inCache);
    const inCollection = await writeDataset('collection/fashion-mnist');
    vi.stubEnv('HEBB_DATASETS', join(directory, 'collection'));
    expect((await datasets.fashionMnist({ download: false })).source).toBe(inCollection);
    const given = await writeDataset('given');
    const options = { directory: given, download: false };
    expect((await datasets.fashionMnist(options)).source).toBe(given);
    expect((await datasets.load('fashion-mnist', options)).source).toBe(given);
  });

  it('passes over a directory that lacks a file, and says so if there is no other', async () => {
    const place = await writeDataset('given');
    await rm(join(place, 't10k-labels-idx1-ubyte'));
    vi.stubEnv('HEBB_DATASETS', join(directory, 'collection'));
    const error = await failureOf(datasets.mnist({ directory: place, download: false }));
    expect(error).toBeInstanceOf(DatasetUnavailableError);
    expect(error.message).toBe(
      `MNIST is not on this machine (looked in ${place} (lacks t10k-labels-idx1-ubyte), ` +
        `${join(directory, 'collection', 'mnist')}, ${join(cache, 'mnist')}, /usr/share/datasets/mnist) and ` +
        'downloading was not allowed; put train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz], ' +
        't10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz] into one of these directories, name another one ' +
        'by {directory}, or set HEBB_DATASETS to the directory that contains mnist/',
    );
    const { dataset, directories } = error as DatasetUnavailableError;
    expect(dataset).toBe('mnist');
    expect(directories).toHaveLength(4);
  });

  it('suggests the nearest name for an unknown one', async () => {
    await expect(datasets.load('fashion_mnits')).rejects.toThrow(
      new ArgumentError(
        "unknown dataset 'fashion_mnits': did you mean 'fashion-mnist'? (there are: mnist, fashion-mnist, digits)",
      ),
    );
    await expect(datasets.load('toString')).rejects.toThrow("unknown dataset 'toString' (there are:");
    expect((await datasets.load('digits', { count: 2 })).name).toBe('digits');
  });
});

describe('files that are there but wrong', () => {
  it.each<[string, Contents, string, string]>([
    [
      'images of another size',
      { size: 32 },
      'train-images-idx3-ubyte',
      'expected uint8 images [*, 28, 28] of MNIST, got uint8 [3, 32, 32]',
    ],
    ['no images', { trainCount: 0 }, 'train-images-idx3-ubyte', 'it holds no images'],
    [
      'a label out of range',
      { trainLabels: [0, 10, 1] },
      'train-labels-idx1-ubyte',
      'expected labels from 0 to 9, got 10 at index 1',
    ],
  ])('%s', async (_, contents, file, problem) => {
    const place = await writeDataset('given', contents);
    const error = await failureOf(datasets.mnist({ directory: place }));
    expect(error).toBeInstanceOf(DataFormatError);
    expect(error.message).toBe(`${join(place, file)}: ${problem}`);
  });

  it('fewer labels than images', async () => {
    const place = await writeDataset('given', { trainLabels: [1, 2] });
    const labels = join(place, 'train-labels-idx1-ubyte');
    const images = join(place, 'train-images-idx3-ubyte');
    await expect(datasets.mnist({ directory: place })).rejects.toThrow(
      `${labels}: expected uint8 labels [3], one for each image of ${images}, got uint8 [2]`,
    );
  });

  it('a truncated file', async () => {
    const place = await writeDataset('given');
    const path = join(place, 't10k-images-idx3-ubyte');
    await writeFile(path, (await readFile(path)).subarray(0, 1000));
    await expect(datasets.mnist({ directory: place })).rejects.toThrow(
      `${path}: truncated IDX file: expected 1584 bytes for shape [2, 28, 28] of uint8, got 1000`,
    );
  });
});

describe('downloading a data set', () => {
  let server: Server;
  let mirror: string;
  /** What the server gives for each file; a missing one is a 404, an empty one hangs. */
  const pages = new Map<string, Uint8Array>();
  const requests: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      const page = pages.get(basename(request.url ?? ''));
      if (page === undefined) response.writeHead(404).end();
      else if (page.length > 0) response.end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  beforeEach(() => {
    pages.clear();
    requests.length = 0;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('that is not to be had: one sentence with every address tried', async () => {
    const error = await failureOf(datasets.mnist({ mirrors: [`${mirror}first`, `${mirror}second/`] }));
    expect(error).toBeInstanceOf(DatasetUnavailableError);
    expect(error.message).toContain(
      `and cannot download ${mirror}first/train-images-idx3-ubyte.gz: the server answered 404 Not Found; ` +
        `cannot download ${mirror}second/train-images-idx3-ubyte.gz: the server answered 404 Not Found; put `,
    );
  });

  it('that is another one: nothing is kept', async () => {
    const page = Uint8Array.of(1, 2, 3);
    pages.set('train-images-idx3-ubyte.gz', page);
    const error = await failureOf(datasets.mnist({ mirrors: [mirror] }));
    expect(error).toBeInstanceOf(DatasetUnavailableError);
    const digest = createHash('sha256').update(page).digest('hex');
    expect(error.message).toContain(`the file has changed or was damaged: expected SHA-256 440fcabf`);
    expect(error.message).toContain(`got ${digest}`);
    expect(await readdir(join(cache, 'mnist'))).toEqual([]);
  });

  it('from a server that hangs', async () => {
    pages.set('train-images-idx3-ubyte.gz', new Uint8Array(0));
    const error = await failureOf(datasets.mnist({ mirrors: [mirror], timeout: 50 }));
    expect(error).toBeInstanceOf(DatasetUnavailableError);
    expect(error.message).toContain('the server sent nothing for 0.05 s');
  });

  it('into a cache that cannot be written', async () => {
    await writeFile(join(directory, 'cache'), 'a file in the place of the directory');
    const error = await failureOf(datasets.mnist({ mirrors: [mirror] }));
    expect(error).toBeInstanceOf(DatasetUnavailableError);
    expect(error.message).toContain(`cannot make directory ${join(cache, 'mnist')}: `);
    expect(requests).toEqual([]);
  });

  it('that is aborted: with the reason given', async () => {
    pages.set('train-images-idx3-ubyte.gz', new Uint8Array(0));
    const abort = new AbortController();
    const reason = new Error('no longer wanted');
    setTimeout(() => abort.abort(reason), 30);
    await expect(datasets.mnist({ mirrors: [mirror], signal: abort.signal })).rejects.toBe(reason);
  });

  it.skipIf(!hasMnist)('fetches MNIST once, checks it, reports progress and keeps it', async () => {
    const real = join(collection ?? '', 'mnist');
    for (const file of await readdir(real)) pages.set(file, await readFile(join(real, file)));
    const lacking = pages.get('t10k-labels-idx1-ubyte.gz');
    expect(lacking).toBeDefined();

    // The last file is not to be had: what has arrived is kept, and not fetched again.
    pages.delete('t10k-labels-idx1-ubyte.gz');
    await failureOf(datasets.mnist({ mirrors: [mirror] }));
    expect(requests).toHaveLength(4);
    pages.set('t10k-labels-idx1-ubyte.gz', lacking ?? new Uint8Array());
    const progress: DatasetProgress[] = [];
    const fetched = await datasets.mnist({ mirrors: [mirror], onProgress: (step) => progress.push(step) });
    expect(requests).toHaveLength(5);
    expect(fetched.source).toBe(`${join(cache, 'mnist')}, downloaded from ${mirror}`);
    expect(fetched.train.images.shape).toEqual([60000, 28, 28]);
    expect(progress.at(-1)).toEqual({
      dataset: 'mnist',
      file: 't10k-labels-idx1-ubyte.gz',
      url: `${mirror}t10k-labels-idx1-ubyte.gz`,
      receivedBytes: 4542,
      totalBytes: 4542,
    });

    const again = await datasets.mnist({ mirrors: [mirror] });
    expect(requests).toHaveLength(5);
    expect(again.source).toBe(join(cache, 'mnist'));
    expect(Buffer.compare(again.test.images.data, fetched.test.images.data)).toBe(0);
    expect(Buffer.compare(again.test.labels.data, fetched.test.labels.data)).toBe(0);
  });
});

describe.skipIf(!hasMnist)('the real MNIST', () => {
  it('is read through HEBB_DATASETS', async () => {
    vi.stubEnv('HEBB_DATASETS', collection ?? '');
    const { train, test, source, classNames } = await datasets.mnist({ download: false });
    expect(source).toBe(join(collection ?? '', 'mnist'));
    expect(classNames[7]).toBe('7');
    expect([train.images.dtype, ...train.images.shape]).toEqual(['uint8', 60000, 28, 28]);
    expect([test.images.dtype, ...test.images.shape]).toEqual(['uint8', 10000, 28, 28]);
    expect([...train.labels.data.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...test.labels.data.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    // Mean and standard deviation that everybody normalises MNIST with, 0.1307 and 0.3081.
    let sum = 0;
    let squares = 0;
    for (const pixel of train.images.data) {
      sum += pixel / 255;
      squares += (pixel / 255) ** 2;
    }
    const mean = sum / train.images.data.length;
    expect(mean).toBeCloseTo(0.1307, 4);
    expect(Math.sqrt(squares / train.images.data.length - mean * mean)).toBeCloseTo(0.3081, 4);
  });

  it('is refused when its files are swapped', async () => {
    const swapped = join(directory, 'swapped');
    await cp(join(collection ?? '', 'mnist'), swapped, { recursive: true });
    const labels = join(swapped, 't10k-labels-idx1-ubyte.gz');
    await cp(join(swapped, 'train-labels-idx1-ubyte.gz'), labels, { force: true });
    await expect(datasets.mnist({ directory: swapped })).rejects.toThrow(
      `${labels}: expected uint8 labels [10000], one for each image of `,
    );
  });
});

describe.skipIf(!hasFashion)('the real Fashion-MNIST', () => {
  it("is read from where Debian's package puts it", async () => {
    const { name, train, test, source, classNames } = await datasets.fashionMnist({ download: false });
    expect([name, source]).toEqual(['fashion-mnist', debianFashion]);
    expect([train.images.shape, test.images.shape]).toEqual([
      [60000, 28, 28],
      [10000, 28, 28],
    ]);
    expect(classNames[test.labels.data[0]]).toBe('Ankle boot');
    const counts = new Array<number>(10).fill(0);
    for (const label of train.labels.data) counts[label]++;
    expect(counts).toEqual(new Array<number>(10).fill(6000));
  });
});
