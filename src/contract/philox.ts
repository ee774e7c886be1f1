// Philox 4x32-10, the counter-based random number generator of every backend: Salmon, Moraes, Dror, Shaw,
// "Parallel random numbers: as easy as 1, 2, 3", SC 2011. A pure function of counter and key: no state, so the
// n-th number never depends on threads, backend or what was drawn before. Held to the Random123 known answers.

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
/** Added to the key between rounds: the golden ratio and sqrt(3) - 1, as 32-bit fractions. */
const KEY_STEP_0 = 0x9e3779b9;
const KEY_STEP_1 = 0xbb67ae85;
const ROUNDS = 10;

/**
 * Ten rounds of Philox 4x32: four uniformly distributed 32-bit words from a 128-bit counter and a 64-bit key.
 *
 * All inputs are taken modulo 2^32.
 *
 * @param counter0 lowest word of the counter
 * @param counter3 highest word of the counter
 * @param key0 lower word of the key
 * @param key1 higher word of the key
 * @param out receives the four words in its first four elements
 */
export function philox4x32(
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
  out: Uint32Array,
): void {
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, counter0);
    const low0 = Math.imul(MULTIPLIER_0, counter0);
    const high1 = multiplyHigh(MULTIPLIER_1, counter2);
    const low1 = Math.imul(MULTIPLIER_1, counter2);
    counter0 = high1 ^ counter1 ^ key0;
    counter1 = low1;
    counter2 = high0 ^ counter3 ^ key1;
    counter3 = low0;
    key0 = (key0 + KEY_STEP_0) | 0;
    key1 = (key1 + KEY_STEP_1) | 0;
  }
  out[0] = counter0;
  out[1] = counter1;
  out[2] = counter2;
  out[3] = counter3;
}

/** Upper 32 bits of the unsigned 64-bit product of two 32-bit words, as a signed integer, from 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const lowLow = Math.imul(aLow, bLow) >>> 0;
  // A product of halves is at most 2^32 - 2^17 + 1, so neither sum reaches 2^32.
  const middle = (Math.imul(aHigh, bLow) >>> 0) + (lowLow >>> 16);
  const carry = (Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}

/** The uniform float64 in [0, 1) that a 32-bit word stands for: word / 2^32. */
export function wordToUnit(word: number): number {
  return (word >>> 0) * 2 ** -32;
}
