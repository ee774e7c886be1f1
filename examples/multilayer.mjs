// From the perceptron to networks of several layers: what the step stood in the way of, and how to train with care.

import {
  callbacks,
  classic,
  layers,
  linspace,
  optimizers,
  regularizers,
  sequential,
  setSeed,
  tensor,
} from 'hebb';

export async function run({ section, print, draw, quick }) {
  section(
    'soft',
    'Softening the step',
    `A step has no slope: it does not say in which direction to move. The sigmoid and tanh are steps with round edges; they
    have a slope everywhere, and so the error of a whole network of them has a gradient that can be followed downhill.`,
  );
  const z = tensor([-4, -1, -0.1, 0, 0.1, 1, 4]);
  const row = (name, t) =>
    print(`${name.padEnd(8)} ${[...t.dataSync()].map((v) => v.toFixed(3).padStart(7)).join('')}`);
  row('z', z);
  row('step', z.step());
  row('sigmoid', z.sigmoid());
  row('tanh', z.tanh());
  await draw('step', ({ lineChart }) => {
    const x = linspace(-4, 4, 401);
    return lineChart({
      title: 'The step and its soft cousins',
      x: 'weighted sum z',
      y: 'output',
      series: ['step', 'sigmoid', 'tanh'].map((name) => ({ name, x, y: x[name]() })),
    });
  });

  section(
    'xor',
    'XOR, learned',
    `A layer of hidden neurons draws several lines, and the output neuron combines them: with one hidden layer, XOR is easy.`,
  );
  setSeed(7);
  const { inputs, xor } = classic.truthTables;
  const small = sequential({
    layers: [
      layers.dense({ units: 4, activation: 'tanh', inputShape: [2] }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
  small.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: 'binaryCrossentropy' });
  await small.fit(tensor(inputs), tensor(xor, [4, 1]), { epochs: 500, batchSize: 4 });
  const answers = [...small.predict(tensor(inputs)).dataSync()];
  inputs.forEach((bits, i) => print(`${bits.join(' xor ')} = ${answers[i].toFixed(3)}`));
  await draw('xor', ({ decisionBoundary }) =>
    decisionBoundary({
      title: 'XOR: several lines, combined',
      xTitle: 'first bit',
      yTitle: 'second bit',
      xRange: [-0.5, 1.5],
      yRange: [-0.5, 1.5],
      classNames: ['0', '1'],
      points: { x: inputs.map(([a]) => a), y: inputs.map(([, b]) => b), label: xor },
      predict: (places) => small.predict(tensor(places)).flatten(),
    }),
  );

  section(
    'moons',
    'Two moons',
    `Two half circles that interlock. Sixteen hidden neurons bend the border between them as it has to be.`,
  );
  const moons = classic.twoMoons({ count: 400, noise: 0.1, seed: 4 });
  const [points, labels] = [moons.points, moons.labels.reshape([400, 1])];
  const bent = sequential({
    layers: [
      layers.dense({ units: 16, activation: 'tanh', inputShape: [2] }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
  bent.compile({
    optimizer: optimizers.adam({ learningRate: 0.03 }),
    loss: 'binaryCrossentropy',
    metrics: ['accuracy'],
  });
  const course = await bent.fit(points, labels, { epochs: quick ? 60 : 100, batchSize: 50 });
  const moonAccuracy = course.history.acc.at(-1);
  print(`accuracy ${(100 * moonAccuracy).toFixed(1)} %`);
  await draw('moons', ({ decisionBoundary }) => {
    const [first, second] = points.unstack(1);
    return decisionBoundary({
      title: 'Two moons, separated',
      xTitle: 'x₁',
      yTitle: 'x₂',
      points: { x: first, y: second, label: moons.labels },
      predict: (places) => bent.predict(tensor(places)).flatten(),
    });
  });

  section(
    'overfitting',
    'Learning by heart, and four cures',
    `Thirty noisy points and a network with thousands of weights: it can learn every single point by heart, noise and all, and
    is worse for it on 500 points that it has not seen. L1 and L2 make large weights expensive, dropout switches
    neurons off at random so that none relies on another, early stopping ends training when the error on unseen points
    begins to rise.`,
  );
  const unseenCount = quick ? 200 : 500;
  const few = classic.twoMoons({ count: 30, noise: 0.3, seed: 5 });
  const unseen = classic.twoMoons({ count: unseenCount, noise: 0.3, seed: 6 });
  const x = few.points;
  const y = few.labels.reshape([30, 1]);
  const validationData = [unseen.points, unseen.labels.reshape([unseenCount, 1])];
  const epochs = 300;
  const cures = {
    nothing: {},
    L1: { regularizer: regularizers.l1({ l1: 0.003 }) },
    L2: { regularizer: regularizers.l2({ l2: 0.02 }) },
    dropout: { rate: 0.7 },
    'early stopping': {
      stop: callbacks.earlyStopping({ monitor: 'val_loss', patience: 20, restoreBestWeights: true }),
    },
  };
  const results = {};
  for (const [name, { regularizer, rate = 0, stop }] of Object.entries(cures)) {
    setSeed(8);
    const hidden = { units: 128, activation: 'relu', kernelRegularizer: regularizer };
    const network = sequential({
      layers: [
        layers.dense({ ...hidden, inputShape: [2] }),
        layers.dropout({ rate }),
        layers.dense(hidden),
        layers.dropout({ rate }),
        layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
    });
    network.compile({
      optimizer: optimizers.adam({ learningRate: 0.01 }),
      loss: 'binaryCrossentropy',
      metrics: ['accuracy'],
    });
    const { history } = await network.fit(x, y, {
      epochs,
      batchSize: 30,
      validationData,
      callbacks: stop ? [stop] : [],
    });
    const [, known] = network.evaluate(x, y).map((t) => t.dataSync()[0]);
    const [loss, accuracy] = network.evaluate(...validationData).map((t) => t.dataSync()[0]);
    results[name] = { known, loss, accuracy, history, network };
    print(
      `${name.padEnd(14)} known points ${(100 * known).toFixed(1).padStart(5)} %, unseen points ` +
        `${(100 * accuracy).toFixed(1)} %, error on them ${loss.toFixed(2)}, ${history.loss.length} epochs`,
    );
  }
  await draw('overfitting', ({ lineChart }) =>
    lineChart({
      title: 'Error on points that were never learned',
      x: 'epoch',
      y: { title: 'cross-entropy', scale: 'log' },
      series: Object.entries(results).map(([name, { history }]) => ({ name, y: history.val_loss })),
    }),
  );
  await draw('by-heart', async ({ beside, decisionBoundary }) => {
    const [first, second] = x.unstack(1);
    const pictures = [];
    for (const name of ['nothing', 'L1', 'early stopping']) {
      pictures.push(
        await decisionBoundary({
          title: name === 'nothing' ? 'Learned by heart' : `Cured: ${name}`,
          xTitle: 'x₁',
          yTitle: 'x₂',
          width: 320,
          height: 300,
          resolution: 40,
          points: { x: first, y: second, label: few.labels },
          predict: (places) => results[name].network.predict(tensor(places)).flatten(),
        }),
      );
    }
    return beside(pictures);
  });

  section(
    'rate',
    'The learning rate',
    `Too small a rate gets nowhere, the right one gets down, too large a one jumps from side to side of the valley.`,
  );
  const rates = { 'too small': 0.001, right: 0.5, 'too large': 60 };
  const curves = {};
  for (const [name, learningRate] of Object.entries(rates)) {
    setSeed(9);
    const network = sequential({
      layers: [
        layers.dense({ units: 16, activation: 'tanh', inputShape: [2] }),
        layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
    });
    network.compile({ optimizer: optimizers.sgd({ learningRate }), loss: 'meanSquaredError' });
    const { history } = await network.fit(points, labels, { epochs: 60, batchSize: 50, shuffle: false });
    curves[name] = history.loss;
    print(
      `${name.padEnd(9)} (${learningRate}): error ${history.loss[0].toFixed(4)} -> ${history.loss.at(-1).toFixed(4)}`,
    );
  }
  await draw('rate', ({ lineChart }) =>
    lineChart({
      title: 'Three learning rates',
      x: 'epoch',
      y: 'mean squared error',
      series: Object.entries(curves).map(([name, y]) => ({ name: `${name}: ${rates[name]}`, y })),
    }),
  );

  return { answers, xor, moonAccuracy, results, curves };
}
