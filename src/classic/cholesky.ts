// The inverse of a small symmetric positive definite matrix, in float64: what closed forms need. The matrices are as
// large as there are features, or stored patterns; the products around them are left to the backend.

/**
 * A = L L^T with L lower triangular; then A^-1 = L^-T L^-1.
 * @param a n x n, row by row; only its lower half is read
 * @returns A^-1; or the number of the first row that depends on the rows before it, where A is not positive definite
 */
export function inversePositiveDefinite(a: Float64Array, n: number): Float64Array | number {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k];
      if (i > j) lower[i * n + j] = sum / lower[j * n + j];
      // What is left of the diagonal is the squared distance of row i from the space of those before: 0 but for rounding.
      else if (!(sum > 1e-12 * n * a[i * n + i])) return i;
      else lower[i * n + i] = Math.sqrt(sum);
    }
  }
  // L^-1, column by column by forward substitution; stored by columns, so that what follows runs along memory.
  const inverse = new Float64Array(n * n);
  for (let column = 0; column < n; column++) {
    const start = column * n;
    for (let i = column; i < n; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= lower[i * n + k] * inverse[start + k];
      inverse[start + i] = sum / lower[i * n + i];
    }
  }
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += inverse[i * n + k] * inverse[j * n + k];
      result[i * n + j] = result[j * n + i] = sum;
    }
  }
  return result;
}
