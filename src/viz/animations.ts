// Pictures put together: beside each other, and one after the other in time.

import { ArgumentError } from '../contract/errors.js';
import { commonOptions, type PictureOptions } from './charts.js';
import { documentOf, nested, px, titleHeight } from './documents.js';
import { pictureOf, type Picture, type TextSize } from './picture.js';
import { checkOptions } from './values.js';

/** For `beside`. */
export type BesideOptions = Partial<Pick<PictureOptions, 'title' | 'subtitle'>>;

/** For `animate`. */
export interface AnimateOptions {
  /** How long each frame stands. Default: 200. */
  frameMilliseconds?: number;
  /** How long the last one stands before it begins again. Default: 1500. */
  lastMilliseconds?: number;
  /** The frame that a PNG and a text show. Default: the last. */
  still?: number;
}

/**
 * Pictures in a row, under a title of their own if wanted.
 * @throws ArgumentError where there is none
 */
export function beside(pictures: readonly Picture[], options: BesideOptions = {}): Picture {
  checkOptions('beside', options, commonOptions);
  if (pictures.length === 0) throw new ArgumentError('beside: expected at least one picture, got none.');
  const { title = '', subtitle } = options;
  const top = title ? titleHeight(subtitle) - 14 : 0;
  const width = pictures.reduce((sum, p) => sum + p.width, 0);
  const height = top + Math.max(...pictures.map((p) => p.height));
  let x = 0;
  const parts = pictures.map((picture, i) => {
    const part = nested(picture.svg(), x, top, `p${i}-`);
    x += picture.width;
    return part;
  });
  return pictureOf({
    width,
    height,
    title,
    svg: documentOf(width, height, title, subtitle, parts.join('')),
    text: (size) => pictures.map((p) => p.text(size)).join('\n\n'),
  });
}

/** A shape that stands in several frames is drawn once and used by them all. */
function shareLong(svg: string): string {
  const shapes = /<(?:path|polygon|line) [^>]{70,}\/>/g;
  const counts = new Map<string, number>();
  for (const [shape] of svg.matchAll(shapes)) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  const names = new Map([...counts].filter(([, n]) => n > 1).map(([shape], i) => [shape, `shared${i}`]));
  if (names.size === 0) return svg;
  const shared = [...names].map(([shape, name]) => shape.replace(' ', ` id="${name}" `)).join('');
  const used = svg.replace(shapes, (shape) => {
    const name = names.get(shape);
    return name ? `<use xlink:href="#${name}"/>` : shape;
  });
  return `<defs>${shared}</defs>${used}`;
}

/**
 * Pictures of equal size one after the other, for ever, in one SVG that needs nothing else; its PNG and text show one frame.
 * @throws ArgumentError where there is no frame, or they differ in size
 */
export function animate(frames: readonly Picture[], options: AnimateOptions = {}): Picture {
  checkOptions('animate', options, ['frameMilliseconds', 'lastMilliseconds', 'still']);
  const { frameMilliseconds = 200, lastMilliseconds = 1500, still = frames.length - 1 } = options;
  if (frames.length === 0) throw new ArgumentError('animate: expected at least one frame, got none.');
  if (frames[still] === undefined) {
    throw new ArgumentError(`animate: expected still from 0 to ${frames.length - 1}, got ${still}.`);
  }
  if (!(frameMilliseconds > 0) || !(lastMilliseconds > 0)) {
    throw new ArgumentError(
      `animate: expected times above 0, got ${frameMilliseconds} and ${lastMilliseconds}.`,
    );
  }
  const { width, height } = frames[0];
  const other = frames.find((f) => f.width !== width || f.height !== height);
  if (other) {
    throw new ArgumentError(
      `animate: expected frames of ${width} x ${height}, got one of ${other.width} x ${other.height}.`,
    );
  }
  const whole = frameMilliseconds * (frames.length - 1) + lastMilliseconds;
  const marks = frames.map((frame, i) => {
    const begin = (i * frameMilliseconds) / whole;
    const end = i === frames.length - 1 ? 1 : ((i + 1) * frameMilliseconds) / whole;
    // Shown from its time on until that of the next; without animation, the still is seen.
    const times = [...(begin > 0 ? [0] : []), begin, ...(end < 1 ? [end] : [])];
    const values = [...(begin > 0 ? ['none'] : []), 'inline', ...(end < 1 ? ['none'] : [])];
    return (
      `<g display="${i === still ? 'inline' : 'none'}">` +
      `<animate attributeName="display" values="${values.join(';')}" keyTimes="${times.map((t) => String(Math.round(t * 1e5) / 1e5)).join(';')}" ` +
      `calcMode="discrete" dur="${px(whole / 1000)}s" repeatCount="indefinite"/>${nested(frame.svg(), 0, 0, `f${i}-`)}</g>`
    );
  });
  const shown = frames[still];
  return pictureOf({
    width,
    height,
    title: '',
    svg: documentOf(width, height, '', undefined, shareLong(marks.join(''))),
    still: shown.svg(),
    text: (size: TextSize) => shown.text(size),
  });
}
