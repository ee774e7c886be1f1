// The data sets that come as four IDX files: MNIST and Fashion-MNIST. Looked for on this machine first; what is
// downloaded is checked against its digest and kept in the user's cache.

import { platform } from '#platform';
import { reasonOf, type DownloadProgress } from '../platform/platform.js';
import { DataFormatError, DatasetUnavailableError } from './errors.js';
import { readIdx } from './idx.js';
import type { PlainDataset, PlainImages, PlainArray } from './plain-array.js';

/** Where to find a data set, and whether to fetch it. */
export interface DatasetOptions {
  /** A directory that holds the four files; looked in first. In a browser: the address of one. */
  directory?: string;
  /** Whether to download what is not on this machine. Default: true. */
  download?: boolean;
  /** Addresses to download from instead of the public ones, tried in order; a file's name is appended to each. */
  mirrors?: readonly string[];
  /** Longest silence of a server, in milliseconds. Default: 30,000. */
  timeout?: number;
  /** Told how the download comes along. */
  onProgress?: (progress: DatasetProgress) => void;
  /** Stops the download when aborted. */
  signal?: AbortSignal;
}

/** How far the download of a data set has come. */
export interface DatasetProgress {
  /** Name of the data set. */
  dataset: string;
  /** Name of the file being fetched. */
  file: string;
  /** Where it is fetched from. */
  url: string;
  /** Bytes received of all files together. */
  receivedBytes: number;
  /** Bytes of all files that have to be fetched. */
  totalBytes: number;
}

interface RemoteFile {
  name: string;
  bytes: number;
  sha256: string;
}

interface IdxDataset {
  name: 'mnist' | 'fashion-mnist';
  title: string;
  classNames: readonly string[];
  mirrors: readonly string[];
  /** Training images and labels, then test images and labels; names without `.gz`, the rest of the file with it. */
  files: readonly [RemoteFile, RemoteFile, RemoteFile, RemoteFile];
}

// The digests are of the original files of LeCun, Cortes and Burges, whose MD5 are known as
// train images f68b3c2dcbeaaa9fbdd348bbdeb94873, train labels d53e105ee54ea40749a09fcbcd1e9432,
// test images 9fb629c4189551a2d022fa330f9573f3, test labels ec29112dd5afa0611ce80d1b7f02629c.
const MNIST: IdxDataset = {
  name: 'mnist',
  title: 'MNIST',
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  mirrors: [
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
  ],
  files: [
    {
      name: 'train-images-idx3-ubyte',
      bytes: 9912422,
      sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
    },
    {
      name: 'train-labels-idx1-ubyte',
      bytes: 28881,
      sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
    },
    {
      name: 't10k-images-idx3-ubyte',
      bytes: 1648877,
      sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
    },
    {
      name: 't10k-labels-idx1-ubyte',
      bytes: 4542,
      sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
    },
  ],
};

// The digests are of the original files of Xiao, Rasul and Vollgraf, whose published MD5 are
// train images 8d4fb7e6c68d591d4c3dfef9ec88bf0d, train labels 25c81989df183df01b3e8a0aad5dffbe,
// test images bef4ecab320f06d8554ea6380940ec79, test labels bb300cfdad3c16e7a12a480ee83cd310.
// They were computed from those in Debian's package dataset-fashion-mnist, which removed the name and the time from
// the gzip headers: with both put back, all four have these MD5.
const FASHION_MNIST: IdxDataset = {
  name: 'fashion-mnist',
  title: 'Fashion-MNIST',
  classNames: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  mirrors: ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/'],
  files: [
    {
      name: 'train-images-idx3-ubyte',
      bytes: 26421880,
      sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
    },
    {
      name: 'train-labels-idx1-ubyte',
      bytes: 29515,
      sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
    },
    {
      name: 't10k-images-idx3-ubyte',
      bytes: 4422102,
      sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
    },
    {
      name: 't10k-labels-idx1-ubyte',
      bytes: 5148,
      sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
    },
  ],
};

/** Both data sets have images of 28x28; a file of other images under the same name is a mistake worth telling. */
const IMAGE_SIZE = 28;

