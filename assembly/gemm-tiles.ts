// The register tiles of gemm.ts: rows of a packed panel of A times a panel of B. V8 has 15 vector registers to give away: a
// tile of 6 rows by 2 vectors with fused multiply-add needs them all (12 sums, 2 of B, 1 of A); a separate multiply
// needs one more, so the plain build has 5 rows. Unrolling along k makes V8 spill.

import { gemmRowsPlain, gemmRowsRelaxed } from '../src/backend/wasm/layout';
import { loadSplat, multiplyAdd } from './vector';

/** Rows of the tile. */
// @ts-ignore: decorator
@inline
export function tileRows(): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? gemmRowsRelaxed : gemmRowsPlain;
}

/** tileRows rows by two vectors: a panel of A (`bytes` long) times a panel of B (`bStep` bytes from row to row). */
export function tile<T>(
  a: usize,
  bytes: usize,
  b: usize,
  bStep: i32,
  out: usize,
  outRow: i32,
  accumulate: bool,
): void {
  const zero = i32x4.splat(0);
  let c00 = zero;
  let c01 = zero;
  let c10 = zero;
  let c11 = zero;
  let c20 = zero;
  let c21 = zero;
  let c30 = zero;
  let c31 = zero;
  let c40 = zero;
  let c41 = zero;
  let c50 = zero;
  let c51 = zero;
  if (accumulate) {
    let from = out;
    c00 = v128.load(from);
    c01 = v128.load(from, 16);
    from += outRow;
    c10 = v128.load(from);
    c11 = v128.load(from, 16);
    from += outRow;
    c20 = v128.load(from);
    c21 = v128.load(from, 16);
    from += outRow;
    c30 = v128.load(from);
    c31 = v128.load(from, 16);
    from += outRow;
    c40 = v128.load(from);
    c41 = v128.load(from, 16);
    if (ASC_FEATURE_RELAXED_SIMD) {
      from += outRow;
      c50 = v128.load(from);
      c51 = v128.load(from, 16);
    }
  }
  const end = a + bytes;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = loadSplat<T>(a);
    c00 = multiplyAdd<T>(x, b0, c00);
    c01 = multiplyAdd<T>(x, b1, c01);
    x = loadSplat<T>(a + sizeof<T>());
    c10 = multiplyAdd<T>(x, b0, c10);
    c11 = multiplyAdd<T>(x, b1, c11);
    x = loadSplat<T>(a + 2 * sizeof<T>());
    c20 = multiplyAdd<T>(x, b0, c20);
    c21 = multiplyAdd<T>(x, b1, c21);
    x = loadSplat<T>(a + 3 * sizeof<T>());
    c30 = multiplyAdd<T>(x, b0, c30);
    c31 = multiplyAdd<T>(x, b1, c31);
    x = loadSplat<T>(a + 4 * sizeof<T>());
    c40 = multiplyAdd<T>(x, b0, c40);
    c41 = multiplyAdd<T>(x, b1, c41);
    if (ASC_FEATURE_RELAXED_SIMD) {
      x = loadSplat<T>(a + 5 * sizeof<T>());
      c50 = multiplyAdd<T>(x, b0, c50);
      c51 = multiplyAdd<T>(x, b1, c51);
    }
    a += tileRows() * sizeof<T>();
    b += bStep;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  out += outRow;
  v128.store(out, c10);
  v128.store(out, c11, 16);
  out += outRow;
  v128.store(out, c20);
  v128.store(out, c21, 16);
  out += outRow;
  v128.store(out, c30);
  v128.store(out, c31, 16);
  out += outRow;
  v128.store(out, c40);
  v128.store(out, c41, 16);
  if (ASC_FEATURE_RELAXED_SIMD) {
    out += outRow;
    v128.store(out, c50);
    v128.store(out, c51, 16);
  }
}

/**
 * tileRows rows by four vectors, in pairs of neighbours: for engines that make one vector of 256 bits of each pair, which
 * have then as many values as tile; elsewhere half of them would not fit into registers.
 */
