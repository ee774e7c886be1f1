// PNG files of digits, made for tests.

import { PNG } from 'pngjs';
import { datasets } from '../../src/data/index.js';

/** A digit that Hebb draws: its 28x28 pixels, ink bright, and what it shows. */
export function digit(index: number): { pixels: Uint8Array; label: number } {
  const { images, labels } = datasets.drawDigits({ seed: 5, first: index, count: 1 });
  return { pixels: images.dataSync() as Uint8Array, label: labels.dataSync()[0] };
}

/** How a picture is drawn. */
export interface Drawing {
  /** Pixels of the file for each of the digit's. */
  readonly scale?: number;
  /** Empty pixels of the file around the digit: left, top, right, bottom. */
  readonly margins?: readonly [number, number, number, number];
  /** Colours of paper and ink: red, green, blue, opacity. */
  readonly paper?: readonly number[];
  readonly ink?: readonly number[];
}

/** A PNG file of 28x28 pixels, drawn somehow. */
export function pngOf(pixels: Uint8Array, drawing: Drawing = {}): Uint8Array {
  const { scale = 1, margins = [0, 0, 0, 0], paper = [0, 0, 0, 255], ink = [255, 255, 255, 255] } = drawing;
  const [left, top, right, bottom] = margins;
  const image = new PNG({ width: left + 28 * scale + right, height: top + 28 * scale + bottom });
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const column = Math.floor((x - left) / scale);
      const row = Math.floor((y - top) / scale);
      const isInside = column >= 0 && column < 28 && row >= 0 && row < 28;
      const share = isInside ? pixels[row * 28 + column] / 255 : 0;
      const colour = paper.map((value, channel) => value + share * (ink[channel] - value));
      image.data.set(colour.map(Math.round), 4 * (y * image.width + x));
    }
  }
  // A buffer's slice would share its memory.
  return Uint8Array.from(PNG.sync.write(image));
}
