// Pictures: what they hold, that they are the same each time, what a terminal gets, and what is refused.

import { PNG } from 'pngjs';
import { describe, expect, it, vi } from 'vitest';
import { tensor } from '../../src/index.js';
import * as viz from '../../src/viz/index.js';

const places = [-1, -0.5, 0, 0.5, 1];
const bowl = places.map((b) => places.map((w) => w * w + 2 * b * b));
const kernel = Array.from({ length: 6 }, (_, i) => [Math.sin(i), Math.cos(i), i - 3]);
const image = [
  [0, 128],
  [255, 64],
];

/** One picture of each kind; titles with what XML would take for marks. */
const kinds: Record<string, () => Promise<viz.Picture>> = {
  lineChart: () =>
    viz.lineChart({
      title: 'a <b> & "c"',
      x: 'epoch',
      y: { title: 'loss', scale: 'log' },
      series: [
        { name: 'training', y: [1, 0.5, NaN, 0.25], points: true },
        { name: 'validation', y: tensor([1, 0.7, 0.6, 0.5]), dashed: true },
      ],
    }),
  scatter: () =>
    viz.scatter({
      title: 'a <b> & "c"',
      series: [
        { name: 'even', x: [0, 2], y: [1, 2] },
        { name: 'odd', x: [1, 3], y: [1, 2] },
      ],
      lines: [{ name: 'line', x: [0, 3], y: [0, 3] }],
    }),
  contour: () =>
    viz.contour({
      title: 'a <b> & "c"',
      ...{ x: places, y: places, z: bowl, zTitle: 'loss' },
      paths: [{ name: 'down', x: [1, 0.5, 0], y: [1, 0.2, 0] }],
    }),
  decisionBoundary: () =>
    viz.decisionBoundary({
      title: 'a <b> & "c"',
      predict: (points) => tensor(points.map(([x, y]) => 1 / (1 + Math.exp(-4 * (x + y))))),
      points: { x: [-1, 1], y: [-1, 1], label: [0, 1] },
      resolution: 20,
    }),
  heatMap: () => viz.heatMap({ title: 'a <b> & "c"', values: [[1, -2], [NaN, 4]], rowLabels: ['r', '<s>'] }), // prettier-ignore
  confusionMatrix: () =>
    viz.confusionMatrix({ title: 'a <b> & "c"', matrix: [[8, 2], [0, 10]], classNames: ['cat', 'dog'] }), // prettier-ignore
  imageGrid: () =>
    viz.imageGrid({ title: 'a <b> & "c"', images: [image, image, image], captions: ['1', '<2>', '3'] }),
  weightImages: () => viz.weightImages({ title: 'a <b> & "c"', weights: tensor(kernel), size: [2, 3] }),
  surface: () =>
    viz.surface({
      title: 'a <b> & "c"',
      ...{ x: places, y: places, z: bowl, xTitle: 'w', yTitle: 'b', zTitle: 'loss' },
      path: { x: [1, 0], y: [1, 0], z: [3, 0] },
    }),
  networkDiagram: () =>
    viz.networkDiagram({
      title: 'a <b> & "c"',
      layers: [{ neurons: ['<x>', 'y'], values: [1, 2] }, { neurons: 3 }, { neurons: 40, name: 'many' }],
      weights: [[[1, 2, 3], [-1, -2, 0]]], // prettier-ignore
    }),
  beside: async () =>
    viz.beside([await kinds.contour(), await kinds.scatter()], { title: 'a <b> & "c"', subtitle: 'both' }),
  animate: async () =>
    viz.animate([await kinds.surface(), await kinds.surface()], { frameMilliseconds: 100 }),
};

