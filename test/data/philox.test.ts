import { describe, expect, it } from 'vitest';
import { philox4x32, wordToUnit } from '../../src/contract/philox.js';

// The "philox4x32 10" rows of Random123's tests/kat_vectors: counter, key, expected words.
const knownAnswers = [
  {
    counter: [0, 0, 0, 0],
    key: [0, 0],
    expected: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    expected: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    expected: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
];

/** The same ten rounds in BigInt arithmetic: nothing to get wrong about carries. */
function philoxInBigInt(counter: number[], key: number[]): number[] {
  const mask = 0xffffffffn;
  let [c0, c1, c2, c3] = counter.map(BigInt);
  let [k0, k1] = key.map(BigInt);
  for (let round = 0; round < 10; round++) {
    const product0 = c0 * 0xd2511f53n;
    const product1 = c2 * 0xcd9e8d57n;
    [c0, c1, c2, c3] = [
      (product1 >> 32n) ^ c1 ^ k0,
      product1 & mask,
      (product0 >> 32n) ^ c3 ^ k1,
      product0 & mask,
    ];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}

describe('philox4x32', () => {
  it.each(knownAnswers)('gives the known answer for counter $counter', ({ counter, key, expected }) => {
    const out = new Uint32Array(4);
    philox4x32(counter[0], counter[1], counter[2], counter[3], key[0], key[1], out);
    expect([...out]).toEqual(expected);
  });

  it('equals BigInt arithmetic along a chain of 2,000 blocks', () => {
    const out = new Uint32Array(4);
    let words = [1, 2, 3, 4];
    for (let step = 0; step < 2000; step++) {
      philox4x32(words[0], words[1], words[2], words[3], step, words[0], out);
      expect([...out]).toEqual(philoxInBigInt(words, [step, words[0]]));
      words = [...out];
    }
  });

  it('maps words to [0, 1)', () => {
    expect(wordToUnit(0)).toBe(0);
    expect(wordToUnit(0xffffffff)).toBe(1 - 2 ** -32);
    expect(wordToUnit(-1)).toBe(1 - 2 ** -32);
    expect(wordToUnit(0x80000000)).toBe(0.5);
  });
});
