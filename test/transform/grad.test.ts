// Gradients: figures that can be checked by hand, second order, Variables, custom gradients, and what is refused.

import { beforeAll, describe, expect, it } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import * as ops from '../../src/ops/index.js';
import { scalar, tensor, tensor1d, tensor2d, variable } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import {
  customGrad,
  grad,
  grads,
  gradientsOf,
  jit,
  repeat,
  valueAndGrad,
  valueAndGrads,
  variableGrads,
  type GradSaveFunc,
} from '../../src/transform/index.js';

beforeAll(() => setBackend('js'));

const list = (t: Tensor): number[] => [...t.dataSync()];

describe('grad', () => {
  it('gives the derivative of a square', () => {
    expect(list(grad((x) => ops.square(x))(tensor1d([2, 3])))).toEqual([4, 6]);
  });

  it('takes numbers and arrays', () => {
    expect(list(grad((x) => ops.mul(x, x))(3))).toEqual([6]);
    expect(list(grad((x) => ops.mul(x, 5))([1, 2]))).toEqual([5, 5]);
  });

  it('weighs by dy', () => {
    expect(list(grad((x) => ops.square(x))(tensor1d([2, 3]), tensor1d([10, 100])))).toEqual([40, 600]);
  });

  it('adds up what arrives on several ways', () => {
    // y = x * x + 3 x, where x is used three times
    expect(list(grad((x) => ops.add(ops.mul(x, x), ops.mul(x, 3)))(tensor1d([2])))).toEqual([7]);
  });

  it('is the identity of the identity', () => {
    expect(list(grad((x) => x)(tensor1d([4, 5])))).toEqual([1, 1]);
  });

  it('sums over what was broadcast', () => {
    const [da, db] = grads((a, b) => ops.mul(a, b))([
      tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      tensor1d([1, 10, 100]),
    ]);
    expect(list(da)).toEqual([1, 10, 100, 1, 10, 100]);
    expect(list(db)).toEqual([5, 7, 9]);
  });

  it('differentiates twice and three times', () => {
    const cube = (x: Tensor): Tensor => ops.mul(ops.mul(x, x), x);
    expect(list(grad(grad(cube))(tensor1d([2, 3])))).toEqual([12, 18]);
    expect(list(grad(grad(grad(cube)))(tensor1d([2, 3])))).toEqual([6, 6]);
    const x = scalar(0.7, 'float64');
    // d2/dx2 tanh x = -2 tanh x (1 - tanh^2 x)
    const t = Math.tanh(0.7);
    expect(grad(grad((v) => ops.tanh(v)))(x).dataSync()[0]).toBeCloseTo(-2 * t * (1 - t * t), 14);
  });

  it('leaves gradients of an inner gradient alone that do not lead to its own input', () => {
    // f(x) = x * d/dy (x y^2) at y = x  =  2 x^2;  f' = 4 x
    const f = (x: Tensor): Tensor => ops.mul(x, grad((y) => ops.mul(x, ops.square(y)))(ops.add(x, 0)));
    expect(list(grad((x) => ops.sum(f(x)))(tensor1d([3])))).toEqual([18 * 3]);
  });

  it('says what does not depend on what', () => {
    const constant = tensor1d([1]);
    expect(() => grad(() => ops.square(constant))(tensor1d([2]))).toThrow(
      /grad: Cannot compute gradient of y=f\(x\) with respect to x: y does not depend on x.*encloses all operations/,
    );
    expect(() => grads((a) => ops.neg(a))([tensor1d([1]), tensor1d([2])])).toThrow(/with respect to x2/);
    expect(() => grad((x) => ops.greater(x, 1))(tensor1d([2]))).toThrow(/differentiable ops/);
  });

  it('refuses what is no function, no tensor, or of another shape', () => {
    expect(() => grad(3 as unknown as () => Tensor)).toThrow(/must be a function, got number/);
    expect(() => grad(() => 3 as unknown as Tensor)(1)).toThrow(/must return a tensor, it returned number/);
    expect(() => grad((x) => ops.neg(x))(tensor1d([1, 2]), tensor1d([1]))).toThrow(
      /shape of dy, \[1\], must match .* \[2\]/,
    );
    expect(() => grads((x) => x)(3 as unknown as Tensor[])).toThrow(/must be an array/);
    expect(() => valueAndGrad((x) => x)(3 as unknown as Tensor)).toThrow(/expected tensors/);
  });
});

describe('valueAndGrad and valueAndGrads', () => {
  it('give the value too', () => {
    const { value, grad: dx } = valueAndGrad((x) => ops.square(x))(tensor1d([2, 3]));
    expect([list(value), list(dx)]).toEqual([
      [4, 9],
      [4, 6],
    ]);
    const both = valueAndGrads((a, b) => ops.mul(a, b))([tensor1d([2]), tensor1d([5])]);
    expect([list(both.value), ...both.grads.map(list)]).toEqual([[10], [5], [2]]);
  });
});

