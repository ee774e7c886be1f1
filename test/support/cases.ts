// The cases of the conformance sweep: programs of one kernel each, made from the tables of instructions and
// micro-operations, over the sizes, layouts and values at which kernels go wrong. Any backend can run them; the results
// are to be compared with those of the js backend, within the tolerance of each case. What a case covers is stated, so
// that a test can tell which instruction, micro-operation, reduce kind or random kind has none.

import { rowMajor, sizeOf, type GridOperand, type KernelCall } from '../../src/contract/calls.js';
import {
  newArray,
  type ComputeDType,
  type DType,
  type FloatDType,
  type TypedArray,
} from '../../src/contract/dtypes.js';
import { ProgramWriter } from '../../src/contract/encoding.js';
import { expression, identity, type ExpressionOperation } from '../../src/contract/expression.js';
import {
  randomKinds,
  reduceKinds,
  type RandomKind,
  type ReduceKind,
} from '../../src/contract/instructions.js';
import { microOperations, type MicroOperation } from '../../src/contract/micro-operations.js';
import { denseEvaluation, operand, programOf, seeded, type TestArray } from './building.js';
import type { Tolerance } from './tolerance.js';

export interface Case {
  readonly name: string;
  /** `map`, `map add float32`, `reduce sum int32`, ... */
  readonly covers: readonly string[];
  readonly words: Int32Array;
  /** To be copied for each run: cases are run several times. */
  readonly arrays: readonly TestArray[];
  /** Numbers of the arrays that hold results. */
  readonly outputs: readonly number[];
  readonly tolerance: Tolerance;
}

/** Below, at and above vector widths, unrolled loops, blocks, lanes and chunks; 67 and 127 are primes. */
export const sizes = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 67, 127, 1024, 1025, 2049];

const computes: readonly ComputeDType[] = ['int32', 'float32', 'float64'];
const floats: readonly FloatDType[] = ['float32', 'float64'];
const allDTypes: readonly DType[] = ['bool', 'uint8', 'int32', 'float32', 'float64'];

/** What a float32 sum of terms up to 1 may be off by, a term. */
const epsilon: Record<FloatDType, number> = { float32: 2 ** -24, float64: 2 ** -53 };

const integers = [0, 1, -1, 2, -2, 3, 5, -7, 10, 31, 255, 256, -300, 65536, 2147483647, -2147483648];
const smallest = { float32: 2 ** -149, float64: 2 ** -1074 };
const smallestNormal = { float32: 2 ** -126, float64: 2 ** -1022 };
const largest = { float32: (2 - 2 ** -23) * 2 ** 127, float64: Number.MAX_VALUE };

/** NaN, infinities, zeros, denormals, the largest, and values where functions change their formula. */
function specials(dtype: ComputeDType): number[] {
  if (dtype === 'int32') return integers;
  const positive = [
    0,
    smallest[dtype],
    smallestNormal[dtype] * 0.75,
    smallestNormal[dtype],
    1e-8,
    0.25,
    0.5,
    1,
  ];
  positive.push(1.5, 2, 2.5, 3, 10, 88.5, 100, 710, 1e5, 2 ** 31, largest[dtype], Infinity);
  return [...positive, ...positive.map((x) => -x), NaN];
}

/** Reproducible values that suit the dtype. */
function values(dtype: DType, length: number, seed: number, scale = 4): TypedArray {
  const array = newArray(dtype, length);
  const random = seeded(seed);
  for (let i = 0; i < length; i++) {
    const x = random();
    if (dtype === 'bool') array[i] = x < 0.5 ? 0 : 1;
    else if (dtype === 'uint8') array[i] = Math.floor(x * 256);
    else if (dtype === 'int32') array[i] = Math.floor((x - 0.5) * 200);
    else array[i] = (x - 0.5) * 2 * scale;
  }
  return array;
}

