// The smallest network that learns something: is a person female or male, told from weight and height?

import { classic } from 'hebb';

export async function run({ section, print, draw }) {
  section(
    'forward',
    'Feeding forward',
    `Two inputs go to two hidden neurons, both of which go to one output neuron: nine parameters, six weights and three
    biases. With all weights [0, 1], no biases and the inputs [2, 3] both hidden neurons say s(3) = 0.9526, and the output
    neuron s(0.9526).`,
  );
  const fixed = new classic.Network221({
    hiddenWeights: [
      [0, 1],
      [0, 1],
    ],
    hiddenBias: [0, 0],
    outputWeights: [0, 1],
    outputBias: 0,
  });
  const forward = fixed.feedforward([2, 3]).arraySync();
  print(`output ${forward}`);

  section(
    'gradient',
    'The chain rule, by hand and by machine',
    `To learn, the network needs the derivative of its error by each parameter. The error depends on the output, the output
    on the hidden neurons, those on their weights: the chain rule multiplies the derivatives along the way.
    \`gradientsByHand\` writes them out; \`gradientsByTape\` has them found by backpropagation. They are the same numbers.`,
  );
  const network = new classic.Network221({ seed: 1 });
  const hand = network.gradientsByHand([-2, -1], 1);
  const tape = network.gradientsByTape([-2, -1], 1);
  let difference = 0;
  for (const name of Object.keys(hand)) {
    const expected = tape[name].dataSync();
    hand[name].dataSync().forEach((g, i) => (difference = Math.max(difference, Math.abs(g - expected[i]))));
    print(`dL/d ${name.padEnd(13)} ${[...hand[name].dataSync()].map((g) => g.toFixed(9)).join('  ')}`);
  }
  print(`largest difference below 1e-12: ${difference < 1e-12}`);

  section(
    'train',
    'Learning from four people',
    `Weight (pounds) and height (inches) of four people, shifted by 135 and 66 so that they lie about 0; a woman is 1, a
    man 0. Stochastic gradient descent looks at one person at a time and moves all nine parameters a little against the
    gradient: 1,000 times through the four, with a learning rate of 0.1.`,
  );
  const people = [
    [-2, -1], // Alice
    [25, 6], // Bob
    [17, 4], // Charlie
    [-15, -6], // Diana
  ];
  const isFemale = [1, 0, 0, 1];
  const losses = network.train(people, isFemale, { learningRate: 0.1, epochs: 1000 });
  for (const epoch of [1, 10, 100, 250, 500, 1000]) {
    print(`epoch ${String(epoch).padStart(4)}  loss ${losses[epoch - 1].toFixed(6)}`);
  }
  await draw('loss', ({ lineChart }) =>
    lineChart({
      title: 'The loss falls',
      x: 'epoch',
      y: 'mean squared error',
      series: [{ name: 'loss', y: losses }],
    }),
  );

  section(
    'predict',
    'Two people it has never seen',
    `Emily weighs 128 pounds and is 63 inches tall, (-7, -3) after the shift; Frank 155 and 68, which is (20, 2).`,
  );
  const emily = network.feedforward([-7, -3]).arraySync();
  const frank = network.feedforward([20, 2]).arraySync();
  print(`Emily ${emily.toFixed(3)}: ${emily > 0.5 ? 'female' : 'male'}`);
  print(`Frank ${frank.toFixed(3)}: ${frank > 0.5 ? 'female' : 'male'}`);
  await draw('boundary', ({ decisionBoundary }) =>
    decisionBoundary({
      title: 'Female or male, from weight and height',
      xTitle: 'weight − 135 (pounds)',
      yTitle: 'height − 66 (inches)',
      classNames: ['male', 'female'],
      points: { x: people.map(([weight]) => weight), y: people.map(([, height]) => height), label: isFemale },
      predict: (places) => network.feedforward(places),
    }),
  );
  await draw('network', ({ networkDiagram }) =>
    networkDiagram({
      title: 'The trained network looks at Emily',
      layers: [
        { name: 'inputs', neurons: ['weight', 'height'], values: [-7, -3] },
        {
          name: 'hidden',
          neurons: 2,
          values: network.hiddenWeights.dot([-7, -3]).add(network.hiddenBias).sigmoid(),
        },
        { name: 'output', neurons: ['female'], values: [emily] },
      ],
      weights: [network.hiddenWeights.transpose(), network.outputWeights.reshape([2, 1])],
    }),
  );

  return { forward, difference, losses, emily, frank };
}
