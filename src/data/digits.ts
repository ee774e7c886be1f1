// Digits drawn by Hebb itself: pictures in the manner of MNIST for when there is no data at hand. Only + - x / and
// square roots of float64 go into a picture, so it is the same to the bit on every engine. It is not handwriting:
// a network that reads these digits well has learnt something easier than MNIST.

import { ArgumentError } from '../contract/errors.js';
import { platform } from '#platform';
import { philox4x32, wordToUnit } from '../contract/philox.js';
import type { PlainDataset, PlainImages } from './plain-array.js';
import { GLYPHS, type Stroke } from './strokes.js';

/** How many digits to draw, and which. */
export interface DigitsOptions {
  /** Number of images to train with. Default: 10,000. */
  count?: number;
  /** Number of images to test with, drawn separately. Default: a sixth of `count`, as in MNIST, but at least 1. */
  testCount?: number;
  /** Chooses the digits: an integer from 0 to 2^53 - 1. The same seed gives the same images everywhere. Default: 0. */
  seed?: number;
  /** Height and width of an image in pixels, 8 to 256. Default: 28. */
  size?: number;
}

/** Which digits `drawDigits` draws. */
export interface DrawDigitsOptions extends Pick<DigitsOptions, 'seed' | 'size'> {
  /** Number of images. */
  count: number;
  /** Index of the first one: image 7 of a series is the same whether drawn alone or after others. Default: 0. */
  first?: number;
  /** Independent series of digits under one seed, 0 to 2^32 - 1. Default: 0. */
  series?: number;
}

const TRAINING_SERIES = 0;
const TEST_SERIES = 1;
/** Drawn between two returns to the event loop: about 10 ms of work. */
const IMAGES_PER_TURN = 256;
/** Straight pieces that a curve between two points of a stroke is drawn with. */
const PIECES_PER_SPAN = 6;
/** Points along each side of the grid whose random displacements deform the writing. */
const WARP_POINTS = 3;

/**
 * Grey-scale digits drawn from strokes, with a random way of writing, deformation, slant, rotation, size, place,
 * thickness of the pen and noise; anti-aliased. Nothing is read or downloaded.
 *
 * Labels are independent and uniform. The event loop runs on while they are drawn, at some 20,000 images a second.
 *
 * @throws ArgumentError when a count, the seed or the size is out of range
 * @example
 * const { train, test } = await datasets.digits({ count: 60000, testCount: 10000, seed: 1 });
 * train.images.shape; // [60000, 28, 28]
 */
export async function digits(options: DigitsOptions = {}): Promise<PlainDataset> {
  const { count = 10_000, seed = 0, size = 28 } = options;
  const { testCount = Math.max(1, Math.round(count / 6)) } = options;
  requireInteger('count', count, 1, 2 ** 32 - 1);
  requireInteger('testCount', testCount, 1, 2 ** 32 - 1);
  const draw = async (number: number, series: number): Promise<PlainImages> => {
    const target = allocate(number, seed, size);
    for (let first = 0; first < number; first += IMAGES_PER_TURN) {
      fill(target, first, Math.min(number, first + IMAGES_PER_TURN), 0, seed, series);
      await platform.yieldToEventLoop();
    }
    return target;
  };
  return {
    name: 'digits',
    train: await draw(count, TRAINING_SERIES),
    test: await draw(testCount, TEST_SERIES),
    classNames: GLYPHS.map((_, digit) => String(digit)),
    source: `drawn by Hebb (seed ${seed})`,
  };
}

/**
 * Draws a stretch of one series of digits at once; what `datasets.digits` is made of.
 *
 * @throws ArgumentError when a number is out of range
 */
export function drawDigits({
  count,
  first = 0,
  series = 0,
  seed = 0,
  size = 28,
}: DrawDigitsOptions): PlainImages {
  requireInteger('count', count, 1, 2 ** 32 - 1);
  requireInteger('first', first, 0, 2 ** 32 - count);
  requireInteger('series', series, 0, 2 ** 32 - 1);
  const target = allocate(count, seed, size);
  fill(target, 0, count, first, seed, series);
  return target;
}