const input = (dtype: DType, array: TypedArray): TestArray => ({ dtype, array, access: 'read' });
const output = (dtype: DType, length: number): TestArray => ({
  dtype,
  // Not zero: what a kernel leaves out must show.
  array: newArray(dtype, length).fill(1),
  access: 'write',
});

function single(
  name: string,
  covers: readonly string[],
  arrays: readonly TestArray[],
  call: KernelCall,
  tolerance: Tolerance = { ulp: 0 },
): Case {
  const outputs = arrays.flatMap((a, i) => (a.access === 'read' ? [] : [i]));
  return {
    name,
    covers: [call.kernel, ...covers],
    words: programOf(arrays, [call]),
    arrays,
    outputs,
    tolerance,
  };
}

/** One case a micro-operation and dtype: all pairs of special values, and random ones. */
function* microCases(): Generator<Case> {
  for (const [name, definition] of Object.entries(microOperations)) {
    const micro: MicroOperation = definition;
    if (micro.arity === 0) continue;
    for (const dtype of computes) {
      if (dtype === 'int32' && micro.types === 'float') continue;
      const operands = microOperands(name, micro.arity, dtype);
      const length = operands[0].length;
      const e = expression(micro.arity, (writer, ...inputs) => {
        const method = writer[name as ExpressionOperation] as (...a: typeof inputs) => (typeof inputs)[0];
        return method.apply(writer, inputs);
      });
      const arrays = [...operands.map((a) => input(dtype, a)), output(dtype, length)];
      const extra = dtype === 'float64' ? 2 : 1;
      const ulp =
        micro.ulp === 0 ? 0 : ((dtype === 'float64' ? micro.ulp64 : undefined) ?? micro.ulp) + extra;
      // With two roundings instead of one, what is off is a part of the product, not of the result.
      const absolute = name === 'fma' ? 64 * epsilon[dtype as FloatDType] : 0;
      yield single(
        `map ${name} ${dtype}`,
        ['load', 'store', name].map((n) => `map ${n} ${dtype}`),
        arrays,
        { kernel: 'map', dtype, dims: [length], ...denseEvaluation(e, [length]) },
        { ulp, absolute },
      );
    }
  }
}

function microOperands(name: string, arity: number, dtype: ComputeDType): TypedArray[] {
  let special = specials(dtype);
  if (arity === 3) special = special.filter((_, i) => i % 3 === 0).slice(0, 9);
  // Without fused hardware the product of an fma may overflow where the fused result does not.
  if (name === 'fma') special = special.filter((x) => !Number.isFinite(x) || Math.abs(x) <= 8);
  const count = special.length ** arity;
  const random = seeded(name.length * 31 + arity);
  return Array.from({ length: arity }, (_, o) => {
    const array = newArray(dtype, count + 331);
    for (let i = 0; i < count; i++) array[i] = special[Math.floor(i / special.length ** o) % special.length];
    for (let i = count; i < array.length; i++) {
      const x = (random() - 0.5) * 2;
      // Small ones, ordinary ones and large ones.
      array[i] = dtype === 'int32' ? x * 50 : x * [1, 8, name === 'fma' ? 8 : 40][i % 3];
    }
    return array;
  });
}

/** Loads and stores of every dtype through every compute dtype. */
function* conversionCases(): Generator<Case> {
  for (const dtype of computes) {
    for (const from of allDTypes) {
      for (const to of allDTypes) {
        const list = from === 'float32' || from === 'float64' ? specials(from) : integers;
        const array = newArray(from, list.length + 3);
        list.forEach((x, i) => (array[i] = from === 'bool' ? x & 1 : x));
        const dims = [array.length];
        yield single(`map ${from} to ${to} in ${dtype}`, [], [input(from, array), output(to, array.length)], {
          kernel: 'map',
          dtype,
          dims,
          ...denseEvaluation(identity, dims),
        });
      }
    }
  }
}

/** x * y + 3 and x - y: two outputs and a constant. */
const pair = expression(2, (e, x, y) => [e.add(e.mul(x, y), 3), e.sub(x, y)]);

