// Matrix products. Integers are multiplied in float64, which is exact up to 2^53.

import { isFloat, promote, type DType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { sizeOf } from '../contract/calls.js';
import { convertPair, type TensorLike } from '../tensor/convert.js';
import { runOp1, type Op } from '../tensor/op.js';
import { getPrecision, type MatMulPrecision } from '../tensor/precision.js';
import { broadcastShapes, sameShape, showShape, type Shape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import { castTo } from './cast.js';
import { unbroadcast } from './elementwise.js';
import { broadcastTo, reshape } from './shape.js';

/** Batch dimensions, rows and columns as stored. */
function parts(shape: Shape): { batch: Shape; rows: number; columns: number } {
  const { length } = shape;
  return { batch: shape.slice(0, length - 2), rows: shape[length - 2], columns: shape[length - 1] };
}

/** The product of one combination of transpositions at one precision; an op of its own, as encodings are kept by op. */
function matMulOp(precision: MatMulPrecision, transposeA: boolean, transposeB: boolean): Op {
  return {
    name: 'matMul',
    infer: ([a, b]) => {
      const left = parts(a.shape);
      const right = parts(b.shape);
      const batch = broadcastShapes(left.batch, right.batch, 'matMul');
      const m = transposeA ? left.columns : left.rows;
      const n = transposeB ? right.rows : right.columns;
      return [{ shape: [...batch, m, n], dtype: a.dtype }];
    },
    lower: ([a, b], [out]) => {
      const left = parts(a.shape);
      const right = parts(b.shape);
      const { batch, rows: m, columns: n } = parts(out.shape);
      // Batches are equal, or one of them has a single matrix for all (see matMul below).
      return [
        {
          kernel: 'gemm',
          dtype: a.dtype === 'float64' ? 'float64' : 'float32',
          precision: precision === 'bf16' && a.dtype === 'float32' ? 'bfloat16' : 'full',
          batch: sizeOf(batch),
          m,
          n,
          k: transposeA ? left.rows : left.columns,
          a: 0,
          lda: left.columns,
          strideA: sizeOf(left.batch) === 1 ? 0 : left.rows * left.columns,
          transposeA,
          b: 1,
          ldb: right.columns,
          strideB: sizeOf(right.batch) === 1 ? 0 : right.rows * right.columns,
          transposeB,
          out: 2,
          ldc: n,
          strideC: m * n,
        },
      ];
    },
    // With C = A B:  dA = dC B^T,  dB = A^T dC;  for a transposed operand, the transpose of that.
    gradient: ([dy], { inputs: [a, b], needs }) => {
      if (!dy) return [null, null];
      const product = (x: Tensor, y: Tensor, tx: boolean, ty: boolean): Tensor =>
        matMulAt(precision, x, y, tx, ty);
      const da = (): Tensor =>
        transposeA ? product(b, dy, transposeB, true) : product(dy, b, false, !transposeB);
      const db = (): Tensor =>
        transposeB ? product(dy, a, true, transposeA) : product(a, dy, !transposeA, false);
      return [needs[0] ? unbroadcast(da(), a) : null, needs[1] ? unbroadcast(db(), b) : null];
    },
  };
}

function matMulOpsAt(precision: MatMulPrecision): readonly (readonly Op[])[] {
  return [
    [matMulOp(precision, false, false), matMulOp(precision, false, true)],
    [matMulOp(precision, true, false), matMulOp(precision, true, true)],
  ];
}
const matMulOps = { float32: matMulOpsAt('float32'), bf16: matMulOpsAt('bf16') };

/**
 * The product of two matrices, or of batches of them, whose batch dimensions broadcast; of float32 at the precision that
 * `setPrecision` chose.
 * @param transposeA whether to transpose a before
 * @param transposeB whether to transpose b before
 * @throws ArgumentError on a rank below 2 or inner dimensions that differ
 */
export function matMul(a: TensorLike, b: TensorLike, transposeA = false, transposeB = false): Tensor {
  return matMulAt(getPrecision(), a, b, transposeA, transposeB);
}

/** `matMul` at a precision. */
function matMulAt(
  precision: MatMulPrecision,
  a: TensorLike,
  b: TensorLike,
  transposeA: boolean,
  transposeB: boolean,
): Tensor {
  const opsHere = matMulOps[precision];
  let [x, y] = convertPair(a, b, 'matMul');
  if (x.rank < 2 || y.rank < 2) {
    throw new ArgumentError(
      `matMul: expected two matrices (rank 2 or more), got shapes ${showShape(x.shape)} and ${showShape(y.shape)}; ` +
        'dot() takes vectors.',
    );
  }
  const left = parts(x.shape);
  const right = parts(y.shape);
  const innerA = transposeA ? left.rows : left.columns;
  const innerB = transposeB ? right.columns : right.rows;
  if (innerA !== innerB) {
    const show = (shape: Shape, transposed: boolean): string =>
      showShape(shape) + (transposed ? ' transposed' : '');
    throw new ArgumentError(
      `matMul: the inner dimensions differ: ${innerA} of ${show(x.shape, transposeA)} and ${innerB} of ` +
        `${show(y.shape, transposeB)}.`,
    );
  }
  const dtype = promote(x.dtype, y.dtype);
  const computed: DType = isFloat(dtype) ? dtype : 'float64';
  x = castTo(x, computed);
  y = castTo(y, computed);
  if (x.rank > 2 && sizeOf(right.batch) === 1 && !transposeA && y.rank <= x.rank) {
    // One matrix for a whole batch of rows: a single, larger product.
    const rows = reshape(x, [-1, left.columns]);
    const product = runOp1(
      opsHere[0][Number(transposeB)],
      [rows, reshape(y, [right.rows, right.columns])],
      undefined,
    );
    x = reshape(product, [...x.shape.slice(0, -1), product.shape[1]]);
  } else {
    if (!sameShape(left.batch, right.batch)) [x, y] = matchBatches(x, y, left.batch, right.batch);
    x = runOp1(opsHere[Number(transposeA)][Number(transposeB)], [x, y], undefined);
  }
  return isFloat(dtype) ? x : castTo(x, 'int32');
}

/** Repeats matrices where batches differ and neither is a single matrix. */
function matchBatches(a: Tensor, b: Tensor, batchA: Shape, batchB: Shape): [Tensor, Tensor] {
  const batch = broadcastShapes(batchA, batchB, 'matMul');
  const repeat = (t: Tensor, own: Shape): Tensor =>
    sizeOf(own) === 1 || sameShape(own, batch) ? t : broadcastTo(t, [...batch, ...t.shape.slice(-2)]);
  return [repeat(a, batchA), repeat(b, batchB)];
}

/**
 * The product of vectors and matrices: two vectors give their inner product, of rank 0; a vector counts as a row on the
 * left and as a column on the right.
 * @throws ArgumentError on a rank other than 1 or 2, or inner dimensions that differ
 */
export function dot(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = convertPair(a, b, 'dot');
  if (![x, y].every((t) => t.rank === 1 || t.rank === 2)) {
    throw new ArgumentError(
      `dot: expected vectors or matrices (rank 1 or 2), got shapes ${showShape(x.shape)} and ${showShape(y.shape)}.`,
    );
  }
  const innerA = x.shape[x.rank - 1];
  const innerB = y.shape[0];
  if (innerA !== innerB) {
    throw new ArgumentError(
      `dot: the inner dimensions differ: ${innerA} of ${showShape(x.shape)} and ${innerB} of ${showShape(y.shape)}.`,
    );
  }
  const rows = x.rank === 1 ? reshape(x, [1, innerA]) : x;
  const columns = y.rank === 1 ? reshape(y, [innerB, 1]) : y;
  return reshape(matMul(rows, columns), [...x.shape.slice(0, -1), ...y.shape.slice(1)]);
}

/**
 * The matrix of the products of every element of one vector with every element of another.
 * @throws ArgumentError unless both have rank 1
 */
export function outerProduct(v1: TensorLike, v2: TensorLike): Tensor {
  const [x, y] = convertPair(v1, v2, 'outerProduct');
  if (x.rank !== 1 || y.rank !== 1) {
    throw new ArgumentError(
      `outerProduct: expected two vectors, got shapes ${showShape(x.shape)} and ${showShape(y.shape)}.`,
    );
  }
  return matMul(reshape(x, [x.size, 1]), reshape(y, [1, y.size]));
}
