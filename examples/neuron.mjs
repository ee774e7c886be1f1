// One neuron: what it computes, and what one alone can learn.

import { classic, meshgrid, linspace, randomNormal, randomUniform, setSeed, stack } from 'hebb';

export async function run({ section, print, draw }) {
  section(
    'forward',
    'What a neuron computes',
    `A neuron multiplies each input by a weight, adds the products and a bias, and passes the sum through an activation
    function. With the weights [0, 1], the bias 4 and the inputs [2, 3] the sum is 0·2 + 1·3 + 4 = 7; the sigmoid
    1 / (1 + e^-z) presses it between 0 and 1.`,
  );
  const neuron = new classic.Neuron({ weights: [0, 1], bias: 4, activation: 'sigmoid' });
  const output = neuron.feedforward([2, 3]).arraySync();
  print(`weighted sum ${neuron.weightedSum([2, 3]).arraySync()}`);
  print(`output       ${output}`);

  section(
    'line',
    'One input: a straight line',
    `Without an activation a neuron with one input is the straight line w x + b. Here are 40 points scattered about the
    line y = 0.5 x + 1. Gradient descent starts with the line y = 0 and turns and shifts it a little, again and again, in
    the direction in which the mean squared error falls fastest. For a straight line there is also a formula for the best
    one; both come to the same line.`,
  );
  setSeed(1);
  const x = randomUniform([40, 1], -2, 2);
  const y = x
    .mul(0.5)
    .add(1)
    .add(randomNormal([40, 1], 0, 0.3))
    .reshape([40]);
  const line = new classic.LinearRegression({ inputs: 1 });
  const losses = line.fit(x, y, { learningRate: 0.1, epochs: 200 });
  const closed = new classic.LinearRegression({ inputs: 1 });
  closed.solve(x, y);
  const show = ({ weights, bias }) =>
    `w = [${[...weights.dataSync()].map((w) => w.toFixed(6)).join(', ')}], b = ${bias.dataSync()[0].toFixed(6)}`;
  print(
    `mean squared error ${losses[0].toFixed(6)} -> ${losses.at(-1).toFixed(6)} in ${losses.length} steps`,
  );
  print(`gradient descent  ${show(line)}`);
  print(`closed form       ${show(closed)}`);
  print(`R² = ${line.score(x, y).toFixed(4)}`);
  await draw('line', ({ scatter }) =>
    scatter({
      title: 'Forty points and the line through them',
      x: 'x',
      y: 'y',
      series: [{ name: 'points', x: x.flatten(), y }],
      lines: [{ name: 'best line', x: [-2, 2], y: line.predict([[-2], [2]]) }],
    }),
  );

  section(
    'plane',
    'Two inputs: a plane, n inputs: n dimensions',
    `With two inputs the neuron is a plane over them, with n inputs a hyperplane in n + 1 dimensions; nothing else
    changes, neither the gradient nor the formula.`,
  );
  const points = randomUniform([60, 2], -2, 2);
  const heights = points
    .dot([0.8, -0.4])
    .add(0.5)
    .add(randomNormal([60], 0, 0.2));
  const plane = new classic.LinearRegression({ inputs: 2 });
  plane.fit(points, heights, { learningRate: 0.1, epochs: 200 });
  const closedPlane = new classic.LinearRegression({ inputs: 2 });
  closedPlane.solve(points, heights);
  const many = randomUniform([500, 8], -1, 1);
  const hyperplane = new classic.LinearRegression({ inputs: 8 });
  hyperplane.fit(many, many.dot([1, 2, 3, 4, 5, 6, 7, 8]).sub(9), { learningRate: 0.5, epochs: 500 });
  print(`plane, gradient descent  ${show(plane)}`);
  print(`plane, closed form       ${show(closedPlane)}`);
  print(`eight inputs             ${show(hyperplane)}`);
  const sides = linspace(-2, 2, 9);
  const [first, second] = meshgrid(sides, sides);
  await draw('plane', ({ surface: drawSurface }) =>
    drawSurface({
      title: 'The plane that sixty points lie near',
      xTitle: 'x₁',
      yTitle: 'x₂',
      zTitle: 'w · x + b',
      x: sides,
      y: sides,
      z: plane.predict(stack([first.flatten(), second.flatten()], 1)).reshape([9, 9]),
    }),
  );

  section(
    'sigmoid',
    'The surface of a sigmoid neuron',
    `The sigmoid bends the plane: far to one side the neuron says 0, far to the other 1, and between them lies a slope. Its
    middle, where the neuron says 0.5, is still a straight line, w·x + b = 0. The longer the weights, the steeper the slope.`,
  );
  const soft = new classic.Neuron({ weights: [1, 2], bias: -1 });
  const axis = linspace(-4, 4, 21);
  const [across, along] = meshgrid(axis, axis);
  const grid = stack([across.flatten(), along.flatten()], 1);
  const surface = soft.feedforward(grid).reshape([21, 21]).arraySync();
  print(
    `at (-4, -4) ${surface[0][0].toFixed(6)}, in the middle (1, 0) ${soft.feedforward([1, 0]).arraySync()}, at (4, 4) ${surface[20][20].toFixed(6)}`,
  );
  await draw('sigmoid', ({ surface: drawSurface }) =>
    drawSurface({
      title: 'What a sigmoid neuron says of two inputs',
      xTitle: 'x₁',
      yTitle: 'x₂',
      zTitle: 'output',
      x: axis,
      y: axis,
      z: surface,
    }),
  );

  return { output, line, closed, plane, closedPlane, hyperplane, losses, surface };
}