/** Checks that every element is closed by its own name, and that nothing else is wrong with the quotes. */
function wellFormed(xml: string): boolean {
  const open: string[] = [];
  const rest = xml
    .replace(/^<\?xml[^>]*\?>|<!DOCTYPE[^>]*>/g, '')
    .replace(
      /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
      (_all, close: string, name: string, _a, own: string) => {
        if (close) return open.pop() === name ? '' : '<';
        if (!own) open.push(name);
        return '';
      },
    );
  return open.length === 0 && !/[<>]/.test(rest) && !/&(?!(amp|lt|gt|quot|#\d+);)/.test(rest);
}

describe.each(Object.entries(kinds))('%s', (name, make) => {
  it('is a well-formed SVG, the same each time', async () => {
    const picture = await make();
    const svg = picture.svg();
    expect(svg.startsWith('<svg ')).toBe(true);
    expect(wellFormed(svg), svg.slice(0, 300)).toBe(true);
    expect(svg).not.toMatch(/="[^"]*(NaN|undefined|Infinity)/);
    expect((await make()).svg()).toBe(svg);
    expect(svg).toContain('a &lt;b&gt; &amp; ');
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map((m) => m[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is a PNG of its size that is not blank', async () => {
    const picture = await make();
    const png = PNG.sync.read(Buffer.from(await picture.png({ scale: 1 })));
    expect(Math.abs(png.width - picture.width)).toBeLessThanOrEqual(1);
    expect(Math.abs(png.height - picture.height)).toBeLessThanOrEqual(1);
    const colors = new Set<number>();
    for (let at = 0; at < png.data.length; at += 4) colors.add(png.data.readUInt32BE(at));
    expect(colors.size).toBeGreaterThan(10);
  });

  it('is text within its width, without colours if so asked', async () => {
    const text = (await make()).text({ width: 60, height: 10, color: false });
    const [, ...drawing] = text.split('\n');
    expect(drawing.length).toBeGreaterThan(name === 'networkDiagram' || name === 'confusionMatrix' ? 2 : 1);
    expect(text).not.toContain('\u001b');
    if (!['beside', 'networkDiagram'].includes(name)) {
      for (const line of drawing.slice(0, 10)) expect([...line].length).toBeLessThanOrEqual(62);
    }
  });
});

describe('charts', () => {
  it('say what is left out, and break the line there', async () => {
    const svg = (await kinds.lineChart()).svg();
    expect(svg).toContain('1 of 8 values are NaN or infinite and left out');
    // Two pieces of the one line, one of the other.
    const paths = [...svg.matchAll(/<path[^>]* d="(M[^"]*)"[^>]*stroke="#0072B2"/g)].map((m) => m[1]);
    expect(paths.some((d) => (d.match(/M/g) ?? []).length === 2)).toBe(true);
  });

  it('draw a mark for each point', async () => {
    const svg = (await kinds.scatter()).svg();
    const dots = [...svg.matchAll(/<path[^>]*fill="#(0072B2|E69F00)"[^>]*>/g)];
    expect(dots.length).toBeGreaterThanOrEqual(4);
  });

  it('colour series on a terminal', async () => {
    const text = (await kinds.scatter()).text({ width: 60, height: 8, color: true });
    expect(text).toContain('\u001b[34mo\u001b[0m');
  });

  it('show counts and shares', async () => {
    const picture = await kinds.confusionMatrix();
    expect(picture.svg()).toContain('>80.0 %<');
    expect(picture.svg()).toContain('90.00 % are right');
    expect(picture.text({ color: false })).toMatch(/cat {4}8 {4}2\ndog {4}· {3}10/);
  });

  it('show the first and last of many neurons', async () => {
    const svg = (await kinds.networkDiagram()).svg();
    expect(svg.match(/<circle /g)).toHaveLength(2 + 3 + 11);
    expect(svg).toContain('⋮');
  });

  it('animate for ever, and stand still where nothing moves', async () => {
    const svg = (await kinds.animate()).svg();
    expect(svg.match(/repeatCount="indefinite"/g)).toHaveLength(2);
    expect(svg).toContain('<g display="none"><animate attributeName="display" values="inline;none"');
    expect(svg).toContain('<g display="inline"><animate attributeName="display" values="none;inline"');
  });
});

describe('what is refused', () => {
  const title = 'x';
  it.each<[string, () => Promise<unknown>, string]>([
    [
      'an unknown option',
      () => viz.lineChart({ title, serie: [] } as never),
      "lineChart: unknown option 'serie': did you mean 'series'?",
    ],
    ['no series', () => viz.lineChart({ title, series: [] }), 'expected at least one series'],
    [
      'x and y of different lengths',
      () => viz.lineChart({ title, series: [{ name: 'a', x: [1], y: [1, 2] }] }),
      "'a' has 1 values of x and 2 of y",
    ],
    [
      'nothing finite',
      () => viz.lineChart({ title, series: [{ name: 'a', y: [NaN] }] }),
      'expected at least one finite number',
    ],
    [
      'texts',
      () => viz.lineChart({ title, series: [{ name: 'a', y: ['1'] as never }] }),
      "y of 'a': expected numbers, got 1 at 0",
    ],
    ['uneven rows', () => viz.heatMap({ title, values: [[1, 2], [3]] }), 'got 2 numbers in row 0 and 1 in row 1'], // prettier-ignore
    [
      'a field of another size',
      () => viz.contour({ title, x: places, y: [0, 1], z: bowl }),
      'expected z of 2 rows (y) and 5 columns (x), got 5 and 5',
    ],
    [
      'uneven places',
      () => viz.contour({ title, x: [0, 1, 5, 6, 7], y: places, z: bowl }),
      'evenly spaced and rising',
    ],
    [
      'images of different sizes',
      () => viz.imageGrid({ title, images: [image, [[1, 2]]] }),
      'expected images of 2 x 2 = 4 numbers, got one of 2',
    ],
    [
      'too few captions',
      () => viz.imageGrid({ title, images: [image], captions: [] }),
      'expected 1 captions, one an image, got 0',
    ],
    [
      'a matrix that is not square',
      () => viz.confusionMatrix({ title, matrix: [[1, 2]] }),
      'expected a square matrix, got 1 x 2',
    ],
    ['weights of another shape', () => viz.networkDiagram({ title, layers: [{ neurons: 2 }, { neurons: 1 }], weights: [[[1, 2]]] }), 'expected weights[0] of shape [2, 1], got [1, 2]'], // prettier-ignore
    [
      'too few answers',
      () =>
        viz.decisionBoundary({ title, predict: () => [1], xRange: [0, 1], yRange: [0, 1], resolution: 4 }),
      'to give 16 numbers, one a point, got 1',
    ],
    [
      'another ending',
      async () => (await kinds.confusionMatrix()).save('picture.gif'),
      "ends in .svg, .png or .txt, got 'picture.gif'",
    ],
    [
      'frames of different sizes',
      async () => viz.animate([await kinds.contour(), await kinds.surface()]),
      'expected frames of 560 x 420, got one of 560 x 440',
    ],
  ])('%s', async (_, attempt, message) => {
    await expect(attempt()).rejects.toThrow(message);
  });

  it('says how to install a library that is missing', async () => {
    vi.resetModules();
    vi.doMock('vega', () => {
      throw new Error('Cannot find package');
    });
    const fresh = await import('../../src/viz/index.js');
    await expect(fresh.contour({ title, x: places, y: places, z: bowl })).rejects.toThrow(
      `hebb/viz draws with the package 'vega', which cannot be loaded here; install what it needs with ` +
        `"npm install vega vega-lite @resvg/resvg-js dejavu-fonts-ttf".`,
    );
    vi.doUnmock('vega');
  });
});
