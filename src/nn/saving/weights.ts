// `model.saveWeights` and `model.loadWeights`: weights by name in a safetensors file.

import { DEFAULT_MAXIMUM_BYTES } from '../../platform/platform.js';
import { platform } from '#platform';
import { newArray, type TypedArray } from '../../contract/dtypes.js';
import { FormatError, quoted } from '../../io/errors.js';
import { pathOf, readModelFile, type FileOptions } from '../../io/files.js';
import { decode, encode, type Safetensors } from '../../io/safetensors.js';
import { sameShape, showShape } from '../../tensor/shapes.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import type { Model } from '../models/model.js';
import { namedWeights } from './save.js';

/** Prefix of the weights in a checkpoint. */
export const weightPrefix = 'model/';

/** How `model.loadWeights` loads. */
export interface LoadWeightsOptions extends FileOptions {
  /** Whether the file must have the model's weights and no others; default true. */
  strict?: boolean;
}

/** `model.saveWeights`: see there. */
export async function saveWeights(model: Model, path: string): Promise<void> {
  const tensors = new Map(namedWeights(model).map(({ name, tensor }) => [name, tensor]));
  const file = pathOf(path, 'saveWeights');
  await platform.makeDirectory(platform.splitPath(file)[0]);
  await platform.writeFileAtomic(file, encode(tensors, { format: 'hebb' }));
}

/** Reads a safetensors file. */
export async function readSafetensors(
  path: string,
  maximumBytes = DEFAULT_MAXIMUM_BYTES,
): Promise<Safetensors> {
  return decode(await readModelFile(path, maximumBytes), path);
}

/** `model.loadWeights`: see there. */
export async function loadWeights(
  model: Model,
  path: string,
  options: LoadWeightsOptions = {},
): Promise<void> {
  if (!model.built) model.build();
  const file = pathOf(path, 'loadWeights');
  const { tensors, metadata } = await readSafetensors(file, options.maximumBytes);
  const weights =
    metadata.get('format') === 'hebb-checkpoint'
      ? new Map(
          [...tensors]
            .filter(([name]) => name.startsWith(weightPrefix))
            .map(([name, tensor]) => [name.slice(weightPrefix.length), tensor]),
        )
      : tensors;
  const own = model.layers.flatMap((layer) => layer.weights);
  const targets = own.map((variable): [string, Variable] => [variable.name, variable]);
  assignAll(matched(targets, weights, file, { strict: options.strict ?? true }));
}

/** How `matched` compares. */
interface Matching {
  /** Whether there may be neither more nor fewer values than Variables; default true. */
  readonly strict?: boolean;
  /** Whether values of another dtype are refused rather than converted; default false. */
  readonly exact?: boolean;
}

/**
 * Variables with the values that a file has for them, checked, in the Variables' dtypes.
 * @throws FormatError if one is missing, left over or of another shape
 */
export function matched(
  targets: readonly (readonly [name: string, variable: Variable])[],
  values: ReadonlyMap<string, Tensor>,
  source: string,
  { strict = true, exact = false }: Matching = {},
): [Variable, TypedArray][] {
  const pairs: [Variable, TypedArray][] = [];
  const wanted = new Set<string>();
  for (const [name, variable] of targets) {
    wanted.add(name);
    const value = values.get(name);
    if (!value) {
      if (strict) throw new FormatError(source, `it lacks ${quoted(name)}; is it of another model?`);
      continue;
    }
    if (!sameShape(value.shape, variable.shape) || (exact && value.dtype !== variable.dtype)) {
      const show = ({ shape, dtype }: Tensor): string =>
        `${exact ? `${dtype} of ` : ''}shape ${showShape(shape)}`;
      throw new FormatError(source, `${quoted(name)} has ${show(value)}, the model's has ${show(variable)}`);
    }
    const elements = newArray(variable.dtype, variable.size);
    elements.set(value.array_('load'));
    pairs.push([variable, elements]);
  }
  const extra = strict ? [...values.keys()].find((name) => !wanted.has(name)) : undefined;
  if (extra !== undefined) throw new FormatError(source, `it has ${quoted(extra)}, which the model does not`);
  return pairs;
}

/** Sets all of them; nothing can go wrong any more. */
export function assignAll(pairs: readonly (readonly [Variable, TypedArray])[]): void {
  for (const [variable, elements] of pairs) variable.write_(elements);
}
