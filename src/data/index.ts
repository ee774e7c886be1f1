// The data sets behind `datasets`, by method and by name, as tensors.

import { ArgumentError } from '../contract/errors.js';
import { unknownName } from '../platform/suggest.js';
import { Tensor } from '../tensor/tensor.js';
import type { DatasetOptions } from './datasets.js';
import type { DigitsOptions, DrawDigitsOptions } from './digits.js';
import { plainDatasets, type DatasetName } from './loaders.js';
import type { PlainArray, PlainDataset, PlainImages } from './plain-array.js';

export {
  CsvTable,
  parseCsv,
  readCsv,
  type CategoryColumn,
  type CsvColumn,
  type CsvOptions,
  type CsvRows,
  type NumberColumn,
} from './csv.js';
export type { DatasetName };
export type { DatasetOptions, DatasetProgress } from './datasets.js';
export type { DigitsOptions, DrawDigitsOptions } from './digits.js';
export { DataFormatError, DatasetUnavailableError } from './errors.js';
export { decodeIdx, encodeIdx, readIdx, writeIdx } from './idx.js';
export type { PlainArray, PlainArrayTypes, PlainDataType } from './plain-array.js';

/** Pictures and what they show. */
export interface LabelledImages {
  /** Brightness, 0 (background) to 255 (ink): uint8 of shape [count, height, width]. */
  readonly images: Tensor;
  /** Index into the data set's `classNames`: uint8 of shape [count]. */
  readonly labels: Tensor;
}

/** A data set of labelled images, in memory. */
export interface Dataset {
  /** Which one it is: `'mnist'`, `'fashion-mnist'` or `'digits'`. */
  readonly name: string;
  /** For training. */
  readonly train: LabelledImages;
  /** Held out, for measuring what was learnt. */
  readonly test: LabelledImages;
  /** What each label means. */
  readonly classNames: string[];
  /** Where this data came from, readable: a directory, what was downloaded, or that Hebb drew it. */
  readonly source: string;
}

function tensorOf({ data, shape, dtype }: PlainArray): Tensor {
  return new Tensor(data, shape, dtype);
}

function imagesOf({ images, labels }: PlainImages): LabelledImages {
  return { images: tensorOf(images), labels: tensorOf(labels) };
}

function datasetOf(plain: PlainDataset): Dataset {
  return { ...plain, train: imagesOf(plain.train), test: imagesOf(plain.test) };
}

const idxOptions: readonly (keyof DatasetOptions)[] = [
  'directory',
  'download',
  'mirrors',
  'timeout',
  'onProgress',
  'signal',
];
const digitsOptions: readonly (keyof DigitsOptions)[] = ['count', 'testCount', 'seed', 'size'];
const drawOptions: readonly (keyof DrawDigitsOptions)[] = ['count', 'first', 'series', 'seed', 'size'];

/** @throws ArgumentError on an option that the method does not have: it is probably mistyped */
function checked<Options extends object>(
  options: Options,
  method: string,
  known: readonly string[],
): Options {
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw new ArgumentError(`datasets.${method}: ${unknownName('option', name, known)}`);
  }
  return options;
}

/** The data sets: labelled images as uint8 tensors. */
export const datasets = {
  /**
   * The 70,000 handwritten digits of MNIST (LeCun, Cortes, Burges): from the directory given, `HEBB_DATASETS/mnist`,
   * the user's cache, `/usr/share/datasets/mnist`, or downloaded into the cache.
   * @throws DatasetUnavailableError where it is nowhere to be had, DataFormatError where a file is damaged
   */
  mnist: async (options: DatasetOptions = {}): Promise<Dataset> =>
    datasetOf(await plainDatasets.mnist(checked(options, 'mnist', idxOptions))),
  /** Fashion-MNIST (Xiao, Rasul, Vollgraf 2017), 70,000 articles of clothing; found like `mnist`. */
  fashionMnist: async (options: DatasetOptions = {}): Promise<Dataset> =>
    datasetOf(await plainDatasets.fashionMnist(checked(options, 'fashionMnist', idxOptions))),
  /** Digits that Hebb draws itself, as many as asked for; the same for a seed everywhere. */
  digits: async (options: DigitsOptions = {}): Promise<Dataset> =>
    datasetOf(await plainDatasets.digits(checked(options, 'digits', digitsOptions))),
  /** A stretch of those digits, drawn at once. */
  drawDigits: (options: DrawDigitsOptions): LabelledImages =>
    imagesOf(plainDatasets.drawDigits(checked(options, 'drawDigits', drawOptions))),
  /** Names that `load` knows. */
  names: plainDatasets.names,
  /**
   * A data set by its name: `'mnist'`, `'fashion-mnist'` or `'digits'`, with the options of the method it stands for;
   * the others are ignored.
   * @throws ArgumentError when there is no data set of that name; the nearest one is suggested
   */
  load: async (name: string, options?: DatasetOptions & DigitsOptions): Promise<Dataset> =>
    datasetOf(await plainDatasets.load(name, options)),
};
