// Checkpoints: all that training changes, as one tree of named tensors in one safetensors file, written so that a file of
// that name is whole at every moment. Training that goes on from one ends with the same bits as if it had never stopped.
//
// model/<weight>  optimizer/<state>  generators/default  generators/<layer>/<number>  callbacks/<number>/<name>
// and within an epoch: generators/epoch (draws the epoch's order again)  metrics/<metric>/<number> (its sums so far).
// The header's metadata has the model's layers, how it was compiled, and the place in the training as JSON.

import { platform } from '#platform';
import { ArgumentError } from '../../contract/errors.js';
import { FormatError, quoted } from '../../io/errors.js';
import { pathOf, readModelFile, type FileOptions } from '../../io/files.js';
import { isObject, parseJson, type Json, type JsonObject } from '../../io/json.js';
import { decode, encode, type Safetensors } from '../../io/safetensors.js';
import { DEFAULT_MAXIMUM_BYTES } from '../../platform/platform.js';
import { defaultGenerator } from '../../tensor/generator.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import type { Config } from '../config/fields.js';
import type { Compiled } from '../models/compiled.js';
import type { Model } from '../models/model.js';
import type { CallbackState, Place, Resumption } from '../models/place.js';
import { topologyOf, userDefined } from './save.js';
import { checkSeal, noDigest, seal } from './seal.js';
import { trainingConfigOf } from './training-config.js';
import { assignAll, matched, weightPrefix } from './weights.js';

const format = 'hebb-checkpoint';
const callbackPrefix = 'callbacks/';

/** The Variables of the tree, by name. */
function variablesOf(model: Model, compiled: Compiled, withinEpoch: boolean): Map<string, Variable> {
  const tree = new Map<string, Variable>();
  const add = (name: string, variable: Variable): void => {
    if (tree.has(name))
      throw new ArgumentError(`checkpoint: two tensors are called ${name}; names of layers must differ.`);
    tree.set(name, variable);
  };
  for (const layer of model.layers) {
    for (const weight of layer.weights) add(`${weightPrefix}${weight.name}`, weight);
    layer.generators.forEach((generator, i) => add(`generators/${layer.name}/${i}`, generator.state));
  }
  for (const variable of compiled.optimizer.state_) add(`optimizer/${variable.name}`, variable);
  // A layer cannot take these names: its generators have a number behind theirs.
  add('generators/default', defaultGenerator().state);
  if (!withinEpoch) return tree;
  add('generators/epoch', compiled.steps.epochStart);
  const { loss, watched } = compiled.training;
  [loss, ...watched.map(({ metric }) => metric)].forEach((metric, i) =>
    metric.variables.forEach((variable, j) => add(`metrics/${i}/${j}`, variable)),
  );
  return tree;
}

function trainingConfigOrNull(compiled: Compiled): JsonObject | null {
  try {
    return trainingConfigOf(compiled);
  } catch (error) {
    // A loss that is a function: the program that goes on training has it.
    if (error instanceof ArgumentError) return null;
    throw error;
  }
}

const untouched: Place = { epoch: 0, step: 0, batchSize: 0, samples: 0, shuffle: true, stopped: false };

/** `model.saveCheckpoint`: see there. */
export async function saveCheckpoint(model: Model, path: string): Promise<void> {
  const compiled = model.compiled_('saveCheckpoint');
  const file = pathOf(path, 'saveCheckpoint');
  const place = model.place_?.() ?? untouched;
  const tensors = new Map<string, Tensor>();
  for (const [name, variable] of variablesOf(model, compiled, place.step > 0))
    tensors.set(name, variable.snapshot_());
  // Between resumeFrom and fit the callbacks have not got their states yet.
  const states = model.resumption_?.callbacks ?? model.callbacks_?.saveStates() ?? [];
  const callbacks = states.map(({ name, state }, i) => {
    for (const [key, tensor] of Object.entries(state.tensors ?? {})) {
      tensors.set(`${callbackPrefix}${i}/${key}`, tensor.snapshot_());
    }
    return { name, values: state.values ?? {} };
  });
  const bytes = encode(tensors, {
    format,
    version: '1',
    sha256: noDigest,
    model: JSON.stringify(topologyOf(model)),
    training: JSON.stringify(trainingConfigOrNull(compiled)),
    place: JSON.stringify(place),
    callbacks: JSON.stringify(callbacks),
    user: JSON.stringify(userDefined(model) ?? null),
  });
  await seal(bytes);
  await platform.makeDirectory(platform.splitPath(file)[0]);
  await platform.writeFileAtomic(file, bytes);
}

/** What a checkpoint file holds, checked by itself. */
export interface Checkpoint {
  readonly file: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly topology: Json;
  /** null where the loss was a function. */
  readonly training: JsonObject | null;
  readonly place: Place;
  readonly callbacks: readonly { readonly name: string; readonly values: Config }[];
  /** What the user keeps with the model. */
  readonly user: JsonObject | undefined;
}

/**
 * Reads a checkpoint.
 * @throws FormatError if it is none, or damaged
 */