/** Sizes, broadcasts, transposes, negative strides, many dimensions, in place. */
function* mapCases(): Generator<Case> {
  for (const dtype of computes) {
    for (const n of sizes) {
      const arrays = [input(dtype, values(dtype, n, 1)), input(dtype, values(dtype, n, 2))];
      yield single(
        `map ${dtype} of ${n}`,
        [`map constant ${dtype}`],
        [...arrays, output(dtype, n), output(dtype, n)],
        {
          kernel: 'map',
          dtype,
          dims: [n],
          ...denseEvaluation(pair, [n]),
        },
      );
    }
    const layouts: [string, number[], number[], number, number[], number][] = [
      ['row broadcast', [33, 17], [17, 1], 0, [0, 1], 0],
      ['column broadcast', [33, 17], [17, 1], 0, [1, 0], 0],
      ['scalar', [5, 7, 3], [21, 3, 1], 0, [0, 0, 0], 0],
      ['transpose', [31, 67], [67, 1], 0, [1, 31], 0],
      ['reversed', [9, 127], [-127, -1], 9 * 127 - 1, [127, 1], 0],
      ['every third', [8, 40], [120, 3], 2, [40, 1], 1],
      ['middle broadcast', [4, 300, 5], [1500, 5, 1], 0, [5, 0, 1], 0],
      ['long rows', [3, 1025], [1025, 1], 0, [0, 1], 0],
      [
        'eight dimensions',
        [2, 3, 2, 3, 2, 3, 2, 2],
        [1, 2, 6, 12, 36, 72, 216, 432],
        0,
        [432, 0, 72, 0, 12, 0, 2, 0],
        0,
      ],
      ['no dimensions', [], [], 3, [], 0],
      ['an empty one', [4, 0, 3], [0, 3, 1], 0, [0, 3, 1], 0],
    ];
    for (const [name, dims, first, firstOffset, second, secondOffset] of layouts) {
      const reach = (strides: number[], offset: number): number =>
        1 + offset + dims.reduce((sum, size, d) => sum + Math.max(0, (size - 1) * strides[d]), 0);
      const points = sizeOf(dims);
      const arrays = [
        input(dtype, values(dtype, reach(first, firstOffset), 3)),
        input(dtype, values(dtype, reach(second, secondOffset), 4)),
        output(dtype, points),
        output(dtype, points),
      ];
      const inputs = [operand(0, dims, first, firstOffset), operand(1, dims, second, secondOffset)];
      const outputs = [operand(2, dims), operand(3, dims)];
      const call: KernelCall = { kernel: 'map', dtype, dims, expression: pair, inputs, outputs };
      yield single(`map ${dtype}, ${name}`, [], arrays, call);
    }
    const inPlace: TestArray = { dtype, array: values(dtype, 67, 5), access: 'both' };
    const step = expression(2, (e, w, g) => e.sub(w, e.mul(g, 2)));
    yield single(`map ${dtype} in place`, [], [inPlace, input(dtype, values(dtype, 67, 6))], {
      kernel: 'map',
      dtype,
      dims: [67],
      expression: step,
      inputs: [operand(0, [67]), operand(1, [67])],
      outputs: [operand(0, [67])],
    });
    // The second pass needs all twenty inputs again, so they stay in registers; stores have a stride.
    const wide = expression(20, (e, ...x) =>
      x.reduceRight(
        (a, b) => e.sub(a, b),
        x.reduce((a, b) => e.add(a, b)),
      ),
    );
    yield single(
      `map ${dtype}, many registers`,
      [],
      [input(dtype, values(dtype, 39, 7)), output(dtype, 60)],
      {
        kernel: 'map',
        dtype,
        dims: [20],
        expression: wide,
        inputs: Array.from({ length: 20 }, (_, i) => operand(0, [20], [1], i)),
        outputs: [operand(1, [20], [3], 1)],
      },
    );
  }
}

