// PNG files as networks want them: grey, ink bright, a digit of 20x20 in the middle of 28x28.

import { describe, expect, it } from 'vitest';
import { readPng } from '../../src/cli/picture/png.js';
import { prepare, type Preparation } from '../../src/cli/picture/prepare.js';
import { DataFormatError } from '../../src/data/index.js';
import { digit, pngOf, type Drawing } from './pictures.js';
import { inDirectory } from './tables.js';

const wanted: Preparation = { width: 28, height: 28, isDigit: true, inverted: null };
const { pixels } = digit(3);

async function prepared(drawing: Drawing, preparation: Partial<Preparation> = {}) {
  let result: ReturnType<typeof prepare> = null;
  await inDirectory(async (write) => {
    const picture = await readPng(await write('picture.png', pngOf(pixels, drawing)));
    result = prepare(picture, { ...wanted, ...preparation });
  });
  return result as ReturnType<typeof prepare>;
}

/** Mean difference of two pictures, in levels of grey. */
const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + Math.abs(value - b[i]) / a.length, 0);

/** Extent and centre of mass of the ink. */
function ink(values: ArrayLike<number>): { width: number; height: number; x: number; y: number } {
  const there = Array.from(values, (value, i) => ({ value, x: i % 28, y: Math.floor(i / 28) })).filter(
    ({ value }) => value > 50,
  );
  const mass = there.reduce((sum, { value }) => sum + value, 0);
  const extent = (all: number[]): number => Math.max(...all) - Math.min(...all) + 1;
  return {
    width: extent(there.map(({ x }) => x)),
    height: extent(there.map(({ y }) => y)),
    x: there.reduce((sum, { value, x }) => sum + (value * (x + 0.5)) / mass, 0),
    y: there.reduce((sum, { value, y }) => sum + (value * (y + 0.5)) / mass, 0),
  };
}

describe('a picture of the right size', () => {
  it('is taken as it is', async () => {
    expect(await prepared({})).toEqual({ pixels, inverted: false, resized: false });
  });

  it('is inverted where its edge is light, or where that is said', async () => {
    const black = { paper: [255, 255, 255, 255], ink: [0, 0, 0, 255] };
    expect(await prepared(black)).toEqual({ pixels, inverted: true, resized: false });
    expect((await prepared(black, { inverted: false }))?.pixels).toEqual(pixels.map((value) => 255 - value));
    expect((await prepared({}, { inverted: true }))?.pixels).toEqual(pixels.map((value) => 255 - value));
  });

  it('is seen where the paper is transparent, behind dark and bright ink', async () => {
    const dark = await prepared({ paper: [0, 0, 0, 0], ink: [0, 0, 0, 255] });
    expect(dark).toEqual({ pixels, inverted: true, resized: false });
    const bright = await prepared({ paper: [255, 255, 255, 0], ink: [255, 255, 255, 255] });
    expect(bright).toEqual({ pixels, inverted: false, resized: false });
  });

  it('is grey where it was of colours', async () => {
    const green = await prepared({ ink: [0, 255, 0, 255] });
    expect(Math.max(...(green?.pixels ?? []))).toBe(Math.round(0.587 * Math.max(...pixels)));
  });
});

describe('a larger picture', () => {
  it.each([
    ['scaled', { scale: 10 }],
    ['off the middle', { scale: 4, margins: [300, 20, 7, 90] as const }],
    ['pale blue on yellow', { scale: 8, paper: [250, 240, 200, 255], ink: [90, 100, 180, 255] }],
  ])('%s: the digit is cut out, scaled and centred', async (_, drawing) => {
    const result = await prepared(drawing);
    if (result === null) throw new Error('expected a picture');
    const { width, height, x, y } = ink(result.pixels);
    expect(Math.max(width, height)).toBeGreaterThanOrEqual(19);
    expect(Math.max(width, height)).toBeLessThanOrEqual(21);
    expect(Math.abs(x - 14)).toBeLessThan(0.6);
    expect(Math.abs(y - 14)).toBeLessThan(0.6);
    expect(result.resized).toBe(true);
    // The same whatever the paper, the colours and the place.
    const plain = await prepared({ scale: 10 });
    expect(difference(result.pixels, plain?.pixels ?? [])).toBeLessThan(4);
  });

  it('that is no digit is scaled as a whole', async () => {
    const result = await prepared({ scale: 3, margins: [42, 0, 0, 0] }, { isDigit: false });
    // 126x84 becomes 28x18.7 in the middle of 28x28.
    const rows = Array.from({ length: 28 }, (_, y) =>
      result?.pixels.slice(28 * y, 28 * y + 28).some((v) => v > 0),
    );
    expect(rows.slice(0, 4)).toEqual([false, false, false, false]);
    expect(rows.slice(24)).toEqual([false, false, false, false]);
    expect(rows.slice(12, 16)).toContain(true);
  });

  it('without anything on it is none', async () => {
    for (const scale of [1, 3]) expect(await prepared({ scale, ink: [0, 0, 0, 255] })).toBeNull();
  });
});

describe('a file that is no good', () => {
  it('is told in one sentence', () =>
    inDirectory(async (write) => {
      const whole = pngOf(pixels, { scale: 2 });
      const huge = whole.slice();
      new DataView(huge.buffer, huge.byteOffset).setUint32(16, 1_000_000);
      const flipped = whole.slice();
      flipped[60] ^= 255;
      for (const [name, bytes, message] of [
        ['text', new TextEncoder().encode('hello'), /: expected a PNG file, got another one$/],
        ['empty', new Uint8Array(), /: expected a PNG file, got another one$/],
        ['short', whole.slice(0, 20), /: damaged: it has no header$/],
        ['cut', whole.slice(0, 100), /: damaged: unexpected end of input$/],
        ['flipped', flipped, /: damaged: crc error/],
        ['huge', huge, /: expected a picture of at most 33554432 pixels, got 1000000x56$/],
      ] as const) {
        const failure = readPng(await write(`${name}.png`, bytes));
        await expect(failure, name).rejects.toThrow(DataFormatError);
        await expect(failure, name).rejects.toThrow(message);
      }
    }));
});
