// A stack of layers, each fed by the one before.

import { ArgumentError } from '../../contract/errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Config } from '../config/fields.js';
import { Layer } from '../layers/index.js';
import { Model, type BatchShape, type LayerOutput } from './model.js';

/** Arguments of `sequential`. */
export interface SequentialArgs {
  layers?: readonly Layer[];
  name?: string;
}

let models = 0;

/** A linear stack of layers. The first one states `inputShape`, or the shape is taken from the first data. */
export class Sequential extends Model {
  private readonly stack: Layer[] = [];
  private shapes: BatchShape[] | null = null;

  constructor(args: SequentialArgs = {}) {
    super(args.name ?? (models === 0 ? 'sequential' : `sequential_${models}`));
    models++;
    for (const layer of args.layers ?? []) this.add(layer);
  }

  /** Adds a layer at the end. */
  add(layer: Layer): void {
    if (!(layer instanceof Layer)) {
      throw new ArgumentError('add: expected a layer, e.g. layers.dense({units: 10}).');
    }
    if (this.stack.includes(layer)) {
      throw new ArgumentError(
        `add: ${layer.name} is in this model already; a sequential model uses a layer once.`,
      );
    }
    if (this.stack.some((l) => l.name === layer.name)) {
      throw new ArgumentError(`add: the model has a layer called ${layer.name} already; names must differ.`);
    }
    this.stack.push(layer);
    this.shapes = null;
    if (this.stack[0].batchInputShape) this.build();
  }

  /** Removes the last layer. */
  pop(): void {
    if (this.stack.length === 0) throw new ArgumentError('pop: the model has no layers.');
    this.stack.pop();
    this.shapes = null;
    if (this.stack[0]?.batchInputShape) this.build();
  }

  override getClassName(): string {
    return 'Sequential';
  }

  override getConfig(): Config {
    const first = this.shapes?.[0];
    return {
      name: this.name,
      layers: this.stack.map((layer, i) => {
        const config = layer.getConfig();
        // A shape that came with the first data is stated, so that a loaded model has its weights at once.
        if (i === 0 && first && !('batchInputShape' in config))
          config.batchInputShape = [null, ...first.slice(1)];
        return { className: layer.getClassName(), config };
      }),
    };
  }

  override get layers(): readonly Layer[] {
    return this.stack;
  }

  override get built(): boolean {
    return this.shapes !== null;
  }

  override build(inputShapes?: readonly BatchShape[]): void {
    if (this.stack.length === 0)
      throw new ArgumentError('The model has no layers; add some with model.add(layers.dense(...)).');
    const first = inputShapes?.[0] ?? this.stack[0].batchInputShape;
    if (!first) {
      throw new ArgumentError(
        `${this.stack[0].name}: the shape of the input is not known; give the first layer inputShape, e.g. ` +
          'layers.dense({units: 32, inputShape: [784]}), or call model.build([[null, 784]]).',
      );
    }
    const shapes: BatchShape[] = [first];
    for (const layer of this.stack) {
      const shape = shapes[shapes.length - 1];
      layer.ensureBuilt(shape);
      shapes.push(layer.computeOutputShape(shape));
    }
    this.shapes = shapes;
  }

  private knownShapes(): readonly BatchShape[] {
    if (!this.shapes) this.build();
    return this.shapes as unknown as readonly BatchShape[];
  }

  override get inputShapes(): readonly BatchShape[] {
    return [this.knownShapes()[0]];
  }

  override get outputShapes(): readonly BatchShape[] {
    const shapes = this.knownShapes();
    return [shapes[shapes.length - 1]];
  }

  override get outputNames(): readonly string[] {
    return [this.stack[this.stack.length - 1].name];
  }

  override forward(inputs: readonly Tensor[], training: boolean): readonly Tensor[] {
    let x = inputs[0];
    for (const layer of this.stack) x = layer.apply(x, { training });
    return [x];
  }

  override trace_(inputs: readonly Tensor[]): LayerOutput[] {
    let x = inputs[0];
    return this.stack.map((layer) => ({
      layer: layer.name,
      output: (x = layer.apply(x, { training: false })),
    }));
  }
}

/**
 * Makes a model of layers one after another:
 * `sequential({layers: [layers.dense({units: 512, activation: 'relu', inputShape: [784]}), ...]})`.
 */
export function sequential(args?: SequentialArgs): Sequential {
  return new Sequential(args);
}
