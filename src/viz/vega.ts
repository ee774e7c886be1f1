// From specifications of Vega and Vega-Lite to SVG, with what is random or needlessly precise taken out of it.

import type { Spec } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import { px } from './documents.js';
import { loadVega, loadVegaLite } from './libraries.js';
import { config } from './theme.js';

/** Draws what Vega-Lite describes. */
export async function drawLite(spec: object): Promise<string> {
  const { compile } = await loadVegaLite();
  const { logger, Error: errors } = await loadVega();
  return draw(compile({ ...spec, config } as TopLevelSpec, { logger: logger(errors) }).spec);
}

/** Draws what Vega describes. */
export async function drawVega(spec: object): Promise<string> {
  return draw({ ...spec, config } as Spec);
}

async function draw(spec: Spec): Promise<string> {
  const vega = await loadVega();
  // Numbers of clips and gradients go on from picture to picture otherwise.
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(spec), { renderer: 'none', logLevel: vega.Error });
  try {
    return tidySvg(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** Numbers to a hundredth of a pixel; no descriptions of each mark, which make up half of the file. */
export function tidySvg(svg: string): string {
  // Tags only: what stands between them are texts, whose numbers are not ours to round.
  return svg.replace(/<[^>]*>/g, (tag) =>
    tag
      .replace(/ (?:aria-[a-z]+|role)="[^"]*"/g, '')
      .replace(/-?\d+\.\d{3,}/g, (number) => px(Number(number))),
  );
}

/** An interpolator of one of Vega's colour schemes: 0 to 1 -> [red, green, blue], 0 to 255. */
export async function colorsOf(scheme: string): Promise<(share: number) => [number, number, number]> {
  const { scheme: schemeOf } = await loadVega();
  const interpolate = schemeOf(scheme) as unknown as (share: number) => string;
  return (share) => {
    const text = interpolate(Math.min(1, Math.max(0, share)));
    const parts = text.startsWith('#')
      ? [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16))
      : (text.match(/\d+(\.\d+)?/g) ?? []).slice(0, 3).map(Number);
    return [parts[0], parts[1], parts[2]];
  };
}
