// `loadLayersModel`: a model from what TensorFlow.js, Hebb or TensorFlow's converter saved. A weight is made only where
// the file has it, in the shape that the layer wants, so that a file can make Hebb take no more memory than it has bytes.

import { ArgumentError } from '../../contract/errors.js';
import { DEFAULT_MAXIMUM_BYTES } from '../../platform/platform.js';
import { dtypeBytes, newArray } from '../../contract/dtypes.js';
import { FormatError, quoted } from '../../io/errors.js';
import { elementsOf } from '../../io/elements.js';
import { fileSystem, type FileOptions } from '../../io/files.js';
import type { IOHandler, ModelArtifacts } from '../../io/handlers.js';
import { isObject } from '../../io/json.js';
import { joinWeightData, planWeights, readWeights, type NamedTensor } from '../../io/weights.js';
import { sameShape, showShape } from '../../tensor/shapes.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import type { Config } from '../config/fields.js';
import { resolveLayer, type Layer } from '../layers/index.js';
import { withWeightSource, type WeightSource } from '../layers/source.js';
import { Sequential } from '../models/sequential.js';
import '../serialization.js';
import type { Checkpoint } from './checkpoint.js';
import { fromKeras, type SavedObject } from './config.js';
import { readTrainingConfig } from './training-config.js';
import { assignAll, matched, weightPrefix } from './weights.js';

/** How `loadLayersModel` loads. */
export interface LoadOptions extends FileOptions {
  /** Whether the weights of the file must be those of the model, each once; default true. */
  strict?: boolean;
}

/** More layers than any model has, and few enough to be made in a moment. */
const mostLayers = 10_000;

/**
 * Loads a model that `model.save` (here or in TensorFlow.js) has saved, compiled as it was if the file says how, with its
 * optimizer's state. Classes of one's own have to be made known with `registerClass` before.
 * @param source `file://directory/model.json`, or a handler
 * @throws FormatError if the file is damaged, makes no sense, or needs what Hebb does not have
 * @example const model = await loadLayersModel('file://digits/model.json');
 */
export async function loadLayersModel(
  source: string | IOHandler,
  options: LoadOptions = {},
): Promise<Sequential> {
  const handler = typeof source === 'string' ? fileSystem(source, options) : source;
  if (typeof handler?.load !== 'function') {
    throw new ArgumentError(
      "loadLayersModel: expected 'file://directory/model.json' or a handler with a load method.",
    );
  }
  const artifacts = await handler.load();
  return modelOf(artifacts, typeof source === 'string' ? source : 'model', options);
}

async function modelOf(artifacts: ModelArtifacts, source: string, options: LoadOptions): Promise<Sequential> {
  const { modelTopology, trainingConfig, weightSpecs, weightData, userDefinedMetadata } = artifacts;
  const { strict = true, maximumBytes = DEFAULT_MAXIMUM_BYTES } = options;
  let all: NamedTensor[] | null = null;
  if (weightData !== undefined && weightData !== null) {
    if (!weightSpecs) throw new FormatError(source, 'it has weights, but no specs that say what they are');
    all = readWeights(joinWeightData(weightData, source), planWeights(weightSpecs, source), source);
  }
  const isOptimizer = new Set(
    weightSpecs?.filter((spec) => spec.group === 'optimizer').map((spec) => spec.name),
  );
  const weights = all?.filter(({ name }) => !isOptimizer.has(name)) ?? null;
  const model = modelFromTopology(modelTopology, source, weights, strict, maximumBytes);
  if (userDefinedMetadata) model.setUserDefinedMetadata(userDefinedMetadata);
  if (!trainingConfig) return model;
  if (!model.built)
    throw new FormatError(source, 'it was compiled, but its first layer states no input shape');
  const compileArgs = asFormatError(source, 'training config', () =>
    readTrainingConfig(trainingConfig, source),
  );
  asFormatError(source, 'training config', () => model.compile(compileArgs));
  const state = all?.filter(({ name }) => isOptimizer.has(name)) ?? [];
  if (state.length > 0) await setOptimizerState(model, state, source);
  return model;
}

async function setOptimizerState(model: Sequential, state: NamedTensor[], source: string): Promise<void> {
  const { optimizer } = model;
  const iterations = state.find(({ name }) => name === 'iter')?.tensor;
  const count = iterations?.size === 1 ? iterations.dataSync()[0] : 0;
  if (!iterations || !Number.isInteger(count) || count < 0) {
    throw new FormatError(source, "expected the optimizer's state to begin with its number of steps, iter");
  }
  try {
    // TensorFlow.js makes slots at the first step: before it there is nothing but the count.
    const missing = state.length === 1 ? optimizer.savedState_().slice(1) : [];
    await optimizer.setWeights([...state, ...missing]);
  } catch (error) {
    throw new FormatError(source, `optimizer: ${(error as Error).message}`, { cause: error });
  }
}

/** The model of a checkpoint, with the optimizer's state. */
export function modelFromCheckpoint(checkpoint: Checkpoint): Sequential {
  const { file, tensors, topology, training, user } = checkpoint;
  const below = (prefix: string): NamedTensor[] =>
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => ({ name: name.slice(prefix.length), tensor }));
  const model = modelFromTopology(topology, file, below(weightPrefix));
  if (user) model.setUserDefinedMetadata(user);
  if (!training) return model;
  asFormatError(file, 'training config', () => model.compile(readTrainingConfig(training, file)));
  const { optimizer } = model;
  const state = new Map(below('optimizer/').map(({ name, tensor }) => [name, tensor]));
  const targets = optimizer.state_.map((variable): [string, Variable] => [variable.name, variable]);
  assignAll(matched(targets, state, file, { exact: true }));
  optimizer.restored_();
  return model;
}

