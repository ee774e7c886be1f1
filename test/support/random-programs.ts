// Seeded random programs, to compare interpreters and backends with: functions of a few tensors that call random ops on
// random earlier results, assign to Variables, draw random numbers, loop, and take gradients. What a program does
// depends on its seed and on nothing else, so it can be run eagerly, traced, and on any backend.

import type { DType } from '../../src/contract/dtypes.js';
import * as ops from '../../src/ops/index.js';
import { castTo } from '../../src/ops/cast.js';
import { tensor } from '../../src/tensor/create.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { Variable } from '../../src/tensor/variable.js';
import { boundary, repeat, valueAndGrads } from '../../src/transform/index.js';
import { seeded } from './building.js';

export interface RandomProgram {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  /** State that `run` reads and assigns to. */
  readonly variables: readonly Variable[];
  /** Sets the state as it was at first. */
  reset(): void;
  run(inputs: readonly Tensor[]): Tensor[];
}

/** The seeds that tests go through. */
export const programSeeds: readonly number[] = Array.from({ length: 80 }, (_, i) => 1000 + 7 * i);

/** Which functions' errors depend on the backend (see micro-operations.ts): left out where bits are compared. */
export interface RandomProgramOptions {
  /** Ops to choose from; default: all. 'exact' ones have the same bits on every backend. */
  readonly functions?: 'all' | 'exact';
  /** Ops in a row; default 12. */
  readonly length?: number;
}

type Choose = <T>(list: readonly T[]) => T;

const exactUnary: readonly ((x: Tensor) => Tensor)[] = [
  ops.neg,
  ops.abs,
  ops.sign,
  ops.relu,
  ops.floor,
  (x) => ops.mul(x, 0.5),
  (x) => ops.add(x, 1.25),
  (x) => ops.sub(3, x),
  (x) => ops.sqrt(ops.abs(x)),
  (x) => ops.clipByValue(x, -2, 2),
  (x) => ops.square(ops.clipByValue(x, -8, 8)),
];

const roundedUnary: readonly ((x: Tensor) => Tensor)[] = [
  ops.sigmoid,
  ops.tanh,
  ops.softplus,
  (x) => ops.exp(ops.clipByValue(x, -5, 3)),
  (x) => ops.log(ops.add(ops.abs(x), 0.5)),
  ops.sin,
  (x) => ops.softmax(x.rank === 0 ? ops.reshape(x, [1]) : x),
];

const binaries: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  ops.add,
  ops.sub,
  ops.mul,
  ops.maximum,
  ops.minimum,
  ops.squaredDifference,
  (a, b) => ops.div(a, ops.add(ops.abs(b), 1)),
  (a, b) => ops.where(ops.greater(a, b), a, ops.mul(b, 2)),
  (a, b) => castTo(ops.lessEqual(a, b), 'float32'),
  (a, b) => ops.mul(castTo(ops.logicalAnd(ops.greater(a, 0), ops.less(b, 1)), 'int32'), a),
  (a, b) => ops.add(castTo(ops.notEqual(a, b), 'uint8'), b),
];

const axisReductions: readonly ((x: Tensor, axis?: number) => Tensor)[] = [
  (x, axis) => ops.sum(x, axis),
  (x, axis) => ops.mean(x, axis),
  (x, axis) => ops.max(x, axis),
  (x, axis) => ops.min(x, axis),
  (x, axis) => castTo(ops.any(ops.greater(x, 0.5), axis), 'float32'),
  (x, axis) => castTo(ops.argMax(axis === undefined ? ops.reshape(x, [x.size]) : x, axis ?? 0), 'float32'),
];

const dtypes: readonly DType[] = ['float32', 'float32', 'float32', 'float64', 'int32', 'uint8', 'bool'];

function broadcast(a: Tensor, b: Tensor): boolean {
  for (let i = 1; i <= Math.min(a.rank, b.rank); i++) {
    const [x, y] = [a.shape[a.rank - i], b.shape[b.rank - i]];
    if (x !== y && x !== 1 && y !== 1) return false;
  }
  return true;
}

/** Keeps tensors small, whatever ops are chained. */
const largest = 4096;

class Maker {
  readonly choose: Choose = (list) => list[Math.floor(this.random() * list.length)];

  constructor(
    readonly random: () => number,
    private readonly variables: readonly Variable[],
    private readonly generator: Generator,
    private readonly exact: boolean,
  ) {}

