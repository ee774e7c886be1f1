// The data sets by name, as plain arrays.

import { ArgumentError } from '../contract/errors.js';
import { unknownName } from '../platform/suggest.js';
import { fashionMnist, mnist, type DatasetOptions } from './datasets.js';
import { digits, drawDigits, type DigitsOptions } from './digits.js';
import type { PlainDataset } from './plain-array.js';

const LOADERS = {
  mnist,
  'fashion-mnist': fashionMnist,
  digits,
} as const satisfies Record<string, (options: DatasetOptions & DigitsOptions) => Promise<PlainDataset>>;

/** Names that `datasets.load` knows. */
export type DatasetName = keyof typeof LOADERS;

function isDatasetName(name: string): name is DatasetName {
  return Object.hasOwn(LOADERS, name);
}

/** The methods of `datasets`, with plain arrays as results. */
export const plainDatasets = {
  mnist,
  fashionMnist,
  digits,
  drawDigits,
  names: Object.keys(LOADERS) as readonly DatasetName[],

  async load(name: string, options: DatasetOptions & DigitsOptions = {}): Promise<PlainDataset> {
    if (!isDatasetName(name)) throw new ArgumentError(unknownName('dataset', name, plainDatasets.names));
    return LOADERS[name](options);
  },
};
