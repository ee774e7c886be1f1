// Types as a strict consumer sees them, as an ES module. The functions and classes that a first program uses, each with
// the type that it must have.

import * as hebb from 'hebb';
import { lineChart, type Picture } from 'hebb/viz';
import { layers, sequential, tensor2d, type FitArgs, type Shape, type Tensor } from 'hebb';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_T extends true>(): void => undefined;

const x = tensor2d([[1, 2]]);
const y = x
  .add(1)
  .matMul([[1], [2]])
  .relu();
holds<Same<typeof y, Tensor>>();
holds<Same<typeof x.shape, Shape>>();
// @ts-expect-error a shape is not a text
tensor2d([1, 2], 'wide');

const model = sequential({ layers: [layers.dense({ units: 3, activation: 'relu', inputShape: [2] })] });
// @ts-expect-error units are missing
layers.dense({ activation: 'relu' });
model.compile({
  optimizer: hebb.optimizers.adam({ learningRate: 0.01 }),
  loss: 'meanSquaredError',
  metrics: ['accuracy'],
});
const options: FitArgs = { epochs: 2, callbacks: { onEpochEnd: (epoch: number) => void epoch } };

export async function train(): Promise<number> {
  const { history } = await model.fit(x, y, options);
  holds<Same<typeof history, Record<string, number[]>>>();
  return history.loss[0];
}

class Double extends hebb.Layer {
  static override readonly className = 'Double';
  override call(inputs: Tensor): Tensor {
    return inputs.mul(2);
  }
}
export const doubled: Tensor = new Double({}).apply(x);

const square = hebb.jit((a: Tensor) => a.square());
export const squared: Tensor = square(x);
export const slope: Tensor = hebb.grad((a: Tensor) => a.square().sum())(x);

const picture: Promise<Picture> = lineChart({ title: 'Loss', series: [{ name: 'loss', y: [2, 1] }] });
export const text: Promise<string> = picture.then((each) => each.text({ color: false }));
// @ts-expect-error series are missing
void lineChart({ title: 'Loss' });
