// The table that `model.summary()` prints.

import { showShape } from '../../tensor/shapes.js';
import type { Layer } from '../layers/index.js';
import type { BatchShape, Model } from './model.js';

function row(cells: readonly string[], ends: readonly number[]): string {
  let line = '';
  cells.forEach((cell, i) => {
    const width = ends[i] - line.length;
    line += cell.length >= width ? `${cell.slice(0, width - 1)} ` : cell.padEnd(width);
  });
  return line.trimEnd();
}

/** Prints one line a layer: name and class, output shape, number of parameters; then the totals. */
export function printSummary(
  model: Model,
  lineLength = 72,
  positions: readonly number[] = [0.45, 0.85, 1],
  print: (line: string) => void = (line) => console.log(line),
): void {
  if (!model.built) model.build();
  const last = positions[positions.length - 1];
  const ends = positions.map((p) => (last <= 1 ? Math.floor(lineLength * p) : p));
  const count = (list: readonly { size: number }[]): number => list.reduce((n, v) => n + v.size, 0);
  let shape: BatchShape = model.inputShapes[0];
  const describe = (layer: Layer): string => {
    shape = layer.computeOutputShape(shape);
    return row([`${layer.name} (${layer.className})`, showShape(shape), String(layer.countParams())], ends);
  };
  print(`Model: ${model.name}`);
  print('_'.repeat(lineLength));
  print(row(['Layer (type)', 'Output shape', 'Params'], ends));
  print('='.repeat(lineLength));
  for (const layer of model.layers) print(describe(layer));
  print('='.repeat(lineLength));
  print(`Total params: ${model.countParams()}`);
  print(`Trainable params: ${count(model.trainableWeights)}`);
  print(`Non-trainable params: ${count(model.nonTrainableWeights)}`);
  print('_'.repeat(lineLength));
}
