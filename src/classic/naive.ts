// The operations of tensors as plain loops over nested arrays, one element after the other: what `relu`, `add` and
// `dot` mean. To be read, and to be timed beside the fast ones; nothing in Hebb uses them.

import { ArgumentError } from '../contract/errors.js';

/** A vector as a plain array. */
export type PlainVector = readonly number[];
/** A matrix as an array of its rows. */
export type PlainMatrix = readonly PlainVector[];

function check(holds: boolean, what: string, message: string): void {
  if (!holds) throw new ArgumentError(`${what}: ${message}.`);
}

/** Rows and columns. */
function sizeOf(x: PlainMatrix, what: string): [number, number] {
  const columns = x[0]?.length ?? 0;
  check(
    x.every((row) => Array.isArray(row) && row.length === columns),
    what,
    'expected a matrix, an array of rows of one length',
  );
  return [x.length, columns];
}

/** max(x, 0) of each element. */
export function naiveRelu(x: PlainMatrix): number[][] {
  const [rows, columns] = sizeOf(x, 'naiveRelu');
  const out = x.map((row) => [...row]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[i][j] = Math.max(out[i][j], 0);
  }
  return out;
}

/** x + y, element by element. */
export function naiveAdd(x: PlainMatrix, y: PlainMatrix): number[][] {
  const [rows, columns] = sizeOf(x, 'naiveAdd');
  const [otherRows, otherColumns] = sizeOf(y, 'naiveAdd');
  check(rows === otherRows && columns === otherColumns, 'naiveAdd', 'expected two matrices of one shape');
  const out = x.map((row) => [...row]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[i][j] += y[i][j];
  }
  return out;
}

/** The vector y added to each row of x: broadcasting. */
export function naiveAddMatrixAndVector(x: PlainMatrix, y: PlainVector): number[][] {
  const [rows, columns] = sizeOf(x, 'naiveAddMatrixAndVector');
  check(
    columns === y.length,
    'naiveAddMatrixAndVector',
    'expected as many columns as the vector has elements',
  );
  const out = x.map((row) => [...row]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[i][j] += y[j];
  }
  return out;
}

/** The inner product of two vectors: the sum of x_i y_i. */
export function naiveVectorDot(x: PlainVector, y: PlainVector): number {
  check(
    x.length === y.length,
    'naiveVectorDot',
    `expected vectors of one length, got ${x.length} and ${y.length}`,
  );
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

/** A matrix times a vector: the inner product of each row with it. */
export function naiveMatrixVectorDot(x: PlainMatrix, y: PlainVector): number[] {
  const [rows, columns] = sizeOf(x, 'naiveMatrixVectorDot');
  check(columns === y.length, 'naiveMatrixVectorDot', 'expected as many columns as the vector has elements');
  const out = new Array<number>(rows).fill(0);
  for (let i = 0; i < rows; i++) out[i] = naiveVectorDot(x[i], y);
  return out;
}

/** The product of two matrices: the inner product of each row of x with each column of y. */
export function naiveMatrixDot(x: PlainMatrix, y: PlainMatrix): number[][] {
  const [rows, inner] = sizeOf(x, 'naiveMatrixDot');
  const [otherRows, columns] = sizeOf(y, 'naiveMatrixDot');
  check(
    inner === otherRows,
    'naiveMatrixDot',
    `expected ${inner} rows in the second matrix, got ${otherRows}`,
  );
  const out = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const columnOfY = y.map((row) => row[j]);
      out[i][j] = naiveVectorDot(x[i], columnOfY);
    }
  }
  return out;
}
