// Deleting neurons: what a network knows is spread over many of them, if it has understood something.

import { classic, datasets, layers, randomUniformInt, sequential, setSeed } from 'hebb';

export async function run({ section, print, draw, quick }) {
  section(
    'train',
    'Two networks: one that understands, one that knows by heart',
    `Both are the same: 784 inputs, 64 hidden neurons, ten outputs. One learns digits with their labels; the other the same
    digits with random labels, so that there is nothing to understand: it can only learn each by heart. Both answer
    the questions that they have learned.`,
  );
  const count = quick ? 300 : 1000;
  const { train, test } = await datasets.digits({ count, testCount: 500, seed: 1 });
  const flat = (images) => images.reshape([-1, 784]).toFloat().div(255);
  const [x, testX] = [flat(train.images), flat(test.images)];
  const random = randomUniformInt([count], 0, 10, 2);
  const learn = async (labels, epochs) => {
    setSeed(3);
    const network = sequential({
      layers: [
        layers.dense({ units: 64, activation: 'relu', inputShape: [784] }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
    });
    network.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    await network.fit(x, labels, { epochs, batchSize: 50 });
    return network;
  };
  const understanding = await learn(train.labels, quick ? 20 : 30);
  const memorising = await learn(random, quick ? 60 : 120);
  const accuracy = (network, inputs, labels) =>
    network.evaluate(inputs, labels, { batchSize: 500 })[1].dataSync()[0];
  const percent = (value) => `${(100 * value).toFixed(1)} %`;
  const known = {
    understanding: accuracy(understanding, x, train.labels),
    memorising: accuracy(memorising, x, random),
    unseen: accuracy(understanding, testX, test.labels),
  };
  print(
    `with labels:        ${percent(known.understanding)} of what it learned, ${percent(known.unseen)} of digits it has never seen`,
  );
  print(`with random labels: ${percent(known.memorising)} of what it learned`);

  section(
    'single',
    'One neuron at a time',
    `A deleted neuron says nothing to the next layer. How much accuracy is lost by the one neuron that matters most?`,
  );
  const lost = {
    understanding: classic.importanceOfNeurons(
      understanding,
      () => accuracy(understanding, x, train.labels),
      0,
    ),
    memorising: classic.importanceOfNeurons(memorising, () => accuracy(memorising, x, random), 0),
  };
  for (const [name, losses] of Object.entries(lost)) {
    const mean = losses.reduce((sum, v) => sum + v, 0) / losses.length;
    print(`${name.padEnd(13)} at most ${percent(Math.max(...losses))}, on average ${percent(mean)}`);
  }

  section(
    'groups',
    'More and more of them',
    `Random groups of neurons deleted, from none to all; each point is the mean of several groups. The network that understands
    bears the loss of many; the one that knows by heart forgets from the first ones on (Morcos and others 2018).`,
  );
  const options = { layer: 0, repeats: quick ? 3 : 6, seed: 4 };
  const curves = {
    understanding: classic.ablationCurve(
      understanding,
      () => accuracy(understanding, x, train.labels),
      options,
    ),
    memorising: classic.ablationCurve(memorising, () => accuracy(memorising, x, random), options),
  };
  curves.understanding.forEach((point, i) => {
    print(
      `${String(point.deleted).padStart(3)} deleted: ${percent(point.figure).padStart(7)} with labels, ${percent(curves.memorising[i].figure).padStart(7)} by heart`,
    );
  });
  await draw('groups', ({ lineChart }) =>
    lineChart({
      title: 'What is left when neurons are deleted',
      x: 'deleted neurons (%)',
      y: { title: 'accuracy (%)', domain: [0, 100] },
      series: Object.entries(curves).map(([name, points]) => ({
        name,
        x: points.map(({ fraction }) => 100 * fraction),
        y: points.map(({ figure }) => 100 * figure),
      })),
    }),
  );

  return { known, lost, curves };
}
