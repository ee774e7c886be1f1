// Gradient descent, seen: a ball rolls down the error; backpropagation, step by step.

import {
  add,
  classic,
  grad,
  linspace,
  mean,
  meshgrid,
  mul,
  optimizers,
  randomNormal,
  setSeed,
  sigmoid,
  square,
  sub,
  tensor,
  variable,
} from 'hebb';

export async function run({ section, print, draw }) {
  section(
    'parabola',
    'One weight: a parabola and its tangent',
    `One neuron without a bias, y = w x, that shall turn 2 into 1: its error (2 w - 1)² is a parabola in w, with its bottom at
    w = 0.5. The slope of the tangent says in which direction the bottom lies, and how far about; a step of gradient
    descent moves w by the learning rate times the slope, the other way.`,
  );
  const error = (w) => square(sub(mul(w, 2), 1));
  const slope = grad(error);
  let w = 2;
  const steps = [];
  for (let step = 0; step <= 5; step++) {
    const height = error(tensor(w)).arraySync();
    const gradient = slope(tensor(w)).arraySync();
    steps.push({ w, height, gradient });
    print(`step ${step}: w = ${w.toFixed(5)}, error ${height.toFixed(5)}, slope ${gradient.toFixed(5)}`);
    w -= 0.1 * gradient;
  }
  await draw('parabola', ({ scatter }) => {
    const across = linspace(-1, 2, 101);
    const [{ height, gradient }] = steps;
    return scatter({
      title: 'The error of one weight, and how the ball rolls',
      x: 'weight w',
      y: 'error (2w − 1)²',
      series: [{ name: 'steps', x: steps.map((step) => step.w), y: steps.map((step) => step.height) }],
      lines: [
        { name: 'error', x: across, y: error(across) },
        { name: 'tangent', x: [1.4, 2], y: [height - 0.6 * gradient, height], dashed: true },
      ],
    });
  });

  section(
    'surface',
    'Two weights: the ball on the surface',
    `With a weight and a bias the error is a surface over two directions: here that of a line w x + b through forty points.
    The points lie off the middle, so that the valley is long and narrow. Batch gradient descent follows the steepest slope,
    slowly along the valley; mini-batches and single examples see the error of a few points only and stagger; momentum
    gathers speed; Adam gives each direction its own step.`,
  );
  setSeed(3);
  const x = randomNormal([40], 1.5, 0.6);
  const y = add(add(mul(x, 1.2), -0.5), randomNormal([40], 0, 0.2));
  const best = new classic.LinearRegression({ inputs: 1 });
  best.solve(x.reshape([40, 1]), y);
  const bottom = [best.weights.dataSync()[0], best.bias.dataSync()[0]];
  const methods = {
    batch: { optimizer: optimizers.sgd({ learningRate: 0.15 }), batchSize: 40 },
    'mini-batch': { optimizer: optimizers.sgd({ learningRate: 0.15 }), batchSize: 8 },
    stochastic: { optimizer: optimizers.sgd({ learningRate: 0.15 }), batchSize: 1 },
    momentum: { optimizer: optimizers.momentum({ learningRate: 0.05, momentum: 0.9 }), batchSize: 40 },
    Adam: { optimizer: optimizers.adam({ learningRate: 0.15 }), batchSize: 40 },
  };
  print(`the bottom: w = ${bottom[0].toFixed(4)}, b = ${bottom[1].toFixed(4)}`);
  const paths = {};
  for (const [name, { optimizer, batchSize }] of Object.entries(methods)) {
    paths[name] = roll({ x, y, optimizer, batchSize, steps: 80 });
    const [end] = paths[name].slice(-1);
    const distance = Math.hypot(end.w - bottom[0], end.b - bottom[1]);
    print(
      `${name.padEnd(10)} after 80 steps w = ${end.w.toFixed(4)}, b = ${end.b.toFixed(4)}, ${distance.toFixed(4)} from the bottom`,
    );
  }
  const valley = valleyOf(x, y);
  await draw('contour', ({ contour }) =>
    contour({
      title: 'Five ways down, from above',
      ...valley,
      squared: true,
      paths: Object.entries(paths).map(([name, path]) => {
        const { x: across, y: along } = columnsOf(path);
        return { name, x: across, y: along };
      }),
    }),
  );
  await draw('surface', ({ surface }) =>
    surface({
      title: 'The ball rolls down the surface',
      ...valley,
      path: columnsOf(paths.batch.slice(0, 30)),
    }),
  );
  await draw('ball', async ({ animate, beside, contour, scatter }) => {
    const way = paths.batch.filter((_, step) => [0, 1, 2, 3, 5, 10, 20, 40, 80].includes(step));
    const frames = [];
    for (const [step, { w, b, loss }] of way.entries()) {
      const { x: across, y: along } = columnsOf(way.slice(0, step + 1));
      const left = await contour({
        title: 'The ball',
        width: 380,
        height: 340,
        ...valley,
        squared: true,
        levels: 6,
        paths: [{ name: 'batch', x: across, y: along }],
      });
      const right = await scatter({
        title: `Its line: error ${loss.toFixed(3)}`,
        width: 380,
        height: 340,
        x: { title: 'x', domain: [0, 3.2] },
        y: { title: 'y', domain: [-2, 4.5] },
        series: [{ name: 'points', x, y }],
        lines: [{ name: 'line', x: [0, 3.2], y: [b, 3.2 * w + b] }],
      });
      frames.push(beside([left, right]));
    }
    return animate(frames, { frameMilliseconds: 300 });
  });

  section(
    'backpropagation',
    'Backpropagation, forward and back',
    `Forwards, each neuron sums up what comes in and passes it on. Backwards, the error's gradient takes the same ways: at the
    output it is 2 (output - target) times the sigmoid's slope; each hidden neuron gets its share, times the weight it goes
    through and its own slope. A weight's gradient is what came in at its beginning times what came back at its end.`,
  );
  const network = new classic.Network221({ seed: 1 });
  const input = tensor([-2, -1]);
  const hidden = sigmoid(add(network.hiddenWeights.dot(input), network.hiddenBias));
  const output = network.feedforward(input).arraySync();
  const gradients = network.gradientsByHand(input, 1);
  const list = (t, digits = 4) => [...t.dataSync()].map((v) => v.toFixed(digits)).join(', ');
  print(`inputs          -2, -1`);
  print(`hidden neurons  ${list(hidden)}`);
  print(`output          ${output.toFixed(4)}, target 1, error ${((1 - output) ** 2).toFixed(4)}`);
  print(`back at the output          ${list(gradients.outputBias, 5)}`);
  print(`back at the hidden neurons  ${list(gradients.hiddenBias, 5)}`);
  print(`gradients of their weights  ${list(gradients.hiddenWeights, 5)}`);
  await draw('backpropagation', async ({ animate, networkDiagram }) => {
    const { hiddenWeights, outputWeights } = network;
    const slopes = [gradients.hiddenBias, gradients.outputBias.reshape([1])];
    const frame = (title, highlight, values, backward) =>
      networkDiagram({
        title,
        highlight,
        backward,
        layers: ['inputs', 'hidden', 'output'].map((name, i) => ({
          name,
          neurons: [2, 2, 1][i],
          values: values[i],
        })),
        weights: backward
          ? [gradients.hiddenWeights.transpose(), gradients.outputWeights.reshape([2, 1])]
          : [hiddenWeights.transpose(), outputWeights.reshape([2, 1])],
      });
    const values = [input, hidden, [output]];
    const frames = [
      await frame('Forward: the inputs', [0], values.slice(0, 1), false),
      await frame('Forward: the hidden neurons', [1], values.slice(0, 2), false),
      await frame('Forward: the output', [2], values, false),
      await frame('Backward: gradients at the output', [2], [undefined, undefined, slopes[1]], true),
      await frame('Backward: gradients at the hidden neurons', [1], [undefined, ...slopes], true),
    ];
    return animate(frames, { frameMilliseconds: 1200 });
  });

  return {
    steps,
    bottom,
    paths,
    output,
    examples: { x: rows(x), y: rows(y) },
    network: {
      input: rows(input),
      hidden: rows(hidden),
      weights: [rows(network.hiddenWeights.transpose()), rows(network.outputWeights.reshape([2, 1]))],
      gradients: Object.fromEntries(Object.entries(gradients).map(([name, t]) => [name, rows(t)])),
    },
  };
}