/**
 * MNIST: 60,000 handwritten digits to train with and 10,000 to test with, 28x28, by LeCun, Cortes and Burges
 * (CC BY-SA 3.0).
 *
 * Looked for in `options.directory`, `$HEBB_DATASETS/mnist`, the user's cache directory and
 * `/usr/share/datasets/mnist`, as .gz or unpacked; else downloaded into the cache (11 MB), unless
 * `download: false`.
 *
 * @throws DatasetUnavailableError when it is neither on this machine nor to be had
 * @throws DataFormatError when a file found is damaged or another one
 * @example
 * const { train, test } = await datasets.mnist();
 * train.images.shape; // [60000, 28, 28]
 */
export function mnist(options: DatasetOptions = {}): Promise<PlainDataset> {
  return load(MNIST, options);
}

/**
 * Fashion-MNIST: 60,000 pictures of clothing to train with and 10,000 to test with, 28x28, ten classes, by Xiao,
 * Rasul and Vollgraf (Zalando Research, MIT licence).
 *
 * Looked for as `mnist` is, under the name `fashion-mnist` (Debian's package dataset-fashion-mnist is found); else
 * downloaded into the cache (31 MB), unless `download: false`.
 *
 * @throws DatasetUnavailableError when it is neither on this machine nor to be had
 * @throws DataFormatError when a file found is damaged or another one
 */
export function fashionMnist(options: DatasetOptions = {}): Promise<PlainDataset> {
  return load(FASHION_MNIST, options);
}

async function load(dataset: IdxDataset, options: DatasetOptions): Promise<PlainDataset> {
  const looked: string[] = [];
  const directories = directoriesOf(dataset, options);
  for (const directory of directories) {
    const paths = await findFiles(dataset, directory);
    const missing = dataset.files.filter((_, index) => paths[index] === undefined);
    if (missing.length === 0) return read(dataset, paths.filter(isFound), directory);
    const lacking =
      missing.length === dataset.files.length
        ? ''
        : ` (lacks ${missing.map((file) => file.name).join(', ')})`;
    looked.push(directory + lacking);
  }
  const cache = cacheDirectory(dataset);
  let why = 'downloading was not allowed';
  let cause: unknown;
  if (cache === undefined) why = 'there is nowhere to download it to';
  else if (options.download !== false) {
    try {
      const mirror = await download(dataset, cache, options);
      const paths = await findFiles(dataset, cache);
      return await read(dataset, paths.filter(isFound), `${cache}, downloaded from ${mirror}`);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      why = reasonOf(error);
      cause = error;
    }
  }
  const names = dataset.files.map((file) => `${file.name}[.gz]`).join(', ');
  throw new DatasetUnavailableError(
    dataset.name,
    directories,
    `${dataset.title} is not on this machine (looked in ${looked.join(', ') || 'no directory'}) and ${why}; put ` +
      `${names} into one of these directories, name another one by {directory}, or set HEBB_DATASETS to the ` +
      `directory that contains ${dataset.name}/`,
    { cause },
  );
}

/** Where to look, in order. A browser has only the address it is given. */
function directoriesOf(dataset: IdxDataset, options: DatasetOptions): string[] {
  const collection = platform.environment('HEBB_DATASETS');
  const places = [
    options.directory,
    collection === undefined ? undefined : platform.joinPath(collection, dataset.name),
    cacheDirectory(dataset),
    platform.hasFiles ? `/usr/share/datasets/${dataset.name}` : undefined,
  ];
  return [...new Set(places.filter(isFound))];
}

function cacheDirectory(dataset: IdxDataset): string | undefined {
  const cache = platform.cacheDirectory();
  return cache === undefined ? undefined : platform.joinPath(cache, 'datasets', dataset.name);
}

/** The path of each of the four files in a directory, gzipped or not, under either spelling in use. */
function findFiles(dataset: IdxDataset, directory: string): Promise<(string | undefined)[]> {
  return Promise.all(
    dataset.files.map(async ({ name }) => {
      for (const spelling of [`${name}.gz`, name, name.replace('-idx', '.idx')]) {
        const path = platform.joinPath(directory, spelling);
        if (await platform.exists(path)) return path;
      }
      return undefined;
    }),
  );
}