function allocate(count: number, seed: number, size: number): PlainImages {
  requireInteger('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  requireInteger('size', size, 8, 256);
  return {
    images: { dtype: 'uint8', shape: [count, size, size], data: new Uint8Array(count * size * size) },
    labels: { dtype: 'uint8', shape: [count], data: new Uint8Array(count) },
  };
}

/** Draws the images from `begin` up to `end` of `target`, which are number `offset + begin` and on of the series. */
function fill(
  target: PlainImages,
  begin: number,
  end: number,
  offset: number,
  seed: number,
  series: number,
): void {
  const size = target.images.shape[1];
  const canvas = new Float64Array(size * size);
  for (let index = begin; index < end; index++) {
    const random = new RandomSequence(seed, series, offset + index);
    const label = random.below(GLYPHS.length);
    target.labels.data[index] = label;
    canvas.fill(0);
    drawDigit(canvas, size, label, random);
    const pixels = target.images.data.subarray(index * size * size, (index + 1) * size * size);
    develop(pixels, canvas, random);
  }
}

/** The uniform numbers of one image, one after the other; a function of seed, series and image alone. */
class RandomSequence {
  private readonly words = new Uint32Array(4);
  private block = 0;
  private used = 4;

  constructor(
    private readonly seed: number,
    private readonly series: number,
    private readonly image: number,
  ) {}

  /** A uniform 32-bit word. */
  word(): number {
    if (this.used === 4) {
      philox4x32(
        this.block++,
        this.image,
        this.series,
        0,
        this.seed,
        Math.floor(this.seed / 2 ** 32),
        this.words,
      );
      this.used = 0;
    }
    return this.words[this.used++];
  }

  /** Uniform in [0, 1). */
  next(): number {
    return wordToUnit(this.word());
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Symmetric about 0, within `most` of it, nearly bell-shaped: the mean of three uniform numbers. */
  about0(most: number): number {
    return (most * 2 * (this.next() + this.next() + this.next())) / 3 - most;
  }

  /** A whole number from 0 to `bound - 1`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }
}

/** Draws one digit's ink, 0 to 1, on an empty canvas of size x size pixels. */
function drawDigit(canvas: Float64Array, size: number, digit: number, random: RandomSequence): void {
  const ways = GLYPHS[digit];
  const strokes = ways[random.below(ways.length)];
  const place = poseOf(size, random);
  const pixel = size / 28;
  // Half a stroke's width, where the pen sets down and where it lifts off.
  const radius = pixel * (0.75 + 0.95 * random.next() * random.next() + random.between(0, 0.35));
  const radiusAtEnd = radius * random.between(0.75, 1.15);
  const softness = pixel * random.between(0.8, 1.3);
  for (const stroke of strokes) {
    const line = flatten(stroke, place);
    const last = line.length / 2 - 1;
    for (let point = 0; point < last; point++) {
      const width = radius + ((radiusAtEnd - radius) * point) / last;
      drawSegment(canvas, size, line, point, width, softness);
    }
  }
}

/** Takes a point of the box that strokes are given in to pixels. */
type Pose = (x: number, y: number) => [number, number];

/** A random deformation, slant, rotation, size and place. */
function poseOf(size: number, random: RandomSequence): Pose {
  // Smooth deformation: each corner of a coarse grid is moved, what lies between moves along. It acts on places and
  // not on strokes, so that strokes which touch still touch.
  const warp = Float64Array.from({ length: 2 * WARP_POINTS * WARP_POINTS }, () => random.about0(0.19));
  const height = size * random.between(0.6, 0.8);
  const width = height * random.between(0.62, 1.2);
  // Writing leans to the right more often than to the left.
  const slant = 0.12 + random.about0(0.42);
  // With t = tan(angle / 2): within 20 degrees either way, without a sine.
  const t = random.about0(0.176);
  const cosine = (1 - t * t) / (1 + t * t);
  const sine = (2 * t) / (1 + t * t);
  const centreX = size / 2 + random.about0(size * 0.08);
  const centreY = size / 2 + random.about0(size * 0.08);
  return (x, y) => {
    const moved = displacement(warp, x, y);
    const v = (y + moved[1] - 0.5) * height;
    const u = (x + moved[0] - 0.5) * width - slant * v;
    return [centreX + cosine * u - sine * v, centreY + sine * u + cosine * v];
  };
}

/** Bilinear interpolation of the displacements at a grid's corners, which are x and y in turn. */
function displacement(warp: Float64Array, x: number, y: number): [number, number] {
  const cells = WARP_POINTS - 1;
  const gridX = Math.min(Math.max(x, 0), 1) * cells;
  const gridY = Math.min(Math.max(y, 0), 1) * cells;
  const column = Math.min(Math.floor(gridX), cells - 1);
  const row = Math.min(Math.floor(gridY), cells - 1);
  const right = gridX - column;
  const down = gridY - row;
  const at = (axis: number): number => {
    const corner = 2 * (row * WARP_POINTS + column) + axis;
    const top = warp[corner] * (1 - right) + warp[corner + 2] * right;
    const below = corner + 2 * WARP_POINTS;
    const bottom = warp[below] * (1 - right) + warp[below + 2] * right;
    return top * (1 - down) + bottom * down;
  };
  return [at(0), at(1)];
}

/** The polyline, in pixels, of the Catmull-Rom curve through a stroke's points. */
function flatten(stroke: Stroke, place: Pose): number[] {
  const points = stroke.length / 2;
  const placed: number[] = [];
  for (let point = 0; point < points; point++)
    placed.push(...place(stroke[2 * point], stroke[2 * point + 1]));
  const line = [placed[0], placed[1]];
  for (let span = 0; span + 1 < points; span++) {
    const before = Math.max(span - 1, 0);
    const after = Math.min(span + 2, points - 1);
    for (let piece = 1; piece <= PIECES_PER_SPAN; piece++) {
      const t = piece / PIECES_PER_SPAN;
      for (let axis = 0; axis < 2; axis++) {
        const a = placed[2 * before + axis];
        const b = placed[2 * span + axis];
        const c = placed[2 * span + 2 + axis];
        const d = placed[2 * after + axis];
        // b and c with the tangents (c - a) / 2 and (d - b) / 2.
        line.push(b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))));
      }
    }
  }
  return line;
}