export function wideTile<T>(
  a: usize,
  bytes: usize,
  b: usize,
  bStep: i32,
  out: usize,
  outRow: i32,
  accumulate: bool,
): void {
  const zero = i32x4.splat(0);
  let c00 = zero;
  let c01 = zero;
  let c02 = zero;
  let c03 = zero;
  let c10 = zero;
  let c11 = zero;
  let c12 = zero;
  let c13 = zero;
  let c20 = zero;
  let c21 = zero;
  let c22 = zero;
  let c23 = zero;
  let c30 = zero;
  let c31 = zero;
  let c32 = zero;
  let c33 = zero;
  let c40 = zero;
  let c41 = zero;
  let c42 = zero;
  let c43 = zero;
  let c50 = zero;
  let c51 = zero;
  let c52 = zero;
  let c53 = zero;
  if (accumulate) {
    let from = out;
    c00 = v128.load(from);
    c01 = v128.load(from, 16);
    c02 = v128.load(from, 32);
    c03 = v128.load(from, 48);
    from += outRow;
    c10 = v128.load(from);
    c11 = v128.load(from, 16);
    c12 = v128.load(from, 32);
    c13 = v128.load(from, 48);
    from += outRow;
    c20 = v128.load(from);
    c21 = v128.load(from, 16);
    c22 = v128.load(from, 32);
    c23 = v128.load(from, 48);
    from += outRow;
    c30 = v128.load(from);
    c31 = v128.load(from, 16);
    c32 = v128.load(from, 32);
    c33 = v128.load(from, 48);
    from += outRow;
    c40 = v128.load(from);
    c41 = v128.load(from, 16);
    c42 = v128.load(from, 32);
    c43 = v128.load(from, 48);
    if (ASC_FEATURE_RELAXED_SIMD) {
      from += outRow;
      c50 = v128.load(from);
      c51 = v128.load(from, 16);
      c52 = v128.load(from, 32);
      c53 = v128.load(from, 48);
    }
  }
  const end = a + bytes;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    let x = loadSplat<T>(a);
    c00 = multiplyAdd<T>(x, b0, c00);
    c01 = multiplyAdd<T>(x, b1, c01);
    c02 = multiplyAdd<T>(x, b2, c02);
    c03 = multiplyAdd<T>(x, b3, c03);
    x = loadSplat<T>(a + sizeof<T>());
    c10 = multiplyAdd<T>(x, b0, c10);
    c11 = multiplyAdd<T>(x, b1, c11);
    c12 = multiplyAdd<T>(x, b2, c12);
    c13 = multiplyAdd<T>(x, b3, c13);
    x = loadSplat<T>(a + 2 * sizeof<T>());
    c20 = multiplyAdd<T>(x, b0, c20);
    c21 = multiplyAdd<T>(x, b1, c21);
    c22 = multiplyAdd<T>(x, b2, c22);
    c23 = multiplyAdd<T>(x, b3, c23);
    x = loadSplat<T>(a + 3 * sizeof<T>());
    c30 = multiplyAdd<T>(x, b0, c30);
    c31 = multiplyAdd<T>(x, b1, c31);
    c32 = multiplyAdd<T>(x, b2, c32);
    c33 = multiplyAdd<T>(x, b3, c33);
    x = loadSplat<T>(a + 4 * sizeof<T>());
    c40 = multiplyAdd<T>(x, b0, c40);
    c41 = multiplyAdd<T>(x, b1, c41);
    c42 = multiplyAdd<T>(x, b2, c42);
    c43 = multiplyAdd<T>(x, b3, c43);
    if (ASC_FEATURE_RELAXED_SIMD) {
      x = loadSplat<T>(a + 5 * sizeof<T>());
      c50 = multiplyAdd<T>(x, b0, c50);
      c51 = multiplyAdd<T>(x, b1, c51);
      c52 = multiplyAdd<T>(x, b2, c52);
      c53 = multiplyAdd<T>(x, b3, c53);
    }
    a += tileRows() * sizeof<T>();
    b += bStep;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out, c02, 32);
  v128.store(out, c03, 48);
  out += outRow;
  v128.store(out, c10);
  v128.store(out, c11, 16);
  v128.store(out, c12, 32);
  v128.store(out, c13, 48);
  out += outRow;
  v128.store(out, c20);
  v128.store(out, c21, 16);
  v128.store(out, c22, 32);
  v128.store(out, c23, 48);
  out += outRow;
  v128.store(out, c30);
  v128.store(out, c31, 16);
  v128.store(out, c32, 32);
  v128.store(out, c33, 48);
  out += outRow;
  v128.store(out, c40);
  v128.store(out, c41, 16);
  v128.store(out, c42, 32);
  v128.store(out, c43, 48);
  if (ASC_FEATURE_RELAXED_SIMD) {
    out += outRow;
    v128.store(out, c50);
    v128.store(out, c51, 16);
    v128.store(out, c52, 32);
    v128.store(out, c53, 48);
  }
}

/** The same by one vector, into the scratch tile: for the last columns. */
export function narrowTile<T>(
  a: usize,
  bytes: usize,
  b: usize,
  bStep: i32,
  out: usize,
  accumulate: bool,
): void {
  const zero = i32x4.splat(0);
  let c0 = zero;
  let c1 = zero;
  let c2 = zero;
  let c3 = zero;
  let c4 = zero;
  let c5 = zero;
  if (accumulate) {
    c0 = v128.load(out);
    c1 = v128.load(out, 64);
    c2 = v128.load(out, 128);
    c3 = v128.load(out, 192);
    c4 = v128.load(out, 256);
    if (ASC_FEATURE_RELAXED_SIMD) c5 = v128.load(out, 320);
  }
  const end = a + bytes;
  while (a < end) {
    const b0 = v128.load(b);
    c0 = multiplyAdd<T>(loadSplat<T>(a), b0, c0);
    c1 = multiplyAdd<T>(loadSplat<T>(a + sizeof<T>()), b0, c1);
    c2 = multiplyAdd<T>(loadSplat<T>(a + 2 * sizeof<T>()), b0, c2);
    c3 = multiplyAdd<T>(loadSplat<T>(a + 3 * sizeof<T>()), b0, c3);
    c4 = multiplyAdd<T>(loadSplat<T>(a + 4 * sizeof<T>()), b0, c4);
    if (ASC_FEATURE_RELAXED_SIMD) c5 = multiplyAdd<T>(loadSplat<T>(a + 5 * sizeof<T>()), b0, c5);
    a += tileRows() * sizeof<T>();
    b += bStep;
  }
  v128.store(out, c0);
  v128.store(out, c1, 64);
  v128.store(out, c2, 128);
  v128.store(out, c3, 192);
  v128.store(out, c4, 256);
  if (ASC_FEATURE_RELAXED_SIMD) v128.store(out, c5, 320);
}