/** Memory, temporaries and single numbers at every place of operations with three operands, and numbers that come late. */
function* sourceCases(): Generator<Case> {
  for (const dtype of computes) {
    const operation = dtype === 'int32' ? 'select' : 'fma';
    const e = expression(4, (writer, x, y, number, last) => {
      const temporary = writer.add(y, 1);
      const sources = [x, temporary, number];
      let sum = writer.sub(x, y);
      for (const a of sources) {
        for (const b of sources) {
          for (const c of sources) sum = writer.add(writer[operation](a, b, c), sum);
        }
      }
      return [writer.mul(sum, last), writer.sub(last, temporary)];
    });
    const n = 67;
    const whole = (seed: number): TypedArray => values(dtype, n, seed).map((v: number) => Math.round(v) % 16);
    const numbers = newArray(dtype, 2);
    numbers.set([3, -5]);
    yield single(
      `map ${dtype}, every source of operands`,
      [],
      [
        input(dtype, whole(8)),
        input(dtype, whole(9)),
        input(dtype, numbers),
        output(dtype, n),
        output(dtype, n),
      ],
      {
        kernel: 'map',
        dtype,
        dims: [n],
        expression: e,
        inputs: [operand(0, [n]), operand(1, [n]), operand(2, [n], [0], 0), operand(2, [n], [0], 1)],
        outputs: [operand(3, [n]), operand(4, [n])],
      },
    );
  }
}

/** What a reduce of a kind writes. */
const reducedType = (kind: ReduceKind, dtype: ComputeDType): DType =>
  kind === 'argMax' || kind === 'argMin' ? 'int32' : kind === 'any' || kind === 'all' ? 'bool' : dtype;

function* reduceCases(): Generator<Case> {
  for (const kind of Object.keys(reduceKinds) as ReduceKind[]) {
    for (const dtype of computes) {
      const grids = sizes.map((n) => [2, n, 1]);
      grids.push(
        [3, 17, 5],
        [1, 127, 300],
        [2, 1030, 3],
        [1, 0, 4],
        [0, 5, 1],
        [1, 1, 1],
        [4, 3, 257],
        [1, 5000, 1],
      );
      for (const grid of grids) {
        const [, length, inner] = grid;
        if ((kind === 'argMax' || kind === 'argMin') && length === 0) continue;
        const array = reduceValues(kind, dtype, sizeOf(grid), length * 7 + inner);
        yield reduceCase(`reduce ${kind} ${dtype} of ${grid.join(' x ')}`, kind, dtype, grid, array);
      }
      if (dtype === 'int32') continue;
      for (const inner of [1, 6]) {
        const grid = [specials(dtype).length, 37, inner];
        const array = reduceValues(kind, dtype, sizeOf(grid), 9);
        // One special value in each row, at a place of its own; and twice the same, for the first of equals.
        specials(dtype).forEach((x, row) => {
          array[(row * 37 + ((row * 5) % 37)) * inner] = x;
          array[(row * 37 + ((row * 5 + 9) % 37)) * inner] = x;
        });
        yield reduceCase(`reduce ${kind} ${dtype} with special values, ${inner}`, kind, dtype, grid, array);
      }
    }
  }
  // With work before it, and conversions at both ends.
  const square = expression(2, (e, x, y) => e.mul(e.sub(x, y), e.sub(x, y)));
  const grid = [3, 67, 4];
  const arrays = [
    input('uint8', values('uint8', sizeOf(grid), 3)),
    input('float32', values('float32', 4, 4)),
    output('float64', 12),
  ];
  yield single('reduce of a prologue', [], arrays, {
    kernel: 'reduce',
    kind: 'sum',
    dtype: 'float32',
    outer: 3,
    length: 67,
    inner: 4,
    out: 2,
    prologue: {
      expression: square,
      inputs: [operand(0, grid), operand(1, grid, [0, 0, 1])],
      outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
    },
  });
  // An inner dimension of one element may have any stride: what is read must go by the reduced one's.
  for (const [along, inner] of [
    [1, 0],
    [2, 1],
    [0, 1],
  ]) {
    const rows = [input('uint8', values('uint8', 400, 5)), input('int32', values('int32', 400, 6))];
    yield single(`reduce of rows with strides ${along}, ${inner}`, [], [...rows, output('int32', 3)], {
      kernel: 'reduce',
      kind: 'sum',
      dtype: 'int32',
      outer: 3,
      length: 65,
      inner: 1,
      out: 2,
      prologue: {
        expression: expression(2, (e, x, y) => e.add(x, y)),
        inputs: [0, 1].map((o) => operand(o, [3, 65, 1], [130, along, inner])),
        outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
      },
    });
  }
}