describe('variableGrads', () => {
  it('finds the trainable Variables that the function uses', () => {
    const a = variable(tensor1d([3, 4]), true, 'a');
    const b = variable(tensor1d([5, 6]), true, 'b');
    const fixed = variable(tensor1d([1, 1]), false, 'fixed');
    variable(tensor1d([9]), true, 'unused');
    const x = tensor1d([1, 2]);
    // a x^2 + b x
    const { value, grads: g } = variableGrads(() =>
      ops.sum(ops.mul(fixed, ops.add(ops.mul(a, ops.square(x)), ops.mul(b, x)))),
    );
    expect(list(value)).toEqual([3 + 5 + 16 + 12]);
    expect(Object.keys(g).sort()).toEqual(['a', 'b']);
    expect([list(g.a), list(g.b)]).toEqual([
      [1, 4],
      [1, 2],
    ]);
  });

  it('keeps to a list, where what is not trained gets null', () => {
    const a = variable(scalar(3), true, 'a1');
    const b = variable(scalar(4), true, 'b1');
    const c = variable(scalar(5), false, 'c1');
    const { grads: g } = variableGrads(() => ops.mul(ops.mul(a, b), c), [a, c]);
    expect(list(g.a1)).toEqual([20]);
    expect(g.c1).toBeNull();
    expect('b1' in g).toBe(false);
  });

  it('sees the values of the moment, whatever is assigned afterwards', () => {
    const w = variable(scalar(3), true, 'w1');
    const { grads: g } = variableGrads(() => {
      const y = ops.square(w);
      w.assign(scalar(100));
      return y;
    });
    expect(list(g.w1)).toEqual([6]);
  });

  it('goes through gradients taken inside', () => {
    // |d/dx (w x^2)|^2 = 4 w^2 x^2;  d/dw = 8 w x^2: a gradient penalty
    const w = variable(scalar(3), true, 'w2');
    const penalty = (): Tensor => ops.square(grad((x) => ops.mul(w, ops.square(x)))(scalar(2)));
    expect(list(variableGrads(penalty).grads.w2)).toEqual([96]);
    expect(list(jit(() => variableGrads(penalty).grads.w2)())).toEqual([96]);
  });

  it('refuses what it cannot do', () => {
    const w = variable(tensor1d([1, 2]), true, 'w3');
    const fixed = variable(scalar(1), false, 'fixed1');
    expect(() => variableGrads(() => ops.mul(w, 2))).toThrow(
      /must return a scalar, but it returned a rank-1 tensor/,
    );
    expect(() => variableGrads(() => scalar(1))).toThrow(/Cannot find a connection between any variable/);
    expect(() => variableGrads(() => fixed, [fixed])).toThrow(
      /at least one .* none of the 1 variables is trainable/,
    );
    expect(() => variableGrads(() => w, [3] as never)).toThrow(/must be an array of variables/);
  });

  it('gradientsOf gives them in order, null where there is none', () => {
    const a = variable(scalar(3));
    const b = variable(scalar(4));
    const { value, gradients } = gradientsOf(() => ops.mul(a, 2), [b, a]);
    expect(list(value)).toEqual([6]);
    expect(gradients[0]).toBeNull();
    expect(list(gradients[1]!)).toEqual([2]);
  });
});

describe('customGrad', () => {
  const absolute = customGrad((x: Tensor, save: GradSaveFunc) => {
    save([x]);
    return {
      value: ops.square(x),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => [ops.mul(dy, ops.abs(saved))],
    };
  });

  it('replaces the derivative', () => {
    const x = tensor1d([-1, -2, 3]);
    expect(list(absolute(x))).toEqual([1, 4, 9]);
    expect(list(grad((v) => absolute(v))(x))).toEqual([1, 2, 3]);
  });

  it('is differentiated itself in the second order', () => {
    // the derivative is |x|, whose derivative is the sign
    expect(list(grad(grad((v) => absolute(v)))(tensor1d([-2, 3])))).toEqual([-1, 1]);
  });

  it('takes several inputs, and a single tensor for one', () => {
    const swapped = customGrad((a: Tensor, b: Tensor) => ({
      value: ops.add(a, b),
      gradFunc: (dy: Tensor) => [ops.mul(dy, 10), ops.mul(dy, 20)],
    }));
    expect(grads((a, b) => swapped(a, b))([tensor1d([1]), tensor1d([2])]).map(list)).toEqual([[10], [20]]);
    const straight = customGrad((x: Tensor) => ({ value: ops.round(x), gradFunc: (dy: Tensor) => dy }));
    expect(list(grad((x) => straight(x))(tensor1d([0.3])))).toEqual([1]);
    const itself = customGrad((x: Tensor) => ({ value: x, gradFunc: (dy: Tensor) => ops.mul(dy, 7) }));
    expect(list(grad((x) => itself(x))(tensor1d([0.3])))).toEqual([7]);
  });

  it('saves the value that a Variable has', () => {
    const w = variable(scalar(3), true, 'w4');
    const { grads: g } = variableGrads(() => {
      const y = absolute(w);
      w.assign(scalar(-8));
      return y;
    });
    expect(list(g.w4)).toEqual([3]);
  });

  it('checks what the function returns', () => {
    const f = (value: unknown) => customGrad(() => value as never);
    expect(() => f({})(tensor1d([1]))).toThrow(/`obj.value` is a tensor/);
    expect(() => f({ value: tensor1d([1]) })(tensor1d([1]))).toThrow(/`obj.gradFunc` is a function/);
    const wrongCount = f({ value: tensor1d([1]), gradFunc: () => [] });
    expect(() => grad((x) => wrongCount(x))(tensor1d([1]))).toThrow(
      /one tensor for each input: expected 1, got 0/,
    );
    const wrongShape = f({ value: tensor1d([1]), gradFunc: () => tensor1d([1, 2]) });
    expect(() => grad((x) => wrongShape(x))(tensor1d([1]))).toThrow(
      /gradient of customGrad by its input 0 has shape \[2\]: expected that of the input, \[1\]/,
    );
  });
});

