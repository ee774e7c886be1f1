// The pictures of the chapter "Gradient descent, seen" (descent.mjs):
//
//   node examples/gradient-descent.mjs [--out DIR] [--backend native|wasm|js] [--dtype float64|float32] [--quick]
//
// Writes into DIR (default: pictures): the parabola with its tangents, the loss surface from above and in space with the
// ways of five optimizers, and two animations (SVG, to be opened in a browser): the ball on the surface beside the line it
// stands for, and backpropagation, forward and back. What draws them: npm install what hebb/viz asks for.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { setBackend, setDefaultDtype } from 'hebb';
import { animate, beside, contour, lineChart, networkDiagram, scatter, surface } from 'hebb/viz';
import { run as runChapter } from './descent.mjs';

/** `count` numbers from `low` to `high`. */
const between = (low, high, count) =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));

/** The error (2 w - 1)² with the tangents of the first steps: the slope says which way is down, and how far about. */
function parabola({ steps }) {
  const w = between(-1.5, 2.5, 81);
  const tangents = steps.slice(0, 3).map(({ w: at, height, gradient }, step) => ({
    name: `tangent at step ${step}`,
    x: [at - 0.45, at + 0.45],
    y: [height - 0.45 * gradient, height + 0.45 * gradient],
    dashed: true,
  }));
  return lineChart({
    title: 'One weight: the error is a parabola',
    subtitle: 'the steps of gradient descent, learning rate 0.1',
    x: 'weight w',
    y: 'squared error',
    series: [
      { name: 'error (2w − 1)²', x: w, y: w.map((v) => (2 * v - 1) ** 2) },
      ...tangents,
      { name: 'steps', x: steps.map((s) => s.w), y: steps.map((s) => s.height), points: true },
    ],
  });
}

/** The mean squared error of the line w x + b through the examples, over a grid of w and b. */
function lossSurface({ examples }, points) {
  const [w, b] = [between(-1.6, 2.6, points), between(-2, 3, points)];
  const loss = (slope, offset) =>
    examples.x.reduce((sum, x, i) => sum + (slope * x + offset - examples.y[i]) ** 2, 0) / examples.x.length;
  return { x: w, y: b, z: b.map((offset) => w.map((slope) => loss(slope, offset))) };
}

const axes = { xTitle: 'weight w', yTitle: 'bias b', zTitle: 'mean squared error' };

/** Each optimizer's way from above. */
function fromAbove(results) {
  const paths = Object.entries(results.paths).map(([name, path]) => ({
    name,
    x: path.map((p) => p.w),
    y: path.map((p) => p.b),
  }));
  return contour({
    ...lossSurface(results, 80),
    ...axes,
    title: 'Two weights: five ways down the loss surface',
    subtitle: '80 steps each; bands by squares',
    width: 680,
    height: 520,
    squared: true,
    paths,
  });
}

/** The ball of one optimizer in space. */
function inSpace(results, name) {
  const path = results.paths[name];
  return surface({
    ...lossSurface(results, 36),
    ...axes,
    title: `The ball on the loss surface: ${name}`,
    path: { x: path.map((p) => p.w), y: path.map((p) => p.b), z: path.map((p) => p.loss) },
  });
}

/** Left the ball on the surface, right the line that its place stands for. */
async function twoPanels(results, frames) {
  const { batch } = results.paths;
  const { x, y } = results.examples;
  const grid = lossSurface(results, 24);
  const size = { width: 540, height: 400 };
  const range = [Math.min(...x) - 0.2, Math.max(...x) + 0.2];
  // Ever longer strides, as the ball gets slower.
  const shown = between(0, 1, frames).map((share) => Math.round(share ** 2 * (batch.length - 1)));
  const pictures = [];
  for (const step of new Set(shown)) {
    const way = batch.slice(0, step + 1);
    const { w, b, loss } = batch[step];
    const left = await contour({
      ...grid,
      ...axes,
      ...size,
      title: `Step ${step}`,
      subtitle: `error ${loss.toFixed(3)}`,
      squared: true,
      paths: [{ name: 'batch', x: way.map((p) => p.w), y: way.map((p) => p.b) }],
    });
    const right = await scatter({
      ...size,
      title: 'The line it stands for',
      subtitle: `y = ${w.toFixed(2)} x ${b < 0 ? '−' : '+'} ${Math.abs(b).toFixed(2)}`,
      x: { title: 'x', domain: range },
      y: { title: 'y', domain: [-3, 4] },
      series: [{ name: 'examples', x, y }],
      lines: [{ name: 'w x + b', x: range, y: range.map((v) => w * v + b) }],
    });
    pictures.push(beside([left, right]));
  }
  return animate(pictures, { frameMilliseconds: 300 });
}