/**
 * A model from its topology, with these weights; without any, its weights are initialized.
 * @param maximumBytes bound on the weights that are not in `weights`
 * @throws FormatError
 */
export function modelFromTopology(
  topology: unknown,
  source: string,
  weights: readonly NamedTensor[] | null,
  strict = true,
  maximumBytes = DEFAULT_MAXIMUM_BYTES,
): Sequential {
  if (!isObject(topology)) throw new FormatError(source, 'expected a modelTopology');
  // Keras puts the model beside its training config.
  const inner = isObject(topology.model_config) ? topology.model_config : topology;
  const saved = fromKeras(inner, source, 'model');
  if (saved.className !== 'Sequential') {
    throw new FormatError(source, `expected a Sequential model, got one of class ${quoted(saved.className)}`);
  }
  const store = new WeightStore(weights, source, strict, maximumBytes);
  const model = withWeightSource(store.source, () => sequentialFrom(saved, source));
  if (weights && !model.built)
    throw new FormatError(source, 'it has weights, but its first layer states no input shape');
  if (weights && strict) store.checkAllUsed();
  return model;
}

function sequentialFrom({ config }: SavedObject, source: string): Sequential {
  // Before tfjs 1.0 and Keras 2.2.3 the config was the list itself.
  const list = Array.isArray(config) ? (config as Config[]) : config.layers;
  const name = !Array.isArray(config) && typeof config.name === 'string' ? config.name : undefined;
  if (!Array.isArray(list)) throw new FormatError(source, 'expected the model to have a list of layers');
  if (list.length > mostLayers) {
    throw new FormatError(source, `expected at most ${mostLayers} layers, got ${list.length}`);
  }
  const layers = list.map((item: unknown, i) => layerFrom(item as SavedObject, source, i));
  return asFormatError(source, 'model', () => new Sequential({ name, layers }));
}

/** Options that TensorFlow.js and Keras write and Hebb does not have, where they say that nothing is asked for. */
const idleOptions = ['sparse', 'ragged', 'optional'];

function layerFrom(item: SavedObject, source: string, place: number): Layer {
  const what = `layer ${place}`;
  if (!isObject(item) || typeof item.className !== 'string' || !isObject(item.config)) {
    throw new FormatError(source, `${what}: expected {class_name, config}, got ${quoted(item)}`);
  }
  // TensorFlow.js has no other dtype for weights, and does not write it.
  const config: Config = { dtype: 'float32', ...item.config };
  for (const option of idleOptions) if (config[option] === false) delete config[option];
  delete config.weights;
  return asFormatError(source, what, () => resolveLayer({ className: item.className, config }));
}

/** What `body` throws, as a FormatError: its argument came from the file. */
function asFormatError<R>(source: string, what: string, body: () => R): R {
  try {
    return body();
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(source, `${what}: ${reason}`, { cause: error });
  }
}

/** The weights of a file, waiting for layers that want them. */
class WeightStore {
  private readonly left: Map<string, Tensor>;
  private readonly made = new Set<string>();
  private bytesLeft: number;
  private aliases: ReadonlyMap<string, string> | null = null;

  constructor(
    private readonly weights: readonly NamedTensor[] | null,
    private readonly file: string,
    private readonly strict: boolean,
    maximumBytes: number,
  ) {
    this.left = new Map(weights?.map(({ name, tensor }) => [name, tensor]));
    this.bytesLeft = maximumBytes;
  }

  readonly source: WeightSource = (name, shape, dtype) => {
    if (this.made.has(name))
      throw new FormatError(this.file, `two weights of the model are called ${quoted(name)}`);
    this.made.add(name);
    const tensor = this.take(name);
    if (!tensor) {
      if (this.weights && this.strict)
        throw new FormatError(this.file, `it lacks the weight ${quoted(name)}`);
      this.bytesLeft -= elementsOf(shape) * dtypeBytes[dtype];
      if (!(this.bytesLeft >= 0)) {
        throw new FormatError(
          this.file,
          `${quoted(name)} of shape ${showShape(shape)} takes more memory than allowed`,
        );
      }
      return null;
    }
    if (!sameShape(tensor.shape, shape)) {
      throw new FormatError(
        this.file,
        `weight ${quoted(name)}: the layer wants shape ${showShape(shape)}, the file has ${showShape(tensor.shape)}`,
      );
    }
    if (tensor.dtype === dtype) return tensor;
    const converted = newArray(dtype, tensor.size);
    converted.set(tensor.array_('load'));
    return new Tensor(converted, shape, dtype);
  };

  /** By its name or, as TensorFlow 2.2 wrote names of recurrent layers, with the name of a cell before the last part. */
  private take(name: string): Tensor | undefined {
    const found = this.left.has(name) ? name : this.shortened().get(name);
    if (found === undefined) return undefined;
    const tensor = this.left.get(found);
    this.left.delete(found);
    return tensor;
  }

  private shortened(): ReadonlyMap<string, string> {
    this.aliases ??= new Map(
      [...this.left.keys()].map((name) => {
        const parts = name.split('/');
        return [[...parts.slice(0, -2), parts[parts.length - 1]].join('/'), name];
      }),
    );
    return this.aliases;
  }

  checkAllUsed(): void {
    const [name] = this.left.keys();
    if (name !== undefined)
      throw new FormatError(this.file, `it has the weight ${quoted(name)}, which the model does not`);
  }
}