/** Values whose product neither overflows nor vanishes; some equal ones; zeros and ones for any and all. */
function reduceValues(kind: ReduceKind, dtype: ComputeDType, length: number, seed: number): TypedArray {
  const array = newArray(dtype, length);
  const random = seeded(seed);
  for (let i = 0; i < length; i++) {
    const x = random();
    if (kind === 'any') array[i] = x < 0.005 ? 1 : 0;
    else if (kind === 'all') array[i] = x < 0.005 ? 0 : 3;
    else if (dtype === 'int32') array[i] = kind === 'sum' ? (x - 0.5) * 2 ** 31 : (x - 0.5) * 40;
    else if (kind === 'prod') array[i] = 0.9 + 0.2 * x;
    else array[i] = kind === 'sum' ? x - 0.3 : Math.round((x - 0.5) * 200) / 8;
  }
  return array;
}

function reduceCase(
  name: string,
  kind: ReduceKind,
  dtype: ComputeDType,
  grid: readonly number[],
  array: TypedArray,
): Case {
  const [outer, length, inner] = grid;
  const out = reducedType(kind, dtype);
  const prologue = {
    expression: identity,
    inputs: [operand(0, grid, rowMajor(grid))],
    outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
  };
  const call: KernelCall = { kernel: 'reduce', kind, dtype, outer, length, inner, out: 1, prologue };
  return single(name, [`reduce ${kind} ${dtype}`], [input(dtype, array), output(out, outer * inner)], call);
}

interface GemmShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch?: number;
  readonly padding?: number;
  readonly shared?: boolean;
}

function* gemmCases(): Generator<Case> {
  const shapes: GemmShape[] = [
    ...sizes.filter((s) => s <= 67).map((s) => ({ m: s, n: s, k: s })),
    { m: 1, n: 1, k: 1025 },
    { m: 1, n: 33, k: 17 },
    { m: 67, n: 1, k: 9 },
    { m: 127, n: 10, k: 31 },
    { m: 3, n: 127, k: 5 },
    { m: 130, n: 129, k: 67 },
    { m: 5, n: 9, k: 0 },
    { m: 16, n: 31, k: 8, padding: 3 },
    { m: 7, n: 5, k: 4, batch: 3 },
    { m: 9, n: 17, k: 3, batch: 4, shared: true, padding: 1 },
  ];
  for (const dtype of floats) {
    for (const shape of shapes) {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) yield gemmCase(dtype, shape, transposeA, transposeB);
      }
    }
    yield gemmCase(dtype, { m: 33, n: 17, k: 8 }, false, false, 'epilogue');
    yield gemmCase(dtype, { m: 4, n: 300, k: 5, batch: 2 }, true, false, 'epilogue');
  }
  yield gemmCase('float32', { m: 33, n: 31, k: 67 }, false, true, 'bfloat16');
}