/** Activations forward, layer by layer; then gradients back the same ways. */
async function backpropagation({ network, output }) {
  const { input, hidden, weights, gradients } = network;
  const hiddenGradients = gradients.hiddenWeights;
  const names = [['weight −2', 'height −1'], 2, ['female']];
  const rounded = (values) => values.map((v) => Number(v.toPrecision(2)));
  const layers = (values) =>
    ['inputs', 'hidden', 'output'].map((name, i) => ({
      name,
      neurons: names[i],
      ...(values[i] && { values: rounded(values[i]) }),
    }));
  const error = (1 - output) ** 2;
  const back = [
    // Of weights [from, to], as the forward ones are.
    [0, 1].map((from) => [hiddenGradients[0][from], hiddenGradients[1][from]]),
    gradients.outputWeights.map((g) => [g].flat()),
  ];
  const frames = [
    ['Forward: the inputs', { values: [input], weights, highlight: [0] }],
    ['Forward: the hidden neurons', { values: [input, hidden], weights, highlight: [1] }],
    [
      `Forward: the output ${output.toFixed(3)}, target 1, error ${error.toFixed(3)}`,
      { values: [input, hidden, [output]], weights, highlight: [2] },
    ],
    [
      'Back: the gradient of the output, and of its weights',
      { values: [null, null, [gradients.outputBias]], weights: back, highlight: [1], backward: true },
    ],
    [
      'Back: the gradients of the hidden neurons, and of theirs',
      {
        values: [null, gradients.hiddenBias, [gradients.outputBias]],
        weights: back,
        highlight: [0],
        backward: true,
      },
    ],
  ];
  const pictures = await Promise.all(
    frames.map(([subtitle, { values, ...rest }]) =>
      networkDiagram({ title: 'Backpropagation', subtitle, layers: layers(values), ...rest }),
    ),
  );
  return animate(pictures, { frameMilliseconds: 1500, lastMilliseconds: 2500 });
}

/**
 * Draws all pictures of a chapter's results.
 * @param results what `run` of descent.mjs returned
 * @param quick fewer frames, and only one surface
 * @returns pictures by file name
 */
export async function draw(results, quick) {
  const seen = quick ? ['batch'] : Object.keys(results.paths);
  const surfaces = await Promise.all(
    seen.map(async (name) => [`surface-${name.toLowerCase()}.svg`, await inSpace(results, name)]),
  );
  return {
    'parabola.svg': await parabola(results),
    'contour.svg': await fromAbove(results),
    ...Object.fromEntries(surfaces),
    'two-panels.svg': await twoPanels(results, quick ? 4 : 20),
    'backpropagation.svg': await backpropagation(results),
  };
}

async function main() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'pictures' },
      backend: { type: 'string' },
      dtype: { type: 'string', default: 'float64' },
      quick: { type: 'boolean', default: false },
    },
  });
  if (values.backend) setBackend(values.backend);
  setDefaultDtype(values.dtype);
  const results = await runChapter({
    quick: values.quick,
    section: (_id, title, explanation) =>
      console.log(`\n${title}\n${explanation.replace(/\s+/g, ' ').trim()}\n`),
    print: (line) => console.log(`  ${line}`),
    // The chapter's own, simpler pictures are not wanted here.
    draw: () => Promise.resolve(),
  });
  await mkdir(values.out, { recursive: true });
  for (const [name, picture] of Object.entries(await draw(results, values.quick))) {
    const path = join(values.out, name);
    await picture.save(path);
    await picture.save(path.replace(/\.svg$/, '.png'));
    console.log(`wrote ${path} and .png`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
