// The libraries that draw: Vega and Vega-Lite (axes, scales, legends, contours), resvg (PNG) with the DejaVu fonts. They
// are optional peer dependencies, loaded when a picture is first asked for, never by `hebb` itself.

import type * as Vega from 'vega';
import type * as VegaLite from 'vega-lite';
import { HebbError } from '../contract/errors.js';

/** The packages, as npm is to install them. */
const packages = ['vega', 'vega-lite', '@resvg/resvg-js', 'dejavu-fonts-ttf'];

/**
 * Loads one of the libraries.
 * @throws HebbError with the npm command where it is not installed
 */
async function load<Module>(name: string, what: () => Promise<Module>): Promise<Module> {
  try {
    return await what();
  } catch (cause) {
    throw new HebbError(
      `hebb/viz draws with the package '${name}', which cannot be loaded here; install what it needs with ` +
        `"npm install ${packages.join(' ')}".`,
      { cause },
    );
  }
}

export const loadVega = (): Promise<typeof Vega> => load('vega', () => import('vega'));
export const loadVegaLite = (): Promise<typeof VegaLite> => load('vega-lite', () => import('vega-lite'));

/** What texts are set in: the fonts that PNGs have, and for browsers what looks alike. */
export const fontFamily = "'DejaVu Sans', Verdana, sans-serif";

/** An SVG document as a PNG file, `scale` times as large. */
export async function renderPng(svg: string, scale: number): Promise<Uint8Array> {
  const { Resvg } = await load('@resvg/resvg-js', () => import('@resvg/resvg-js'));
  const fontFiles = await load('dejavu-fonts-ttf', () => Promise.resolve(fonts()));
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' },
  });
  return new Uint8Array(image.render().asPng());
}

/** The files of the fonts; a machine that trains networks may have none. */
function fonts(): string[] {
  return ['DejaVuSans', 'DejaVuSans-Bold'].map((name) =>
    // A file: address as a path, also on Windows.
    decodeURIComponent(
      new URL(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)).pathname.replace(
        /^\/([A-Za-z]:)/,
        '$1',
      ),
    ),
  );
}
