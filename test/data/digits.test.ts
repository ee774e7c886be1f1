import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../src/contract/errors.js';
import { plainDatasets as datasets } from '../../src/data/loaders.js';
import { datasets as publicDatasets } from '../../src/data/index.js';
import { GLYPHS } from '../../src/data/strokes.js';

describe('datasets.digits', () => {
  it('gives as many as asked for, in the format of the other data sets', async () => {
    const { name, train, test, classNames, source } = await datasets.digits({ count: 600, seed: 5 });
    expect(name).toBe('digits');
    expect(source).toBe('drawn by Hebb (seed 5)');
    expect(classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(train.images.shape).toEqual([600, 28, 28]);
    expect(train.images.data.length).toBe(600 * 28 * 28);
    expect(train.labels.shape).toEqual([600]);
    expect(test.images.shape).toEqual([100, 28, 28]);
    expect(test.labels.shape).toEqual([100]);
    expect(Math.max(...train.labels.data)).toBe(9);
  });

  it('draws the same for the same seed, whatever is drawn before and with it', async () => {
    const { train } = await datasets.digits({ count: 300, testCount: 1, seed: 7 });
    const alone = datasets.drawDigits({ count: 10, first: 290, seed: 7 });
    expect(Buffer.compare(alone.images.data, train.images.data.subarray(290 * 784))).toBe(0);
    expect(alone.labels.data).toEqual(train.labels.data.subarray(290));
  });

  it('draws others for another seed, also one that differs above 32 bits, and for the test images', () => {
    const draw = (seed: number, series = 0): string =>
      datasets.drawDigits({ count: 4, seed, series }).images.data.join();
    const drawings = [draw(1), draw(2), draw(1 + 2 ** 32), draw(1, 1)];
    expect(new Set(drawings).size).toBe(4);
  });

  it('stays the same from version to version', () => {
    const { images, labels } = datasets.drawDigits({ count: 20, seed: 1 });
    expect(labels.data.join('')).toBe('85897211947127480090');
    // FNV-1a of all pixels.
    const hash = images.data.reduce((sum, pixel) => Math.imul(sum ^ pixel, 0x01000193) >>> 0, 0x811c9dc5);
    expect(hash).toBe(1321708482);
  });

  it('has each digit about equally often, inked and clear of the edges', () => {
    const { images, labels } = datasets.drawDigits({ count: 4000, seed: 3 });
    const counts = new Array<number>(10).fill(0);
    for (const label of labels.data) counts[label]++;
    for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(5 * Math.sqrt(400));
    for (let image = 0; image < 4000; image++) {
      const pixels = images.data.subarray(image * 784, (image + 1) * 784);
      const inked = pixels.filter((pixel) => pixel > 128).length;
      expect(inked).toBeGreaterThan(10);
      expect(inked).toBeLessThan(392);
    }
  });

  it.each([8, 20, 64])('draws at %d pixels', (size) => {
    const { images } = datasets.drawDigits({ count: 50, size, seed: 1 });
    expect(images.shape).toEqual([50, size, size]);
    const inked = images.data.filter((pixel) => pixel > 128).length / images.data.length;
    expect(inked).toBeGreaterThan(0.04);
    expect(inked).toBeLessThan(0.3);
  });

  it('tells the digits apart: the nearest of 3,000 others is mostly the same digit', () => {
    const known = datasets.drawDigits({ count: 3000, seed: 1 });
    const asked = datasets.drawDigits({ count: 200, seed: 1, series: 1 });
    let right = 0;
    for (let question = 0; question < 200; question++) {
      let nearest = Infinity;
      let answer = -1;
      for (let candidate = 0; candidate < 3000; candidate++) {
        let distance = 0;
        for (let pixel = 0; pixel < 784 && distance < nearest; pixel++) {
          const difference =
            asked.images.data[question * 784 + pixel] - known.images.data[candidate * 784 + pixel];
          distance += difference * difference;
        }
        if (distance < nearest) {
          nearest = distance;
          answer = known.labels.data[candidate];
        }
      }
      if (answer === asked.labels.data[question]) right++;
    }
    expect(right).toBeGreaterThan(180);
  });

  it('has strokes of whole points inside the box', () => {
    expect(GLYPHS).toHaveLength(10);
    for (const stroke of GLYPHS.flat(2)) {
      expect(stroke.length % 2).toBe(0);
      expect(stroke.length).toBeGreaterThanOrEqual(4);
      for (const coordinate of stroke) expect(Math.abs(coordinate - 0.5)).toBeLessThanOrEqual(0.55);
    }
  });

  it.each([
    [{ count: 0 }, 'digits: expected count to be a whole number from 1 to 4294967295, got 0'],
    [{ count: 1.5 }, 'digits: expected count to be a whole number from 1 to 4294967295, got 1.5'],
    [
      { count: 1, testCount: 0 },
      'digits: expected testCount to be a whole number from 1 to 4294967295, got 0',
    ],
    [{ count: 1, seed: -1 }, 'digits: expected seed to be a whole number from 0 to 9007199254740991, got -1'],
    [
      { count: 1, seed: NaN },
      'digits: expected seed to be a whole number from 0 to 9007199254740991, got NaN',
    ],
    [{ count: 1, size: 7 }, 'digits: expected size to be a whole number from 8 to 256, got 7'],
  ])('refuses %j', async (options, message) => {
    await expect(datasets.digits(options)).rejects.toThrow(new ArgumentError(message));
  });

  it('refuses an option that it does not have, and suggests the nearest', async () => {
    const mistyped = { count: 10, testcount: 5 };
    await expect(publicDatasets.digits(mistyped)).rejects.toThrow(
      new ArgumentError(
        "datasets.digits: unknown option 'testcount': did you mean 'testCount'? (there are: count, testCount, seed, size)",
      ),
    );
    expect(() => publicDatasets.drawDigits({ ...mistyped, count: 1 })).toThrow(
      /drawDigits: unknown option 'testcount'/,
    );
    const size = { size: 28 } as object;
    await expect(publicDatasets.mnist(size)).rejects.toThrow(/mnist: unknown option 'size'/);
  });

  it('leaves the event loop free', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await datasets.digits({ count: 3000, testCount: 1 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(4);
  });
});