/** A tensor as nested arrays. */
const rows = (t) => t.arraySync();

/** The way of w and b from (-1, 2.5) on, with the loss over all examples at each place. */
function roll({ x, y, optimizer, batchSize, steps }) {
  const [w, b] = [variable(-1, true, undefined, x.dtype), variable(2.5, true, undefined, x.dtype)];
  const loss = (xs, ys) => mean(square(sub(add(mul(w, xs), b), ys)));
  const path = [];
  for (let step = 0; step <= steps; step++) {
    path.push({ w: w.dataSync()[0], b: b.dataSync()[0], loss: loss(x, y).dataSync()[0] });
    const begin = (step * batchSize) % x.size;
    optimizer.minimize(() => loss(x.slice([begin], [batchSize]), y.slice([begin], [batchSize])), false, [
      w,
      b,
    ]);
  }
  return path;
}

/** Places of a way as columns, as pictures take them. */
function columnsOf(path) {
  return { x: path.map(({ w }) => w), y: path.map(({ b }) => b), z: path.map(({ loss }) => loss) };
}

/** The mean squared error of the line w x + b over a grid of w and b. */
function valleyOf(x, y) {
  const [w, b] = [linspace(-1.5, 3, 25), linspace(-2, 3, 25)];
  const [weights, biases] = meshgrid(w, b).map((t) => t.reshape([625, 1]));
  const z = mean(square(sub(add(mul(weights, x), biases), y)), 1).reshape([25, 25]);
  return { x: w, y: b, z, xTitle: 'weight w', yTitle: 'bias b', zTitle: 'mean squared error' };
}