function gemmCase(
  dtype: FloatDType,
  { m, n, k, batch = 1, padding = 0, shared = false }: GemmShape,
  transposeA: boolean,
  transposeB: boolean,
  extra?: 'epilogue' | 'bfloat16',
): Case {
  const lda = (transposeA ? m : k) + padding;
  const ldb = (transposeB ? k : n) + padding;
  const ldc = n + padding;
  const strideA = (transposeA ? k : m) * lda;
  const strideB = shared ? 0 : (transposeB ? n : k) * ldb;
  const arrays = [
    input(dtype, values(dtype, batch * strideA, m + 1, 1)),
    input(dtype, values(dtype, (shared ? 1 : batch) * (transposeB ? n : k) * ldb, n + 2, 1)),
    output(dtype, batch * m * ldc),
    input(dtype, values(dtype, n, 3, 1)),
  ];
  const dims = [batch, m, n];
  const out = operand(2, dims, [m * ldc, ldc, 1]);
  const bias = operand(3, dims, [0, 0, 1]);
  const relu = expression(2, (e, x, b) => e.max(e.add(x, b), 0));
  const name = `gemm ${dtype} ${batch} x ${m}x${n}x${k}${transposeA ? ' aT' : ''}${transposeB ? ' bT' : ''} ${extra ?? ''}`;
  return single(
    name.trim(),
    [`gemm ${dtype}`, ...(extra ? [`gemm ${extra}`] : [])],
    arrays,
    {
      kernel: 'gemm',
      dtype,
      precision: extra === 'bfloat16' ? 'bfloat16' : 'full',
      ...{ batch, m, n, k, a: 0, lda, strideA, transposeA, b: 1, ldb, strideB, transposeB },
      ...{ out: 2, ldc, strideC: m * ldc },
      ...(extra === 'epilogue'
        ? { epilogue: { expression: relu, inputs: [out, bias], outputs: [out] } }
        : {}),
    },
    // Operands are below 1, so each of k roundings is at most k times half an ULP of 1.
    { ulp: 2, absolute: (k + 2) * epsilon[dtype] * Math.sqrt(k + 1) },
  );
}

function* indexCases(): Generator<Case> {
  const shapes = [
    [1, 10, 4, 1],
    [1, 60, 33, 784],
    [3, 7, 5, 2],
    [2, 5, 0, 3],
    [4, 1, 9, 17],
    [1, 127, 1025, 1],
    [2, 4, 3, 0],
  ];
  for (const [outer, axis, count, inner] of shapes) {
    const random = seeded(count + inner);
    const indices = Int32Array.from({ length: count }, () => Math.floor(random() * axis));
    const shape = `${outer}x${axis}x${inner} by ${count}`;
    const common = { outer, axis, count, inner, indices: 1, out: 2 };
    for (const dtype of allDTypes) {
      const from = input(dtype, values(dtype, outer * axis * inner, inner));
      const arrays = [from, input('int32', indices), output(dtype, outer * count * inner)];
      yield single(`gather ${dtype} ${shape}`, [], arrays, { kernel: 'gather', ...common, input: 0 });
    }
    for (const dtype of computes) {
      const updates = input(dtype, values(dtype, outer * count * inner, inner + 1));
      const arrays = [updates, input('int32', indices), output(dtype, outer * axis * inner)];
      const call: KernelCall = { kernel: 'scatterAdd', dtype, ...common, updates: 0 };
      yield single(`scatterAdd ${dtype} ${shape}`, [`scatterAdd ${dtype}`], arrays, call);
    }
  }
}

