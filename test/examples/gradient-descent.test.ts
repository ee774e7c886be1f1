// The pictures of gradient descent: drawn from the chapter's own results, and saying what it says.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setBackend, setDefaultDtype } from '../../src/index.js';
import { run } from '../../examples/descent.mjs';
import { KeptChapter } from './chapter.js';

interface Results {
  readonly paths: Readonly<Record<string, readonly { w: number; b: number; loss: number }[]>>;
  readonly examples: { readonly x: number[]; readonly y: number[] };
}

interface Drawn {
  svg(): string;
  text(options: { color: boolean }): string;
}

describe('gradient-descent', () => {
  let results: Results;
  let pictures: Readonly<Record<string, Drawn>>;
  beforeAll(async () => {
    setBackend('js');
    setDefaultDtype('float64');
    results = (await run(new KeptChapter(true))) as unknown as Results;
    const { draw } = await import('../../examples/gradient-descent.mjs');
    pictures = await draw(results, true);
  });
  afterAll(() => setDefaultDtype('float32'));

  it('hands on the examples that the surface is the error of', () => {
    const { x, y } = results.examples;
    const { w, b, loss } = results.paths.batch[0];
    const mean = x.reduce((sum, v, i) => sum + (w * v + b - y[i]) ** 2, 0) / x.length;
    expect(x).toHaveLength(40);
    expect(mean).toBeCloseTo(loss, 12);
  });

  it('draws the parabola with three tangents', () => {
    const svg = pictures['parabola.svg'].svg();
    for (const step of [0, 1, 2]) expect(svg).toContain(`tangent at step ${step}`);
    expect(svg).toContain('weight w');
  });

  it('draws the ways of all five optimizers, with round numbers beside the colours', () => {
    const svg = pictures['contour.svg'].svg();
    for (const name of Object.keys(results.paths)) expect(svg).toContain(`>${name}<`);
    expect(Object.keys(results.paths)).toHaveLength(5);
    expect(svg).toContain('>10<');
    expect(svg).not.toContain('1e+1');
  });

  it('draws a surface whose axis titles keep clear of the numbers', () => {
    const svg = pictures['surface-batch.svg'].svg();
    const texts = [...svg.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)"[^>]*>([^<]*)</g)];
    const titles = texts.filter(([, , , words]) => /^(weight w|bias b)$/.test(words));
    expect(titles).toHaveLength(2);
    const numbers = texts.filter(([, , , words]) => words === '0.5');
    expect(numbers).toHaveLength(2);
    for (const [, x, y] of titles) {
      for (const [, otherX, otherY] of numbers) {
        const isClear =
          Math.abs(Number(y) - Number(otherY)) > 12 || Math.abs(Number(x) - Number(otherX)) > 70;
        expect(isClear).toBe(true);
      }
    }
  });

  it('animates the ball beside its line, and backpropagation in five steps', () => {
    const panels = pictures['two-panels.svg'].svg();
    expect(panels.match(/repeatCount="indefinite"/g)).toHaveLength(4);
    for (const step of [0, 9, 36, 80]) expect(panels).toContain(`Step ${step}<`);
    const back = pictures['backpropagation.svg'].svg();
    expect(back.match(/repeatCount="indefinite"/g)).toHaveLength(5);
    expect(back).toContain('Forward: the inputs');
    expect(back).toContain('Back: the gradients of the hidden neurons');
  });
});
