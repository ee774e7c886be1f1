// Three inputs, four hidden neurons, one output, no biases: a network in two matrices.

import { classic } from 'hebb';

export async function run({ section, print, draw }) {
  section(
    'network',
    'The network and its data',
    `A layer is a matrix: the inputs of all examples, as rows, times the weights, as columns, give what goes into all its
    neurons for all examples at once. Two such products with a sigmoid after each are the whole network. It has no biases;
    the third input, which is always 1, does their work for the hidden layer. The outputs are the exclusive or of the first
    two inputs.`,
  );
  const inputs = [
    [0, 0, 1],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 1],
  ];
  const targets = [[0], [1], [1], [0]];
  const network = new classic.TwoLayerNetwork({ inputs: 3, hidden: 4, outputs: 1, seed: 2 });
  const before = [...network.feedforward(inputs).dataSync()];
  print(`before training: ${before.map((p) => p.toFixed(4)).join('  ')}`);

  section(
    'train',
    'Fifteen hundred steps',
    `The error is the sum of (target - output)² over the four examples. Each step goes down its gradient for all four at
    once, with the learning rate 1. With some beginnings the loss swings in the first steps;
    then it falls and falls.`,
  );
  const losses = network.train(inputs, targets, { learningRate: 1, epochs: 1500 });
  for (const step of [1, 2, 3, 10, 100, 500, 1000, 1500]) {
    print(`step ${String(step).padStart(4)}  loss ${losses[step - 1].toFixed(6)}`);
  }
  let wobble = 0;
  losses.forEach((loss, step) => {
    if (step > 0 && loss > losses[step - 1]) wobble = step;
  });
  print(wobble === 0 ? 'it never rose' : `it rose last in step ${wobble}, from there on it only fell`);
  await draw('loss', ({ lineChart }) =>
    lineChart({
      title: 'Fifteen hundred steps',
      x: 'step',
      y: { title: 'sum of squared errors', scale: 'log' },
      series: [{ name: 'loss', y: losses }],
    }),
  );

  section('predict', 'What it says now', `The targets were 0, 1, 1, 0.`);
  const predictions = [...network.feedforward(inputs).dataSync()];
  inputs.forEach((row, i) =>
    print(`${row.join(' ')}  ->  ${predictions[i].toFixed(4)}  (target ${targets[i][0]})`),
  );
  await draw('network', ({ networkDiagram }) =>
    networkDiagram({
      title: 'What it has learned',
      layers: [
        { name: 'inputs', neurons: ['a', 'b', '1'] },
        { name: 'hidden', neurons: 4 },
        { name: 'output', neurons: ['xor'] },
      ],
      weights: [network.weights1, network.weights2],
    }),
  );

  return { losses, wobble, predictions, targets: targets.flat() };
}
