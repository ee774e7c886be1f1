// What data sources give: a typed array with its shape, nothing more. Tensors are made from it by whoever trains.

/** The element types data comes in, and the typed array that holds each. */
export interface PlainArrayTypes {
  uint8: Uint8Array;
  int32: Int32Array;
  float32: Float32Array;
  float64: Float64Array;
}

/** Name of an element type. */
export type PlainDataType = keyof PlainArrayTypes;

/** A contiguous, row-major array: `data.length` is the product of `shape`. */
export interface PlainArray<T extends PlainDataType = PlainDataType> {
  dtype: T;
  shape: number[];
  data: PlainArrayTypes[T];
}

/** Pictures and what they show. */
export interface PlainImages {
  /** Brightness, 0 (background) to 255 (ink); shape [count, height, width]. */
  images: PlainArray<'uint8'>;
  /** Index into the data set's `classNames`; shape [count]. */
  labels: PlainArray<'uint8'>;
}

/** A data set of labelled images, in memory. */
export interface PlainDataset {
  /** Which one it is: `'mnist'`, `'fashion-mnist'` or `'digits'`. */
  name: string;
  /** For training. */
  train: PlainImages;
  /** Held out, for measuring what was learnt. */
  test: PlainImages;
  /** What each label means. */
  classNames: string[];
  /** Where this data came from, readable: a directory, what was downloaded, or that Hebb drew it. */
  source: string;
}
