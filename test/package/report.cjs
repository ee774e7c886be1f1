// Trains y = 2 x - 1 and the exclusive or with the Hebb that it is given, and prints {backend, isa, notes, loss, ...}.

exports.report = async function report(hebb) {
  const { layers, optimizers, sequential, setSeed, tensor2d } = hebb;
  setSeed(7);

  const line = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
  line.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const xs = tensor2d([-1, 0, 1, 2, 3, 4], [6, 1]);
  await line.fit(xs, tensor2d([-3, -1, 1, 3, 5, 7], [6, 1]), { epochs: 600, verbose: 0 });
  const [atTen] = line.predict(tensor2d([10], [1, 1])).dataSync();

  const xor = sequential({
    layers: [
      layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
  xor.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: 'binaryCrossentropy' });
  const inputs = tensor2d([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  const { history } = await xor.fit(inputs, tensor2d([[0], [1], [1], [0]]), { epochs: 300, verbose: 0 });
  const answers = Array.from(xor.predict(inputs).dataSync(), Math.round);

  // The line named in an error is one of this file, not one of the package.
  let error = '';
  try {
    hebb.jit((x) => x.dataSync())(hebb.ones([2]));
  } catch (e) {
    error = e.message;
  }

  const { name, isa, notes } = hebb.backendInfo();
  console.log(
    JSON.stringify({
      backend: name,
      isa,
      notes,
      atTen,
      answers,
      loss: history.loss.at(-1),
      error,
      version: hebb.version,
    }),
  );
};