  /** One more tensor from those of the pool. */
  next(pool: readonly Tensor[], inLoop: boolean): Tensor {
    const { choose, random } = this;
    const x = choose(pool);
    const kind = Math.floor(random() * 14);
    const unaries = this.exact ? exactUnary : [...exactUnary, ...roundedUnary];
    const partner = choose(pool.filter((t) => broadcast(x, t)));
    switch (kind) {
      case 0:
      case 1:
      case 2:
        return choose(unaries)(this.float(x));
      case 3:
      case 4:
      case 5:
        return choose(binaries)(x, partner);
      case 6: {
        const axis = x.rank > 0 && random() < 0.7 ? Math.floor(random() * x.rank) : undefined;
        return choose(axisReductions)(this.float(x), axis);
      }
      case 7: {
        const a = this.matrix(this.float(x));
        const [transposeA, transposeB] = [random() < 0.5, random() < 0.5];
        return a.shape[0] === a.shape[1]
          ? ops.matMul(a, a, transposeA, transposeB)
          : ops.matMul(a, ops.mul(a, 0.25), transposeA, !transposeA);
      }
      case 8:
        return castTo(x, choose(dtypes));
      case 9:
        return x.rank < 2 ? ops.expandDims(x, 0) : ops.transpose(x);
      case 10: {
        if (x.rank === 0 || x.shape[0] < 2) return ops.reshape(x, [x.size]);
        const begin = Math.floor(random() * (x.shape[0] - 1));
        return random() < 0.5
          ? ops.slice(x, [begin], [x.shape[0] - begin])
          : ops.gather(x, tensor([begin, 0, begin + 1], [3], 'int32'));
      }
      case 11:
        return x.rank === 0 ? ops.stack([x, x]) : ops.concat([x, ops.mul(x, castTo(tensor(2), x.dtype))], 0);
      case 12: {
        if (random() < 0.5) return ops.randomUniform([2, 3], -1, 1, 'float32', this.generator);
        const variable = choose(this.variables);
        const value = ops.mean(ops.clipByValue(castTo(x, variable.dtype), -4, 4));
        variable.assign(ops.add(ops.mul(variable, 0.5), castTo(value, variable.dtype)));
        return ops.mul(variable, 2);
      }
      default: {
        const point = this.float(ops.add(choose(this.variables), 0));
        if (inLoop || random() < 0.5)
          return ops.concat([ops.reshape(point, [point.size]), tensor([1, 2])], 0);
        return this.gradient(point);
      }
    }
  }

  private gradient(x: Tensor): Tensor {
    const weights = this.choose(this.variables);
    const { value, grads } = valueAndGrads((a: Tensor) => {
      const y = ops.mul(ops.square(a), ops.mean(castTo(weights, a.dtype)));
      return ops.sum(ops.maximum(y, ops.mul(a, 3)));
    })([x]);
    return ops.add(grads[0], value);
  }

  private float(x: Tensor): Tensor {
    return x.dtype === 'float32' || x.dtype === 'float64' ? x : castTo(x, 'float32');
  }

  private matrix(x: Tensor): Tensor {
    return x.rank === 2 ? x : ops.reshape(x, [1, x.size]);
  }
}

function build(
  seed: number,
  inputs: readonly Tensor[],
  variables: readonly Variable[],
  generator: Generator,
  { functions = 'all', length = 12 }: RandomProgramOptions,
): Tensor[] {
  const maker = new Maker(seeded(seed), variables, generator, functions === 'exact');
  const pool: Tensor[] = [...inputs];
  const results: Tensor[] = [];
  const steps = (into: Tensor[], count: number, inLoop: boolean): void => {
    for (let i = 0; i < count; i++) {
      const t = maker.next(into, inLoop);
      if (t.size > 0 && t.size <= largest) into.push(t);
    }
  };
  steps(pool, length, false);
  if (maker.random() < 0.6) {
    const rows = tensor(
      Array.from({ length: 12 }, () => maker.random() - 0.5),
      [6, 2],
    );
    const outside = maker.choose(pool);
    // The body is written anew each turn, from the same choices.
    const inner = Math.floor(maker.random() * 2 ** 30);
    const stacked = repeat(3, { pair: { tensor: rows, rows: 2 }, row: rows }, ({ pair, row }) => {
      const body = new Maker(seeded(inner), variables, generator, functions === 'exact');
      const local: Tensor[] = [pair, row, outside];
      for (let i = 0; i < 6; i++) {
        const t = body.next(local, true);
        if (t.size > 0 && t.size <= largest) local.push(t);
      }
      const variable = body.choose(variables);
      variable.assign(ops.mul(ops.add(variable, 0.125), 0.75));
      if (inner % 2 === 0) boundary();
      return [local[local.length - 1], row];
    });
    pool.push(...stacked);
    steps(pool, 4, false);
  }
  for (let i = 0; i < 4; i++) results.push(maker.choose(pool));
  results.push(pool[pool.length - 1], ops.add(variables[0], 1));
  return results;
}

/** The program of a seed. */
export function randomProgram(seed: number, options: RandomProgramOptions = {}): RandomProgram {
  const random = seeded(seed + 1);
  const values = (count: number): number[] => Array.from({ length: count }, () => (random() - 0.5) * 6);
  const inputs = [
    tensor(values(12), [3, 4]),
    tensor(values(4), [4]),
    tensor(values(1), []),
    tensor(values(6), [2, 3], 'float64'),
    tensor([3, -1, 2, 7], [4], 'int32'),
    tensor([1, 0, 1, 1], [4], 'bool'),
  ];
  const variables = [
    new Variable(Float32Array.from(values(4)), [4], 'float32', 'v'),
    new Variable(Float32Array.from(values(6)), [3, 2], 'float32', 'w'),
    new Variable(Float64Array.from(values(3)), [3], 'float64', 'x'),
  ];
  const generator = new Generator(seed);
  const all = [...variables, generator.state];
  const saved = all.map((v) => v.dataSync());
  return {
    name: `random program ${seed}`,
    inputs,
    variables: all,
    reset: () => all.forEach((v, i) => v.write_(saved[i])),
    run: (given) => build(seed, given, variables, generator, options),
  };
}