function* copyCases(): Generator<Case> {
  const layouts: [string, number[], number[], number, number[], number][] = [
    ['transpose', [33, 17], [1, 33], 0, [17, 1], 0],
    ['transpose of three', [5, 9, 7], [1, 35, 5], 0, [63, 7, 1], 0],
    ['slice', [4, 67], [100, 1], 7, [67, 1], 0],
    ['into a part', [9, 31], [31, 1], 0, [40, 1], 3],
    ['reverse', [127], [-1], 126, [1], 0],
    ['broadcast', [8, 16], [0, 1], 0, [16, 1], 0],
    ['dense', [2049], [1], 0, [1], 0],
    ['empty', [3, 0], [1, 1], 0, [1, 1], 0],
    ['a single one', [], [], 2, [], 1],
    ['six dimensions', [2, 3, 2, 2, 3, 2], [1, 2, 6, 12, 24, 72], 0, [72, 24, 12, 6, 2, 1], 0],
  ];
  for (const [name, dims, from, fromOffset, to, toOffset] of layouts) {
    for (const dtype of allDTypes) {
      const reach = (strides: number[], offset: number): number =>
        1 + offset + dims.reduce((sum, size, d) => sum + Math.max(0, (size - 1) * strides[d]), 0);
      const arrays = [
        input(dtype, values(dtype, reach(from, fromOffset), 8)),
        output(dtype, reach(to, toOffset)),
      ];
      const place = (index: number, strides: number[], offset: number): GridOperand =>
        operand(index, dims, strides, offset);
      const call: KernelCall = {
        kernel: 'copy',
        dims,
        input: place(0, from, fromOffset),
        out: place(1, to, toOffset),
      };
      yield single(`copy ${dtype}, ${name}`, [], arrays, call);
    }
  }
}

function* randomCases(): Generator<Case> {
  for (const kind of Object.keys(randomKinds) as RandomKind[]) {
    for (const dtype of computes) {
      if (kind === 'permutation' && dtype !== 'int32') continue;
      for (const count of sizes) {
        // The second draw carries into the upper word of the counter.
        const state: TestArray = { dtype: 'int32', array: Int32Array.of(7, -3, -1, 5), access: 'both' };
        const [low, high] = dtype === 'int32' ? [-10, 1000] : kind === 'uniform' ? [-2, 3] : [0.5, 2];
        yield single(
          `random ${kind} ${dtype} of ${count}`,
          [`random ${kind} ${dtype}`],
          [state, output(dtype, count)],
          { kernel: 'random', kind, dtype, count, low, high, state: 0, out: 1 },
        );
      }
    }
  }
}

function* rowCases(): Generator<Case> {
  for (const dtype of floats) {
    for (const columns of sizes) {
      const rows = columns > 1000 ? 2 : 5;
      const logits = values(dtype, rows * columns, columns, 10);
      const special = columns > 0 ? specials(dtype) : [];
      const withSpecials = values(dtype, special.length * columns, columns, 10);
      special.forEach((x, row) => (withSpecials[row * columns + (row % columns)] = x));
      const loose = { ulp: 8, absolute: 64 * epsilon[dtype] };
      for (const log of [false, true]) {
        for (const [array, note] of [
          [logits, ''],
          [withSpecials, ' with special values'],
        ] as const) {
          const rowCount = columns > 0 ? array.length / columns : 5;
          yield single(
            `softmax ${dtype} of ${rowCount} x ${columns}${log ? ' log' : ''}${note}`,
            [`softmax ${dtype}`],
            [input(dtype, array), output(dtype, array.length)],
            { kernel: 'softmax', dtype, log, rows: rowCount, columns, input: 0, out: 1 },
            loose,
          );
        }
      }
      if (columns === 0) continue;
      const random = seeded(columns);
      const classes = (type: DType): TypedArray => {
        const array = newArray(type, rows);
        for (let i = 0; i < rows; i++) array[i] = Math.floor(random() * Math.min(columns, 256));
        return array;
      };
      const distribution = newArray(dtype, rows * columns);
      for (let i = 0; i < distribution.length; i++) distribution[i] = random();
      const labels: [string, DType, TypedArray][] = [
        ['int32', 'int32', classes('int32')],
        ['uint8', 'uint8', classes('uint8')],
        ['distributions', dtype, distribution],
      ];
      for (const [note, type, array] of labels) {
        for (const [loss, delta] of [
          [2, 3],
          [2, -1],
          [-1, 3],
        ]) {
          yield single(
            `crossEntropy ${dtype} of ${rows} x ${columns}, ${note}, ${loss} ${delta}`,
            [`crossEntropy ${dtype}`],
            [input(dtype, logits), input(type, array), output(dtype, rows), output(dtype, rows * columns)],
            {
              kernel: 'crossEntropy',
              dtype,
              sparse: note !== 'distributions',
              ...{ rows, columns, logits: 0, labels: 1, loss, delta },
            },
            // Sums of up to `columns` terms of up to 20, and factors as large as the sum of a row's labels.
            { ulp: 8, absolute: (64 + 24 * columns) * epsilon[dtype] },
          );
        }
      }
    }
    yield single(`check ${dtype}`, [`check ${dtype}`], [input(dtype, values(dtype, 1025, 3))], {
      kernel: 'check',
      dtype,
      count: 1025,
      input: 0,
    });
  }
}