describe('gradients and repeat', () => {
  it('are taken inside the body', () => {
    const f = (): Tensor =>
      repeat(3, { x: tensor([1, 2, 3]) }, ({ x }) => [grad((v) => ops.square(v))(x)])[0];
    expect(list(f())).toEqual([2, 4, 6]);
    expect(list(jit(f)())).toEqual([2, 4, 6]);
  });

  it('pass through it: what is captured, slices and Variables', () => {
    const captured = (x: Tensor): Tensor => ops.sum(repeat(2, [], () => [ops.mul(x, 2)])[0]);
    const sliced = (x: Tensor): Tensor =>
      ops.sum(repeat(2, { x: { tensor: x, rows: 2 } }, ({ x: two }) => [ops.square(two)])[0]);
    const w = variable(scalar(3), true, 'w5');
    const read = (): Tensor => ops.sum(repeat(2, [tensor([1, 5])], ([x]) => [ops.mul(ops.square(w), x)])[0]);
    for (const run of [<R>(f: () => R) => f(), <R>(f: () => R) => jit(f)()]) {
      expect(run(() => grad(captured)(scalar(1))).dataSync()[0]).toBe(4);
      // The fifth row is left over.
      expect(list(run(() => grad(sliced)(tensor([1, 2, 3, 4, 5]))))).toEqual([2, 4, 6, 8, 0]);
      expect(run(() => variableGrads(read).grads.w5).dataSync()[0]).toBe(2 * 3 * (1 + 5));
    }
  });

  it('are those of the same turns in a JavaScript loop, of second order too', () => {
    const x = tensor([1, 2, 3, 4, 5, 6], [3, 2], 'float64');
    const w = tensor([0.3, -0.2, 0.5, 0.1], [2, 2], 'float64');
    const row = (v: Tensor, r: Tensor): Tensor => ops.tanh(ops.matMul(ops.reshape(r, [1, 2]), v));
    const repeated = (v: Tensor): Tensor => ops.sum(repeat(3, [x], ([r]) => [row(v, r)])[0]);
    const looped = (v: Tensor): Tensor =>
      ops.sum(ops.stack([0, 1, 2].map((t) => row(v, ops.slice(x, [t, 0], [1, 2])))));
    const second = (f: (v: Tensor) => Tensor) => grad((v) => ops.sum(ops.square(grad(f)(v))));
    expect(list(grad(repeated)(w))).toEqual(list(grad(looped)(w)));
    expect(list(second(repeated)(w))).toEqual(list(second(looped)(w)));
    expect(list(jit((v: Tensor) => second(repeated)(v))(w))).toEqual(list(second(looped)(w)));
  });

  it('are refused through turns whose number only the program knows', () => {
    const turns = { max: 4, value: scalar(3, 'int32') };
    const f = (x: Tensor): Tensor => ops.sum(repeat(turns, [], () => [ops.mul(x, 2)])[0]);
    expect(grad(f)(scalar(1)).dataSync()[0]).toBe(6);
    expect(() => jit((x: Tensor) => grad(f)(x))(scalar(1))).toThrow(
      /repeat: gradients cannot be taken through a number of turns that is known only .* \(mul/,
    );
    const sliced = (x: Tensor): Tensor => ops.sum(repeat(turns, { x }, (slices) => [slices.x])[0]);
    expect(() => jit((x: Tensor) => grad(sliced)(x))(tensor([1, 2, 3, 4]))).toThrow(/\(the slice/);
  });
});