function isFound<T>(value: T | undefined): value is T {
  return value !== undefined;
}

/** Fetches the files that the cache lacks; gives the mirror the last one came from. */
async function download(dataset: IdxDataset, cache: string, options: DatasetOptions): Promise<string> {
  await platform.makeDirectory(cache);
  const present = await findFiles(dataset, cache);
  const files = dataset.files.filter((_, index) => present[index] === undefined);
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let finishedBytes = 0;
  let source = '';
  for (const file of files) {
    const onProgress = ({ url, receivedBytes }: DownloadProgress): void =>
      options.onProgress?.({
        dataset: dataset.name,
        file: `${file.name}.gz`,
        url,
        receivedBytes: finishedBytes + receivedBytes,
        totalBytes,
      });
    source = await downloadFromAny(options.mirrors ?? dataset.mirrors, file, cache, {
      ...options,
      onProgress,
    });
    finishedBytes += file.bytes;
  }
  return source;
}

/** Tries one mirror after the other, and says of each why it did not do. */
async function downloadFromAny(
  mirrors: readonly string[],
  file: RemoteFile,
  directory: string,
  options: Pick<DatasetOptions, 'timeout' | 'signal'> & { onProgress: (progress: DownloadProgress) => void },
): Promise<string> {
  const name = `${file.name}.gz`;
  const failures: unknown[] = [];
  for (const mirror of mirrors) {
    try {
      const url = mirror.endsWith('/') ? mirror + name : `${mirror}/${name}`;
      await platform.download(url, platform.joinPath(directory, name), {
        sha256: file.sha256,
        maximumBytes: file.bytes,
        timeout: options.timeout,
        signal: options.signal,
        onProgress: options.onProgress,
      });
      return mirror;
    } catch (error) {
      if (options.signal?.aborted) throw error;
      failures.push(error);
    }
  }
  throw new Error(failures.map(reasonOf).join('; ') || 'there is no address to download it from', {
    cause: failures[0],
  });
}

async function read(dataset: IdxDataset, paths: readonly string[], source: string): Promise<PlainDataset> {
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(
    paths.map((path) => readIdx(path)),
  );
  return {
    name: dataset.name,
    train: labelledImages(dataset, trainImages, paths[0], trainLabels, paths[1]),
    test: labelledImages(dataset, testImages, paths[2], testLabels, paths[3]),
    classNames: [...dataset.classNames],
    source,
  };
}

/** Checks that two arrays are images and as many labels. Their number is free: part of the data serves, too. */
function labelledImages(
  dataset: IdxDataset,
  images: PlainArray,
  imagesPath: string,
  labels: PlainArray,
  labelsPath: string,
): PlainImages {
  const [count, height, width] = images.shape;
  if (!isUint8(images) || images.shape.length !== 3 || height !== IMAGE_SIZE || width !== IMAGE_SIZE) {
    const expected = `uint8 images [*, ${IMAGE_SIZE}, ${IMAGE_SIZE}]`;
    throw new DataFormatError(
      imagesPath,
      `expected ${expected} of ${dataset.title}, got ${describe(images)}`,
    );
  }
  if (count === 0) throw new DataFormatError(imagesPath, 'it holds no images');
  if (!isUint8(labels) || labels.shape.length !== 1 || labels.shape[0] !== count) {
    const expected = `uint8 labels [${count}], one for each image of ${imagesPath}`;
    throw new DataFormatError(labelsPath, `expected ${expected}, got ${describe(labels)}`);
  }
  const classes = dataset.classNames.length;
  const wrong = labels.data.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new DataFormatError(
      labelsPath,
      `expected labels from 0 to ${classes - 1}, got ${labels.data[wrong]} at index ${wrong}`,
    );
  }
  return { images, labels };
}

function isUint8(array: PlainArray): array is PlainArray<'uint8'> {
  return array.dtype === 'uint8';
}

function describe(array: PlainArray): string {
  return `${array.dtype} [${array.shape.join(', ')}]`;
}
