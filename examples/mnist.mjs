// MNIST as the first chapter of many a book has it: ten thousand handwritten digits told apart, in five lines of model.

import { classic, datasets, layers, sequential, setSeed } from 'hebb';

export async function run({ section, print, draw, quick }) {
  section(
    'data',
    'The data',
    `60,000 handwritten digits to learn from and 10,000 to be examined on, each of 28 x 28 grey values from 0 to 255, with
    its label. Where they are not on this machine they are downloaded once (11 MB).`,
  );
  const { train, test, classNames } = await datasets.mnist();
  print(
    `train images [${train.images.shape.join(', ')}] ${train.images.dtype}, labels [${train.labels.shape.join(', ')}]`,
  );
  print(`test images  [${test.images.shape.join(', ')}], labels [${test.labels.shape.join(', ')}]`);
  print(`the first labels: ${[...train.labels.slice([0], [10]).dataSync()].join(' ')}`);
  const shades = ' .:-=+*#%@';
  const firstDigit = train.images.slice([0], [1]).reshape([28, 28]).arraySync();
  const rows = firstDigit.map((row) =>
    row.map((grey) => shades[Math.floor((grey / 256) * shades.length)]).join(''),
  );
  print(rows.filter((row) => row.trim() !== '').join('\n'));
  await draw('digits', ({ imageGrid }) =>
    imageGrid({ title: 'The first hundred digits', images: train.images.slice([0], [100]) }),
  );

  section(
    'slices',
    'Slices and batches',
    `A slice takes a part along each axis. Networks learn from batches: the first is the images 0 to 127, the next 128 to 255.`,
  );
  print(`images 10 to 99: [${train.images.slice([10], [90]).shape.join(', ')}]`);
  print(`their lower right corners: [${train.images.slice([10, 14, 14], [90, 14, 14]).shape.join(', ')}]`);
  print(`the second batch of 128: [${train.images.slice([128], [128]).shape.join(', ')}]`);

  section(
    'prepare',
    'Reshape, scale, encode',
    `The network takes vectors of numbers between 0 and 1: each image becomes a row of 784, divided by 255. A label becomes ten
    numbers, nine 0 and a 1 at the digit's place.`,
  );
  const count = quick ? 3_840 : 60_000;
  const testCount = quick ? 1_000 : 10_000;
  const prepare = ({ images, labels }, n) => [
    images.slice([0], [n]).reshape([n, 784]).toFloat().div(255),
    classic.toCategorical(labels.slice([0], [n]), 10),
  ];
  const [trainX, trainY] = prepare(train, count);
  const [testX, testY] = prepare(test, testCount);
  print(`train [${trainX.shape.join(', ')}] and [${trainY.shape.join(', ')}], ${trainX.dtype}`);
  print(`label ${train.labels.dataSync()[0]} is ${[...trainY.slice([0], [1]).dataSync()].join(' ')}`);

  section(
    'train',
    'The network',
    `512 hidden neurons with relu, ten outputs whose softmax makes probabilities of them. RMSprop changes the weights after
    each batch of 128; 60,000 images are 469 batches, five times through them are 2,345 updates.`,
  );
  setSeed(1);
  const network = sequential();
  network.add(layers.dense({ units: 512, activation: 'relu', inputShape: [784] }));
  network.add(layers.dense({ units: 10, activation: 'softmax' }));
  network.compile({ optimizer: 'rmsprop', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await network.fit(trainX, trainY, { epochs: 5, batchSize: 128 });
  history.loss.forEach((loss, epoch) => {
    print(`epoch ${epoch + 1}: loss ${loss.toFixed(4)}, accuracy ${(100 * history.acc[epoch]).toFixed(2)} %`);
  });
  const updates = network.optimizer.iterations.dataSync()[0];
  print(`${updates} updates`);
  await draw('training', ({ lineChart }) =>
    lineChart({
      title: 'Five times through the digits',
      x: 'epoch',
      y: 'loss',
      series: [{ name: 'loss', x: [1, 2, 3, 4, 5], y: history.loss, points: true }],
    }),
  );

  section(
    'evaluate',
    'The examination',
    `On digits that it has never seen it is a little worse than on those it learned from: that is over-fitting.`,
  );
  const [loss, accuracy] = network.evaluate(testX, testY).map((t) => t.dataSync()[0]);
  print(`test loss ${loss.toFixed(4)}, test accuracy ${(100 * accuracy).toFixed(2)} %`);

  section(
    'look',
    'What it says, and where it is wrong',
    `For each image ten probabilities. Below those of the first test image; then the digits it gets wrong, and what it takes
    for what: a row is what the digit is, a column what the network says.`,
  );
  const probabilities = network.predict(testX);
  const first = [...probabilities.slice([0], [1]).dataSync()];
  first.forEach((p, digit) => print(`${classNames[digit]}: ${p.toFixed(4)}`));
  const said = probabilities.argMax(1).dataSync();
  const is = test.labels.dataSync();
  const wrong = [...said.keys()].filter((i) => said[i] !== is[i]);
  const confusion = Array.from({ length: 10 }, () => new Array(10).fill(0));
  said.forEach((digit, i) => confusion[is[i]][digit]++);
  print(
    `${wrong.length} of ${testCount} are wrong; the first: ${wrong
      .slice(0, 8)
      .map((i) => `number ${i}, a ${is[i]}, taken for ${said[i]}`)
      .join('; ')}`,
  );
  confusion.forEach((row, digit) => print(`${digit}:${row.map((n) => String(n).padStart(5)).join('')}`));
  await draw('probabilities', ({ heatMap }) =>
    heatMap({
      title: 'What it says of the first ten test images',
      xTitle: 'digit',
      yTitle: 'image, and what it is',
      zTitle: 'probability',
      values: probabilities.slice([0], [10]),
      rowLabels: [...is.slice(0, 10)].map((digit, i) => `${i}: ${digit}`),
      columnLabels: classNames,
      showValues: false,
    }),
  );
  await draw('wrong', ({ imageGrid }) =>
    imageGrid({
      title: 'Digits that it gets wrong',
      subtitle: 'what it says, and what it is',
      images: wrong.slice(0, 30).map((i) => test.images.slice([i], [1]).reshape([28, 28])),
      captions: wrong.slice(0, 30).map((i) => `${said[i]}, not ${is[i]}`),
    }),
  );
  await draw('confusion', ({ confusionMatrix }) =>
    confusionMatrix({ title: 'What is taken for what', matrix: confusion, classNames }),
  );
  await draw('weights', ({ weightImages }) =>
    weightImages({
      title: 'What 20 of the hidden neurons look for',
      weights: network.layers[0].getWeights()[0],
      size: [28, 28],
      count: 20,
    }),
  );

  return {
    updates,
    loss,
    accuracy,
    first,
    history,
    wrong: wrong.length,
    confusion,
    expectedUpdates: 5 * Math.ceil(count / 128),
  };
}