/**
 * Inks the segment between two neighbouring points of a line: full within `radius` of it, fading over `softness`.
 * The darker of old and new ink stays, so that a line does not darken where its pieces meet.
 */
function drawSegment(
  canvas: Float64Array,
  size: number,
  line: readonly number[],
  point: number,
  radius: number,
  softness: number,
): void {
  const [x0, y0, x1, y1] = [line[2 * point], line[2 * point + 1], line[2 * point + 2], line[2 * point + 3]];
  const dx = x1 - x0;
  const dy = y1 - y0;
  const lengthSquared = dx * dx + dy * dy;
  const reach = radius + softness / 2;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
  const right = Math.min(size - 1, Math.floor(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(size - 1, Math.floor(Math.max(y0, y1) + reach));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const x = column + 0.5 - x0;
      const y = row + 0.5 - y0;
      // A point given twice makes a segment of no length.
      const along = lengthSquared > 0 ? Math.min(Math.max((x * dx + y * dy) / lengthSquared, 0), 1) : 0;
      const offX = x - along * dx;
      const offY = y - along * dy;
      const ink = Math.min((reach - Math.sqrt(offX * offX + offY * offY)) / softness, 1);
      const pixel = row * size + column;
      if (ink > canvas[pixel]) canvas[pixel] = ink;
    }
  }
}

/** Turns ink into bytes: paler or darker, with more or less noise. */
function develop(pixels: Uint8Array, canvas: Float64Array, random: RandomSequence): void {
  const brightness = 255 * random.between(0.8, 1);
  // Squared: most pictures are nearly clean, some are grainy.
  const graininess = random.next();
  const noise = 45 * graininess * graininess;
  let bits = 0;
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    // A word holds the grains of four pixels: eight bits are fine enough for noise, and drawing numbers takes time.
    bits = pixel % 4 === 0 ? random.word() : bits >>> 8;
    const grain = noise * ((bits & 0xff) / 127.5 - 1);
    pixels[pixel] = Math.min(Math.max(Math.floor(canvas[pixel] * brightness + grain + 0.5), 0), 255);
  }
}

function requireInteger(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new ArgumentError(
      `digits: expected ${name} to be a whole number from ${low} to ${high}, got ${value}`,
    );
  }
}