export async function readCheckpoint(file: string, { maximumBytes }: FileOptions = {}): Promise<Checkpoint> {
  const bytes = await readModelFile(file, maximumBytes ?? DEFAULT_MAXIMUM_BYTES);
  const { tensors, metadata } = decode(bytes, file);
  if (metadata.get('format') !== format) {
    throw new FormatError(
      file,
      'it holds tensors, but is not a checkpoint; for weights alone use model.loadWeights',
    );
  }
  await checkSeal(bytes, file);
  if (metadata.get('version') !== '1') {
    throw new FormatError(file, `expected a checkpoint of version 1, got ${quoted(metadata.get('version'))}`);
  }
  const training = readPart(metadata, 'training', file);
  const user = readPart(metadata, 'user', file);
  return {
    file,
    tensors,
    topology: readPart(metadata, 'model', file),
    training: isObject(training) ? training : null,
    place: readPlace(readPart(metadata, 'place', file), file),
    callbacks: readCallbacks(readPart(metadata, 'callbacks', file), file),
    user: isObject(user) ? user : undefined,
  };
}

function readPart(metadata: Safetensors['metadata'], name: string, file: string): Json {
  return parseJson(new TextEncoder().encode(metadata.get(name) ?? 'null'), `${file}: ${name}`);
}

function readPlace(given: Json, file: string): Place {
  const isCount = (x: Json | undefined): boolean => Number.isSafeInteger(x) && (x as number) >= 0;
  const isFlag = (x: Json | undefined): boolean => typeof x === 'boolean';
  const fits =
    isObject(given) &&
    [given.epoch, given.step, given.batchSize, given.samples].every(isCount) &&
    [given.shuffle, given.stopped].every(isFlag);
  if (!fits) throw new FormatError(file, `expected a place in the training, got ${quoted(given)}`);
  return given as unknown as Place;
}

function readCallbacks(given: Json, file: string): Checkpoint['callbacks'] {
  const fits = (x: Json): boolean => isObject(x) && typeof x.name === 'string' && isObject(x.values);
  if (!Array.isArray(given) || !given.every(fits))
    throw new FormatError(file, 'expected a list of callbacks');
  return given as unknown as Checkpoint['callbacks'];
}

/** Names of the layers in a topology, in order. */
function layerNames(topology: Json): string[] {
  const config = isObject(topology) && isObject(topology.config) ? topology.config : {};
  const saved = Array.isArray(config.layers) ? config.layers : [];
  return saved.map((layer) => (isObject(layer) && isObject(layer.config) ? String(layer.config.name) : ''));
}

/**
 * Names in the tree of a checkpoint -> names in the tree of a model with as many layers. Layers that were given no name
 * are numbered through in a process: the same model, made a second time, has others.
 */
function renaming(topology: Json, model: Model): (name: string) => string {
  const before = layerNames(topology);
  if (before.length !== model.layers.length) return (name) => name;
  const now = new Map(before.map((name, i) => [name, model.layers[i].name]));
  return (name) => {
    const prefix = /^(?:model|optimizer|generators)\//.exec(name)?.[0];
    if (prefix === undefined) return name;
    const rest = name.slice(prefix.length);
    // A layer's name may have slashes, too.
    for (let at = rest.lastIndexOf('/'); at > 0; at = rest.lastIndexOf('/', at - 1)) {
      const layer = now.get(rest.slice(0, at));
      if (layer !== undefined) return `${prefix}${layer}${rest.slice(at)}`;
    }
    return name;
  };
}

/**
 * Puts a model into the state of a checkpoint: its next `fit` goes on from there.
 * @throws FormatError if it is of another model; then nothing is changed
 */
export function restoreCheckpoint(model: Model, checkpoint: Checkpoint): Place {
  const { file, place } = checkpoint;
  const compiled = model.compiled_('resumeFrom');
  const tree = variablesOf(model, compiled, place.step > 0);
  const states: Record<string, Tensor>[] = checkpoint.callbacks.map(() => ({}));
  const values = new Map<string, Tensor>();
  const rename = renaming(checkpoint.topology, model);
  for (const [name, tensor] of checkpoint.tensors) {
    const state = name.startsWith(callbackPrefix) ? /^callbacks\/(\d+)\/(.+)$/s.exec(name) : null;
    const owner = state && states[Number(state[1])];
    if (owner) owner[state[2]] = tensor;
    else values.set(rename(name), tensor);
  }
  const iterations = values.get('optimizer/iter')?.array_('load')[0] ?? 0;
  if (iterations < 0) throw new FormatError(file, `the optimizer cannot have made ${iterations} steps`);
  assignAll(matched([...tree], values, file, { exact: true }));
  compiled.optimizer.restored_();
  const callbacks = checkpoint.callbacks.map(
    ({ name, values: numbers }, i): Resumption['callbacks'][number] => {
      const state: CallbackState = { values: numbers, tensors: states[i] };
      return { name, state };
    },
  );
  model.resumption_ = { place, callbacks };
  model.place_ = () => place;
  return place;
}