/** Loops: views that move forwards and backwards, nested, with a count from memory and none at all. */
function* loopCases(): Generator<Case> {
  for (const turns of [0, 1, 5]) {
    const writer = new ProgramWriter();
    const source = writer.boundBuffer('float32', 60, 'read');
    const sum = writer.boundBuffer('float32', 20, 'both');
    const count = writer.boundBuffer('int32', 1, 'read');
    const from = writer.newView(source, 0);
    const to = writer.newView(sum, 16);
    const outer = writer.beginLoop(5, writer.view(count, 0), [
      { view: from, stride: 12 },
      { view: to, stride: -4 },
    ]);
    const inner = writer.beginLoop(3, -1, [{ view: from, stride: 4 }]);
    const add: KernelCall = {
      kernel: 'map',
      dtype: 'float32',
      dims: [4],
      expression: expression(2, (e, a, b) => e.add(e.mul(a, 0.5), b)),
      inputs: [operand(1, [4]), operand(0, [4])],
      outputs: [operand(1, [4])],
    };
    writer.call(add, (o) => (o === 0 ? from : to));
    writer.endLoop(inner);
    writer.call({ kernel: 'boundary' }, () => -1);
    writer.endLoop(outer);
    yield {
      name: `loop of ${turns} x 3`,
      covers: ['loop', 'boundary', 'map'],
      words: writer.finish(),
      arrays: [
        input('float32', values('float32', 60, 1)),
        { dtype: 'float32', array: values('float32', 20, 2), access: 'both' },
        input('int32', Int32Array.of(turns)),
      ],
      outputs: [1],
      tolerance: { ulp: 0 },
    };
  }
}

/** All cases, some thousand. */
export function cases(): Case[] {
  return [
    ...microCases(),
    ...conversionCases(),
    ...mapCases(),
    ...sourceCases(),
    ...reduceCases(),
    ...gemmCases(),
    ...indexCases(),
    ...copyCases(),
    ...randomCases(),
    ...rowCases(),
    ...loopCases(),
  ];
}

/** Fresh copies of a case's arrays, to be bound to a run. */
export function copies(c: Case): TypedArray[] {
  return c.arrays.map((a) => a.array.slice());
}

/** What there must be a case for: everything that the tables list. */
export function everything(): string[] {
  const all: string[] = [];
  for (const [name, definition] of Object.entries(microOperations)) {
    const micro: MicroOperation = definition;
    for (const dtype of computes) {
      if (dtype !== 'int32' || micro.types === 'all') all.push(`map ${name} ${dtype}`);
    }
  }
  for (const dtype of computes) {
    for (const kind of Object.keys(reduceKinds)) all.push(`reduce ${kind} ${dtype}`);
    for (const kind of Object.keys(randomKinds)) {
      if (kind !== 'permutation' || dtype === 'int32') all.push(`random ${kind} ${dtype}`);
    }
  }
  for (const dtype of floats) {
    for (const kernel of ['gemm', 'softmax', 'crossEntropy', 'check']) all.push(`${kernel} ${dtype}`);
  }
  return [...all, 'gemm epilogue', 'gemm bfloat16'];
}
