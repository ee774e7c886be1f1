// Pictures as MNIST and Fashion-MNIST have them: bright ink on black. A digit is cut out, scaled into 20x20 and its centre
// of mass put into the middle of 28x28, as LeCun, Cortes and Burges did (http://yann.lecun.com/exdb/mnist); of other
// things the whole picture is scaled into 28x28. A picture of the right size is taken as it is, but for its inversion.

import type { Picture } from './png.js';

/** How to prepare a picture. */
export interface Preparation {
  readonly width: number;
  readonly height: number;
  /** Whether it shows a digit, to be cut out and centred. */
  readonly isDigit: boolean;
  /** Whether it has dark ink on light paper; null: to be recognised by its edge. */
  readonly inverted: boolean | null;
}

/** A picture that a network can look at. */
export interface Prepared {
  /** 0 (background) to 255 (ink). */
  readonly pixels: Uint8Array;
  /** Whether it had dark ink on light paper. */
  readonly inverted: boolean;
  /** Whether its size was changed. */
  readonly resized: boolean;
}

/** Share of the strongest ink below which something is paper: shades, noise of a scanner. */
const faintest = 0.2;
/** MNIST's digits fill so much of the picture's sides. */
const digitShare = 20 / 28;

/**
 * Prepares a picture.
 * @returns null where nothing is drawn on it
 */
export function prepare(picture: Picture, wanted: Preparation): Prepared | null {
  const inverted = wanted.inverted ?? isLight(picture);
  const ink = { ...picture, brightness: picture.brightness.map((value) => (inverted ? 255 - value : value)) };
  if (picture.width === wanted.width && picture.height === wanted.height) {
    if (ink.brightness.every((value) => value === ink.brightness[0])) return null;
    return { pixels: Uint8Array.from(ink.brightness, Math.round), inverted, resized: false };
  }
  const stretched = stretch(ink);
  if (stretched === null) return null;
  const pixels = wanted.isDigit ? centred(stretched, wanted) : fitted(stretched, wanted);
  return { pixels, inverted, resized: true };
}

/** Whether the edge of a picture is light: the median of its outermost pixels. */
function isLight({ width, height, brightness }: Picture): boolean {
  const edge: number[] = [];
  for (let x = 0; x < width; x++) edge.push(brightness[x], brightness[(height - 1) * width + x]);
  for (let y = 0; y < height; y++) edge.push(brightness[y * width], brightness[y * width + width - 1]);
  edge.sort((a, b) => a - b);
  return edge[edge.length >> 1] > 127;
}

/** The paper as 0 and the strongest ink as 255; null where they do not differ. */
function stretch({ width, height, brightness }: Picture): Picture | null {
  const sorted = brightness.slice().sort();
  const paper = sorted[Math.floor(sorted.length / 10)];
  const strongest = sorted[sorted.length - 1];
  if (strongest - paper < 8) return null;
  const scale = 255 / (strongest - paper);
  return { width, height, brightness: brightness.map((value) => Math.max(0, (value - paper) * scale)) };
}

/** A part of a picture, whose bounds need not fall between two pixels. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest box with all the ink. */
function boxOf({ width, height, brightness }: Picture): Box {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (brightness[y * width + x] < faintest * 255) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  return { left, top, width: right - left, height: bottom - top };
}

/** The mean over a box of the picture; outside it there is no ink. */
function meanOf({ width, height, brightness }: Picture, box: Box): number {
  const right = box.left + box.width;
  const bottom = box.top + box.height;
  let sum = 0;
  for (let y = Math.max(0, Math.floor(box.top)); y < Math.min(height, bottom); y++) {
    const rows = Math.min(bottom, y + 1) - Math.max(box.top, y);
    for (let x = Math.max(0, Math.floor(box.left)); x < Math.min(width, right); x++) {
      sum += rows * (Math.min(right, x + 1) - Math.max(box.left, x)) * brightness[y * width + x];
    }
  }
  return sum / (box.width * box.height);
}

/** The pixels of a raster laid over the picture: its upper left corner, and the side of one of its pixels. */
function sample(
  picture: Picture,
  size: Pick<Preparation, 'width' | 'height'>,
  left: number,
  top: number,
  side: number,
): Uint8Array {
  return Uint8Array.from({ length: size.width * size.height }, (_, i) => {
    const x = left + (i % size.width) * side;
    const y = top + Math.floor(i / size.width) * side;
    return Math.round(meanOf(picture, { left: x, top: y, width: side, height: side }));
  });
}

/** The ink scaled into the middle part, its centre of mass in the middle. */
function centred(picture: Picture, { width, height }: Preparation): Uint8Array {
  const box = boxOf(picture);
  const side = Math.max(box.width / (width * digitShare), box.height / (height * digitShare));
  let mass = 0;
  let centreX = 0;
  let centreY = 0;
  for (let y = box.top; y < box.top + box.height; y++) {
    for (let x = box.left; x < box.left + box.width; x++) {
      const ink = picture.brightness[y * picture.width + x];
      mass += ink;
      centreX += ink * (x + 0.5);
      centreY += ink * (y + 0.5);
    }
  }
  const left = centreX / mass - (width / 2) * side;
  const top = centreY / mass - (height / 2) * side;
  return sample(cutOut(picture, box), { width, height }, left, top, side);
}

/** The picture without what lies outside a box. */
function cutOut({ width, height, brightness }: Picture, box: Box): Picture {
  const isInside = (x: number, y: number): boolean =>
    x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height;
  return {
    width,
    height,
    brightness: brightness.map((value, i) => (isInside(i % width, Math.floor(i / width)) ? value : 0)),
  };
}

/** The whole picture in the middle, as large as it can be. */
function fitted(picture: Picture, { width, height }: Preparation): Uint8Array {
  const side = Math.max(picture.width / width, picture.height / height);
  const left = (picture.width - width * side) / 2;
  const top = (picture.height - height * side) / 2;
  return sample(picture, { width, height }, left, top, side);
}
