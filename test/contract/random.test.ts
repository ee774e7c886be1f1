// The arithmetic of random numbers against published quantiles and exact values.

import { describe, expect, it } from 'vitest';
import {
  logarithm,
  normalDeviate,
  normalQuantile,
  scaleWord,
  truncatedNormalDeviate,
  uniform24,
  uniform32,
  uniform53,
} from '../../src/contract/random.js';
import { seeded } from '../support/building.js';

const relative = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

describe('uniform', () => {
  it('takes the upper bits of words', () => {
    expect([uniform24(0), uniform24(-1), uniform24(0x80000000)]).toEqual([0, 1 - 2 ** -24, 0.5]);
    expect([uniform32(0), uniform32(-1), uniform32(1)]).toEqual([0, 1 - 2 ** -32, 2 ** -32]);
    expect([uniform53(0, 0), uniform53(-1, -1), uniform53(1 << 31, 0)]).toEqual([0, 1 - 2 ** -53, 0.5]);
    expect(uniform53(0, 64)).toBe(2 ** -53);
    expect(uniform53(32, 0)).toBe(2 ** -27);
  });

  it('scaleWord is word * n / 2^32 without its fraction', () => {
    const random = seeded(1);
    for (let i = 0; i < 2000; i++) {
      const word = Math.floor(random() * 2 ** 32);
      const n = 1 + Math.floor(random() * 2 ** (1 + (i % 30)));
      expect(scaleWord(word | 0, n)).toBe(Number((BigInt(word) * BigInt(n)) >> 32n));
    }
    expect(scaleWord(-1, 0x7fffffff)).toBe(0x7ffffffe);
  });
});

it('logarithm agrees with Math.log to 2 ULP', () => {
  const random = seeded(2);
  for (let i = 0; i < 5000; i++) {
    const x = (0.5 + random()) * 2 ** -(i % 80);
    if (Math.abs(x - 1) > 0.01) expect(relative(logarithm(x), Math.log(x))).toBeLessThan(4.5e-16);
  }
  expect(logarithm(1)).toBe(0);
  expect(logarithm(0.5)).toBe(-0.6931471805599453);
});

describe('normal deviates', () => {
  // Quantiles to 20 digits: 1.28155..., 1.64485..., 1.95996..., 2.32634..., 2.57582..., 3.09023... stand in every
  // table; those far out are the ones that Wichura gives for testing AS 241 (p = 1e-20: -9.262340089798408).
  it.each([
    [0.25, -0.67448975019608174],
    [0.1, -1.2815515655446004],
    [0.05, -1.6448536269514722],
    [0.025, -1.9599639845400545],
    [0.01, -2.3263478740408408],
    [0.005, -2.5758293035489004],
    [0.001, -3.0902323061678132],
    [1e-5, -4.2648907939228247],
    [1e-9, -5.9978070150076869],
    [1e-20, -9.262340089798408],
  ])('the quantile of %d is %d', (p, x) => {
    expect(relative(normalQuantile(p), x)).toBeLessThan(1e-15);
  });

  it('are symmetric, finite, and ordered as the words are', () => {
    // The distribution function at 2^-54 is the smallest that words can give.
    expect(relative(normalDeviate(0, 0), -8.292361075813595)).toBeLessThan(1e-14);
    expect(normalDeviate(-1, -1)).toBe(-normalDeviate(0, 0));
    const random = seeded(3);
    let previous = -Infinity;
    const words = Array.from({ length: 2000 }, () => Math.floor(random() * 2 ** 32)).sort((a, b) => a - b);
    for (const word of words) {
      const x = normalDeviate(word | 0, 0x12345678);
      expect(x).toBeGreaterThanOrEqual(previous);
      expect(normalDeviate(~word, ~0x12345678)).toBe(-x);
      previous = x;
    }
  });

  it('truncated to two standard deviations stay within, and reach out to them', () => {
    expect(truncatedNormalDeviate(-1, -1)).toBeCloseTo(2, 14);
    expect(Math.abs(truncatedNormalDeviate(0, 0))).toBeLessThanOrEqual(2);
    // u = 1/4: the quantile of Phi(-2) + (Phi(2) - Phi(-2)) / 4 = 0.26137506590...
    expect(truncatedNormalDeviate(0x40000000, 0)).toBeCloseTo(-0.63911191087127, 12);
    let sum = 0;
    let squares = 0;
    const random = seeded(4);
    const n = 40_000;
    for (let i = 0; i < n; i++) {
      const x = truncatedNormalDeviate((random() * 2 ** 32) | 0, (random() * 2 ** 32) | 0);
      sum += x;
      squares += x * x;
    }
    expect(Math.abs(sum / n)).toBeLessThan(0.02);
    // 1 - 4 phi(2) / (Phi(2) - Phi(-2)) = 0.7737
    expect(squares / n).toBeCloseTo(0.7737, 1);
  });

  it('are the same bits everywhere: pinned', () => {
    const pinned = [
      [0x6627e8d5, 0xe169c58d],
      [0xbc57ac4c, 0x9b00dbd8],
      [0x00000010, 0x00000000],
    ].map(([a, b]) => [normalDeviate(a, b), truncatedNormalDeviate(a, b)]);
    expect(pinned).toEqual([
      [-0.2558159664067479, -0.24393679832161017],
      [0.6301836612500581, 0.5977235398737215],
      [-8.292361075813595, -1.9999999999999987],
    ]);
  });
});
