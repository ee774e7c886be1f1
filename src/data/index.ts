// The data sets behind `datasets`, by method and by name.

import { unknownName } from '../platform/suggest.js';
import { fashionMnist, mnist, type DatasetOptions } from './datasets.js';
import { digits, drawDigits, type DigitsOptions } from './digits.js';
import type { Dataset } from './plain-array.js';

export type { DatasetOptions, DatasetProgress } from './datasets.js';
export type { DigitsOptions, DrawDigitsOptions } from './digits.js';
export { DataFormatError, DatasetUnavailableError } from './errors.js';
export { decodeIdx, encodeIdx, readIdx, writeIdx } from './idx.js';
export type { Dataset, LabelledImages, PlainArray, PlainArrayTypes, PlainDataType } from './plain-array.js';

const LOADERS = {
  mnist,
  'fashion-mnist': fashionMnist,
  digits,
} as const satisfies Record<string, (options: DatasetOptions & DigitsOptions) => Promise<Dataset>>;

/** Names that `datasets.load` knows. */
export type DatasetName = keyof typeof LOADERS;

/** The data sets: labelled images as plain uint8 arrays. */
export const datasets = {
  mnist,
  fashionMnist,
  digits,
  drawDigits,
  /** Names that `load` knows. */
  names: Object.keys(LOADERS) as readonly DatasetName[],

  /**
   * A data set by its name: `'mnist'`, `'fashion-mnist'` or `'digits'`, with the options of the method it stands
   * for; the others are ignored.
   *
   * @throws RangeError when there is no data set of that name; the nearest one is suggested
   */
  async load(name: string, options: DatasetOptions & DigitsOptions = {}): Promise<Dataset> {
    if (!isDatasetName(name)) throw new RangeError(unknownName('dataset', name, datasets.names));
    return LOADERS[name](options);
  },
};

function isDatasetName(name: string): name is DatasetName {
  return Object.hasOwn(LOADERS, name);
}
