// PNG files as brightness. pngjs unpacks them; what it is given is bounded here, so that no file takes all memory.

import { PNG } from 'pngjs';
import { platform } from '#platform';
import { DataFormatError } from '../../data/index.js';
import { reasonOf } from '../../platform/platform.js';

/** A picture: brightness from 0 (black) to 255 (white), row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly brightness: Float64Array;
}

const maximumBytes = 2 ** 24;
/** pngjs unpacks interlaced data whole before it looks at its size: a file of 1 MiB can become 1 GiB there. */
const maximumInterlacedBytes = 2 ** 20;
const maximumPixels = 2 ** 25;

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Signature, length and type of the first chunk; then its width, height, and further on whether it is interlaced. */
const headerAt = { type: 12, width: 16, height: 20, interlaced: 28, end: 29 };

/**
 * Reads a PNG file. Colours become grey; what is transparent becomes white, or black behind bright drawings.
 * @throws DataFormatError if it is no PNG, damaged, or too large
 */
export async function readPng(path: string): Promise<Picture> {
  const bytes = await platform.readFile(path, { maximumBytes });
  checkHeader(bytes, path);
  const image = await new Promise<PNG>((resolve, reject) => {
    new PNG().parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      (error: Error | null, parsed) => {
        if (error)
          reject(new DataFormatError(path, `damaged: ${reasonOf(error).toLowerCase()}`, { cause: error }));
        else resolve(parsed);
      },
    );
  });
  return toBrightness(image);
}

function checkHeader(bytes: Uint8Array, path: string): void {
  if (!signature.every((byte, at) => bytes[at] === byte)) {
    throw new DataFormatError(path, 'expected a PNG file, got another one');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < headerAt.end || view.getUint32(headerAt.type) !== 0x49484452 /* IHDR */) {
    throw new DataFormatError(path, 'damaged: it has no header');
  }
  const width = view.getUint32(headerAt.width);
  const height = view.getUint32(headerAt.height);
  if (width === 0 || height === 0 || width * height > maximumPixels) {
    throw new DataFormatError(
      path,
      `expected a picture of at most ${maximumPixels} pixels, got ${width}x${height}`,
    );
  }
  if (bytes[headerAt.interlaced] !== 0 && bytes.length > maximumInterlacedBytes) {
    throw new DataFormatError(
      path,
      `expected an interlaced picture of at most ${maximumInterlacedBytes} bytes`,
    );
  }
}

/** Brightness of red, green and blue as the eye sees it (ITU-R BT.601). */
const luma = [0.299, 0.587, 0.114];

function toBrightness({ width, height, data }: PNG): Picture {
  const brightness = new Float64Array(width * height);
  const grey = (at: number): number => luma[0] * data[at] + luma[1] * data[at + 1] + luma[2] * data[at + 2];
  let opacity = 0;
  let shown = 0;
  for (let i = 0; i < brightness.length; i++) {
    opacity += data[4 * i + 3];
    shown += data[4 * i + 3] * grey(4 * i);
  }
  const isWhole = opacity === 255 * brightness.length;
  // White ink on nothing would not be seen on white.
  const background = !isWhole && shown > opacity * 128 ? 0 : 255;
  for (let i = 0; i < brightness.length; i++) {
    const alpha = data[4 * i + 3] / 255;
    brightness[i] = alpha * grey(4 * i) + (1 - alpha) * background;
  }
  return { width, height, brightness };
}
