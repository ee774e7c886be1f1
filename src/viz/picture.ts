// What every function of hebb/viz returns: a picture that knows itself as SVG, PNG and text.

import { ArgumentError } from '../contract/errors.js';
import { platform } from '#platform';
import { renderPng } from './libraries.js';

/** How a picture is written for a terminal. */
export interface TextOptions {
  /** Columns at most. Default: 80, or what the terminal has. */
  width?: number;
  /** Lines of the drawing itself, without title and legend. Default: 18. */
  height?: number;
  /** Whether series are told apart by colour. Default: whether the output is a terminal and NO_COLOR is not set. */
  color?: boolean;
}

/** `TextOptions` with nothing left open. */
export type TextSize = Required<TextOptions>;

/** A drawing with its size in pixels. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** As an SVG document; the same for the same data, to the byte. */
  svg(): string;
  /**
   * As a PNG file.
   * @param options `scale`: pixels of the file for one of the drawing. Default: 2.
   * @throws Error with the npm command where `@resvg/resvg-js` or `dejavu-fonts-ttf` is not installed
   */
  png(options?: { scale?: number }): Promise<Uint8Array>;
  /** As lines of text. */
  text(options?: TextOptions): string;
  /**
   * Writes a file: an SVG, PNG or text by the ending of its name (.svg, .png, .txt).
   * @throws ArgumentError on another ending
   */
  save(path: string): Promise<void>;
}

/** What a drawing is made of. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** A whole SVG document. */
  readonly svg: string;
  readonly text: (size: TextSize) => string;
  /** Title and subtitle, above the text. */
  readonly title: string;
  /** What a PNG shows, where that is not the SVG itself (of an animation, one frame). */
  readonly still?: string;
}

/** What is known of the terminal that texts are for. */
function terminal(): { width: number; color: boolean } {
  const { process } = globalThis as { process?: { stdout?: { columns?: number; isTTY?: boolean } } };
  const color = process?.stdout?.isTTY === true && platform.environment('NO_COLOR') === undefined;
  return { width: Math.min(process?.stdout?.columns ?? 80, 120), color };
}

/** The picture of a drawing. */
export function pictureOf({ width, height, svg, text, title, still = svg }: Drawing): Picture {
  return {
    width,
    height,
    svg: () => svg,
    async png({ scale = 2 } = {}) {
      if (!(scale > 0 && scale <= 16)) {
        throw new ArgumentError(`png: expected a scale above 0 and at most 16, got ${scale}.`);
      }
      return renderPng(still, scale);
    },
    text(options = {}) {
      const here = terminal();
      const size = {
        width: options.width ?? here.width,
        height: options.height ?? 18,
        color: options.color ?? here.color,
      };
      return `${title}\n${text(size)}`;
    },
    async save(path) {
      await platform.writeFileAtomic(path, await fileOf(this, path));
    },
  };
}

/** The bytes of the file that `path` names. */
async function fileOf(picture: Picture, path: string): Promise<Uint8Array> {
  if (path.endsWith('.png')) return picture.png();
  if (path.endsWith('.svg')) return new TextEncoder().encode(picture.svg());
  if (path.endsWith('.txt'))
    return new TextEncoder().encode(`${picture.text({ width: 80, color: false })}\n`);
  throw new ArgumentError(`save: expected a name that ends in .svg, .png or .txt, got '${path}'.`);
}
