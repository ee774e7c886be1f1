// Making tensors, reading them, and what is refused.

import { afterEach, describe, expect, test } from 'vitest';
import type { DType } from '../../src/contract/dtypes.js';
import { ArgumentError } from '../../src/contract/errors.js';
import '../../src/ops/index.js';
import { buffer } from '../../src/tensor/buffer.js';
import { constant, convert, defaultDtype, setDefaultDtype } from '../../src/tensor/convert.js';
import * as create from '../../src/tensor/create.js';
import { eager } from '../../src/tensor/eager.js';
import { withInterpreter, type Interpreter } from '../../src/tensor/op.js';
import { memory } from '../../src/tensor/scopes.js';
import { type Tensor } from '../../src/tensor/tensor.js';
import { dispose, getTensorsInContainer, keep, tidy } from '../../src/tensor/tidy.js';

const { tensor, scalar, tensor1d, tensor2d, variable, zeros, ones, fill, eye, linspace, range } = create;

afterEach(() => setDefaultDtype('float32'));

describe('tensor', () => {
  test.each([
    ['numbers', () => tensor([1, 2]), 'float32', [2], [1, 2]],
    [
      'nested',
      () =>
        tensor([
          [1, 2],
          [3, 4],
        ]),
      'float32',
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'flat with a shape',
      () => tensor([1, 2, 3, 4], [2, 2], 'int32'),
      'int32',
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['booleans', () => tensor([true, false]), 'bool', [2], [true, false]],
    ['booleans as numbers', () => tensor([true, false], [2], 'float32'), 'float32', [2], [1, 0]],
    ['a number', () => tensor(3), 'float32', [], 3],
    ['a number with a shape', () => tensor(3, [1, 1]), 'float32', [1, 1], [[3]]],
    ['Int32Array', () => tensor(Int32Array.of(1, 2)), 'int32', [2], [1, 2]],
    ['Uint8Array', () => tensor(Uint8Array.of(1, 255)), 'uint8', [2], [1, 255]],
    ['Uint8ClampedArray', () => tensor(Uint8ClampedArray.of(1, 255)), 'uint8', [2], [1, 255]],
    ['Float64Array', () => tensor(Float64Array.of(0.1)), 'float64', [1], [0.1]],
    [
      'a typed array as another dtype',
      () => tensor(Float32Array.of(1.5, 0), [2], 'bool'),
      'bool',
      [2],
      [true, false],
    ],
    ['fractions as integers', () => tensor([1.9, -1.9], [2], 'int32'), 'int32', [2], [1, -1]],
    [
      'typed arrays in an array',
      () => tensor([Int32Array.of(1), Int32Array.of(2)]),
      'int32',
      [2, 1],
      [[1], [2]],
    ],
    ['nothing', () => tensor([]), 'float32', [0], []],
    ['rows of nothing', () => tensor([[], []]), 'float32', [2, 0], [[], []]],
    ['nothing with a shape', () => tensor([], [0, 3]), 'float32', [0, 3], []],
    ['options', () => tensor([1], [1], { dtype: 'float64' }), 'float64', [1], [1]],
    ['scalar', () => scalar(2, 'int32'), 'int32', [], 2],
    ['scalar of a boolean', () => scalar(true), 'bool', [], true],
    ['tensor1d', () => tensor1d([1, 2], 'uint8'), 'uint8', [2], [1, 2]],
    ['tensor2d', () => tensor2d([1, 2], [1, 2]), 'float32', [1, 2], [[1, 2]]],
    ['tensor3d', () => create.tensor3d([[[1]]]), 'float32', [1, 1, 1], [[[1]]]],
    ['tensor4d', () => create.tensor4d([[[[1]]]]), 'float32', [1, 1, 1, 1], [[[[1]]]]],
    ['tensor5d', () => create.tensor5d([1], [1, 1, 1, 1, 1]), 'float32', [1, 1, 1, 1, 1], [[[[[1]]]]]],
    [
      'tensor6d',
      () => create.tensor6d([1], [1, 1, 1, 1, 1, 1]),
      'float32',
      [1, 1, 1, 1, 1, 1],
      [[[[[[1]]]]]],
    ],
    ['zeros', () => zeros([2, 1]), 'float32', [2, 1], [[0], [0]]],
    ['zeros of a dtype', () => zeros([1], 'bool'), 'bool', [1], [false]],
    ['ones', () => ones([2], 'int32'), 'int32', [2], [1, 1]],
    ['fill', () => fill([2], 0.5), 'float32', [2], [0.5, 0.5]],
    ['fill with a boolean', () => fill([2], true), 'bool', [2], [true, true]],
    ['zerosLike', () => create.zerosLike(tensor([1], [1], 'uint8')), 'uint8', [1], [0]],
    ['onesLike', () => create.onesLike(tensor([[2]])), 'float32', [1, 1], [[1]]],
    [
      'eye',
      () => eye(2, 3),
      'float32',
      [2, 3],
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
    ],
    [
      'eye, tall, in a batch',
      () => eye(2, 1, [2], 'int32'),
      'int32',
      [2, 2, 1],
      [
        [[1], [0]],
        [[1], [0]],
      ],
    ],
    ['linspace', () => linspace(0, 1, 5), 'float32', [5], [0, 0.25, 0.5, 0.75, 1]],
    ['linspace of one', () => linspace(3, 9, 1), 'float32', [1], [3]],
    ['range', () => range(0, 5, 2), 'float32', [3], [0, 2, 4]],
    ['range down', () => range(2, 0), 'float32', [2], [2, 1]],
    ['range of a fraction', () => range(0, 1, 0.4, 'float64'), 'float64', [3], [0, 0.4, 0.8]],
    ['range away', () => range(0, 5, -1, 'int32'), 'int32', [0], []],
  ] as const)('%s', (_, make, dtype, shape, values) => {
    const t = make();
    expect([t.dtype, t.shape]).toEqual([dtype, shape]);
    expect(t.arraySync()).toEqual(values);
  });

  const refused: readonly (readonly [string, () => unknown, string[]])[] = [
    [
      'ragged arrays',
      () => tensor([[1, 2], [3]]),
      ['tensor: the nested arrays are ragged', 'length 2 at [1]', 'length 1'],
    ],
    ['deeper arrays', () => tensor([1, [2]] as never), ['ragged: expected a number at [1]', 'length 1']],
    ['shallower arrays', () => tensor([[1], 2]), ['ragged', 'an array of length 1 at [1]', 'got 2']],
    [
      'strings',
      () => tensor(['a'] as never),
      ['tensor: expected numbers or booleans, got the string "a" at [0]'],
    ],
    ['null', () => tensor([1, null] as never), ['expected numbers or booleans, got null at [1]']],
    [
      'nothing at all',
      () => tensor(undefined as never),
      ['tensor: expected a tensor, a number', 'got undefined'],
    ],
    ['another typed array', () => tensor(new Int16Array(1) as never), ['an object of type Int16Array']],
    ['a tensor', () => tensor(scalar(1) as never), ['tensor: expected values, got a tensor', 'clone()']],
    [
      'the wrong count',
      () => tensor([1, 2, 3], [2, 2]),
      ['tensor: shape [2, 2] has 4 elements, but 3 values'],
    ],
    [
      'the wrong count of a typed array',
      () => tensor(new Float32Array(3), [2]),
      ['shape [2] has 2 elements, but 3'],
    ],
    [
      'another nesting',
      () => tensor([[1, 2]], [2, 1]),
      ['shape [1, 2]', 'the shape given is [2, 1]', 'flat array'],
    ],
    ['a negative dimension', () => tensor([1], [-1]), ['tensor: expected dimensions', '[-1]']],
    ['NaN as an integer', () => tensor([NaN], [1], 'int32'), ['tensor: int32 cannot hold NaN (element 0)']],
    [
      'too much for int32',
      () => tensor(Float64Array.of(3e9), [1], 'int32'),
      ['int32 cannot hold 3000000000'],
    ],
    ['too much for uint8', () => tensor([0, 256], [2], 'uint8'), ['uint8 cannot hold 256 (element 1)']],
    ['negative in uint8', () => tensor(Int32Array.of(-1), [1], 'uint8'), ['uint8 cannot hold -1']],
    [
      'an unknown dtype',
      () => tensor([1], [1], 'string' as never),
      ['tensor: expected a dtype (bool, uint8', '"string"'],
    ],
    [
      'copy: false of numbers',
      () => tensor([1], [1], { copy: false }),
      ['copy: false expects a typed array'],
    ],
    [
      'copy: false as another dtype',
      () => tensor(new Float32Array(1), [1], { copy: false, dtype: 'float64' }),
      ['copy: false cannot convert: a Float32Array does not hold float64'],
    ],
    ['scalar of an array', () => scalar([1] as never), ['scalar: expected a number or a boolean']],
    ['tensor1d of a matrix', () => tensor1d([[1]]), ['tensor1d: expected values nested 1 deep', '[1, 1]']],
    ['tensor2d of a vector', () => tensor2d([1]), ['tensor2d: expected values nested 2 deep', '[1]']],
    [
      'tensor2d with a shape of three',
      () => tensor2d([1], [1, 1, 1]),
      ['tensor2d: expected a shape of 2', '[1, 1, 1]'],
    ],
    ['too large', () => zeros([2 ** 16, 2 ** 16]), ['fill: a tensor of shape', '2^31 - 1']],
    ['fill of NaN as an integer', () => fill([2], NaN, 'int32'), ['fill: int32 cannot hold NaN']],
    ['linspace of none', () => linspace(0, 1, 0), ['linspace: expected a number of values', 'got 0']],
    ['a step of 0', () => range(0, 1, 0), ['range: ', 'step 0']],
    ['eye of a fraction', () => eye(1.5), ['eye: expected dimensions', '1.5']],
    [
      'a default that is no float',
      () => setDefaultDtype('int32' as never),
      ["setDefaultDtype: expected 'float32'"],
    ],
    [
      'a variable of NaN as an integer',
      () => variable([NaN], true, 'v', 'int32'),
      ['variable: int32 cannot hold NaN'],
    ],
  ];
  test.each(refused)('refuses %s', (_, f, parts) => {
    expect(f).toThrow(ArgumentError);
    for (const part of parts) expect(f).toThrow(part);
  });

  test('copies what comes in and what goes out, unless told not to', () => {
    const data = Float32Array.of(1, 2);
    const copied = tensor(data);
    const shared = tensor(data, [2], { copy: false });
    data[0] = 9;
    expect(copied.arraySync()).toEqual([1, 2]);
    expect(shared.arraySync()).toEqual([9, 2]);
    expect(shared.view()).toBe(data);
    copied.dataSync()[0] = 7;
    expect(copied.arraySync()).toEqual([1, 2]);
  });

  test('the default dtype', () => {
    setDefaultDtype('float64');
    expect(defaultDtype()).toBe('float64');
    const made = [
      tensor([1]),
      zeros([1]),
      scalar(1),
      linspace(0, 1, 2),
      range(0, 1),
      eye(1),
      convert(1, 'test'),
    ];
    expect(new Set(made.map((t) => t.dtype))).toEqual(new Set<DType>(['float64']));
    expect(tensor([0.1]).arraySync()).toEqual([0.1]);
  });

  test('reading later', async () => {
    const t = tensor([[1, 2]]);
    expect(await t.array()).toEqual([[1, 2]]);
    expect(await t.bytes()).toEqual(new Uint8Array(Float32Array.of(1, 2).buffer));
    expect((await t.buffer()).get(0, 1)).toBe(2);
    expect(t.bufferSync().get(0, 0)).toBe(1);
  });
});

describe('variable', () => {
  test('copies, and takes name, dtype and trainable', () => {
    const start = tensor([1, 2]);
    const v = variable(start, false, 'v', 'float64');
    expect([v.name, v.trainable, v.dtype, v.shape]).toEqual(['v', false, 'float64', [2]]);
    v.assign(tensor([3, 4], [2], 'float64'));
    expect([v.arraySync(), start.arraySync()]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect(v.add(1).arraySync()).toEqual([4, 5]);
  });
});

describe('fill in a trace', () => {
  test('is an op, whose result does not depend on who interprets it', () => {
    const seen: string[] = [];
    const watching: Interpreter = {
      ...eager,
      run(op, inputs, params) {
        seen.push(op.name);
        return eager.run(op, inputs, params);
      },
    };
    const values = [zeros([3]), fill([2, 2], -0.5), ones([2], 'bool'), fill([2], 7, 'uint8'), fill([2], -0)];
    const traced = withInterpreter(watching, () => [
      zeros([3]),
      fill([2, 2], -0.5),
      ones([2], 'bool'),
      fill([2], 7, 'uint8'),
      fill([2], -0),
      zeros([1]),
    ]);
    expect(seen).toEqual(['fill', 'fill', 'fill', 'fill', 'fill']);
    values.forEach((t, i) => expect(traced[i].dataSync()).toEqual(t.dataSync()));
  });
});

describe('constants', () => {
  test('are made once, and -0 is not 0', () => {
    expect(constant(3, 'float32')).toBe(constant(3, 'float32'));
    expect(constant(3, 'float64')).not.toBe(constant(3, 'float32'));
    expect(Object.is(constant(0, 'float32').dataSync()[0], 0)).toBe(true);
    expect(Object.is(constant(-0, 'float32').dataSync()[0], -0)).toBe(true);
    expect(constant(NaN, 'float64')).toBe(constant(NaN, 'float64'));
  });
  test('survive tidy, and are forgotten when there are many', () => {
    const t = tidy(() => void constant(123, 'float32'));
    expect(t).toBeUndefined();
    expect(constant(123, 'float32').arraySync()).toBe(123);
    for (let i = 0; i < 1000; i++) constant(i + 0.5, 'float32');
    expect(constant(123, 'float32').arraySync()).toBe(123);
  });
});

describe('TensorBuffer', () => {
  test('set, get and places', () => {
    const b = buffer([2, 3], 'int32');
    b.set(5, 1, 2);
    b.set(1.7, 0, 0);
    expect([b.get(1, 2), b.get(), b.size, b.rank, b.strides]).toEqual([5, 1, 6, 2, [3, 1]]);
    expect(b.indexToLoc(5)).toEqual([1, 2]);
    expect(b.locToIndex([1, 1])).toBe(4);
    const t = b.toTensor();
    b.set(9, 0, 0);
    expect(t.arraySync()).toEqual([
      [1, 0, 0],
      [0, 0, 5],
    ]);
    const flags = buffer([1], 'bool');
    flags.set(7, 0);
    expect(flags.get(0)).toBe(1);
  });
  test.each([
    ['outside', () => buffer([2]).get(2), 'location [2] does not lie in shape [2]'],
    ['of another rank', () => buffer([2]).set(1, 0, 0), 'location [0, 0] does not lie in shape [2]'],
    [
      'values of another length',
      () => buffer([2], 'float32', new Float32Array(3)),
      'buffer: expected 2 elements',
    ],
    ['values of another dtype', () => buffer([2], 'int32', new Float32Array(2)), 'got a Float32Array of 2'],
  ])('refuses a place %s', (_, f, message) => {
    expect(f).toThrow(ArgumentError);
    expect(f).toThrow(message);
  });
});

describe('tidy, keep, dispose, memory', () => {
  test('tidy disposes what is not returned', () => {
    const made: Tensor[] = [];
    const make = (): Tensor => {
      made.push(scalar(1));
      return made[made.length - 1];
    };
    const before = memory().numTensors;
    const result = tidy('a name', () => {
      make();
      keep(make());
      const inner = tidy(() => [make(), make()][0]);
      make();
      return { list: [make()], inner };
    });
    expect(made.map((t) => t.isDisposed)).toEqual([true, false, false, true, true, false]);
    expect(memory().numTensors).toBe(before + 3);
    dispose([result, made[1]]);
    expect(made.every((t) => t.isDisposed)).toBe(true);
    expect(memory().numTensors).toBe(before);
  });
  test('tidy disposes when the function throws', () => {
    let made: Tensor | null = null;
    const f = (): never => {
      made = scalar(1);
      throw new RangeError('no');
    };
    expect(() => tidy(f)).toThrow(RangeError);
    expect(made!.isDisposed).toBe(true);
  });
  test('tidy leaves Variables alone', () => {
    let v: Tensor | null = null;
    tidy(() => void (v = variable(1)));
    expect(v!.isDisposed).toBe(false);
  });
  test('tidy refuses promises and what is no function', () => {
    expect(() => tidy(() => Promise.resolve(1))).toThrow('tidy: expected a function that returns at once');
    expect(() => tidy('name' as never)).toThrow('tidy: expected a function');
  });
  test('memory counts bytes', () => {
    const before = memory().numBytes;
    const t = zeros([10], 'float64');
    expect(memory().numBytes).toBe(before + 80);
    t.dispose();
    t.dispose();
    expect(memory().numBytes).toBe(before);
  });
  test('tensors in containers', () => {
    const [a, b, c] = [scalar(1), scalar(2), scalar(3)];
    const container: Record<string, unknown> = {
      a,
      deep: { list: [b, a] },
      map: new Map([['c', c]]),
      n: null,
    };
    container.itself = container;
    expect(getTensorsInContainer(container)).toEqual([a, b, c]);
    expect(getTensorsInContainer(a)).toEqual([a]);
    expect(getTensorsInContainer(3)).toEqual([]);
  });
  test('using', () => {
    const t = scalar(1);
    t[Symbol.dispose]();
    expect(() => t.dataSync()).toThrow('is disposed');
  });
});
