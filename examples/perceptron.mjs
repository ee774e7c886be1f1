// The perceptron: the first machine that learned, what it can learn, and the proof of what it cannot.

import { classic } from 'hebb';

export async function run({ section, print, draw }) {
  section(
    'and',
    'The learning rule: AND',
    `A perceptron says 1 where w·x + b is above 0, else 0. It learns from its mistakes only: if it should have said 1 and said
    0, the inputs (times a learning rate) are added to the weights, in the other case they are taken away; where it is right,
    nothing happens. Weights and bias begin at 0.`,
  );
  const { inputs, and, or, nand, xor } = classic.truthTables;
  const round = (x) => Number(x.toFixed(10));
  const perceptron = new classic.Perceptron({ inputs: 2 });
  const history = perceptron.fit(inputs, and, { epochs: 10, learningRate: 0.1 });
  history.mistakes.forEach((mistakes, pass) => {
    const [w1, w2] = history.weights[pass].map(round);
    print(
      `pass ${pass + 1}: ${mistakes} mistakes, weights [${w1}, ${w2}], bias ${round(history.bias[pass])}`,
    );
  });
  const weights = [...perceptron.weights.dataSync()];
  const bias = perceptron.bias.dataSync()[0];
  print(
    `AND of ${inputs.map((row) => row.join('')).join(', ')}: ${[...perceptron.predict(inputs).dataSync()].join(', ')}`,
  );

  section(
    'gates',
    'OR and NAND',
    `A perceptron's border is a straight line, and whenever some line separates the two classes, the rule finds one after a
    limited number of mistakes (Novikoff 1962). \`converge\` goes on until then.`,
  );
  const gates = { or, nand };
  for (const [name, labels] of Object.entries(gates)) {
    const gate = new classic.Perceptron({ inputs: 2 });
    const { mistakes } = gate.converge(inputs, labels, { learningRate: 0.1 });
    const w = [...gate.weights.dataSync()].map(round);
    print(
      `${name.toUpperCase().padEnd(4)} weights [${w.join(', ')}], bias ${round(gate.bias.dataSync()[0])}, after ${mistakes.length} passes`,
    );
  }
  await draw('gates', async ({ beside, decisionBoundary }) => {
    const pictures = [];
    for (const [name, gateLabels] of Object.entries({ and, or, nand })) {
      const gate = new classic.Perceptron({ inputs: 2 });
      gate.converge(inputs, gateLabels, { learningRate: 0.1 });
      pictures.push(
        await decisionBoundary({
          title: name.toUpperCase(),
          xTitle: 'first bit',
          yTitle: 'second bit',
          width: 300,
          height: 300,
          resolution: 16,
          xRange: [-0.5, 1.5],
          yRange: [-0.5, 1.5],
          classNames: ['0', '1'],
          points: { x: inputs.map(([a]) => a), y: inputs.map(([, b]) => b), label: gateLabels },
          predict: (places) => gate.neuron.weightedSum(places).mul(10).sigmoid(),
        }),
      );
    }
    return beside(pictures);
  });

  section(
    'xor',
    'XOR: refused, with the reason',
    `The exclusive or cannot be separated by a line. The rule then goes round for ever, and \`converge\` notices: when the
    weights are those of an earlier pass, what was added in between was also taken away, and from that follows why there is
    no line.`,
  );
  let refusal = null;
  try {
    new classic.Perceptron({ inputs: 2 }).converge(inputs, xor, { learningRate: 0.1 });
  } catch (error) {
    if (!(error instanceof classic.NotSeparableError)) throw error;
    refusal = error;
    print(error.message);
  }

  section(
    'variants',
    'Where no line is perfect: averaged and pocket',
    `On the two moons no line is right everywhere, and the weights of the plain perceptron depend on which example it met
    last. The averaged perceptron takes the mean of all weights on the way, the pocket perceptron keeps those that had most
    examples right. With a sigmoid instead of the step, the same rule is logistic regression: mistakes count by how wrong
    they are.`,
  );
  const { points, labels } = classic.twoMoons({ count: 200, noise: 0.15, seed: 3 });
  const scores = {};
  for (const [name, options] of Object.entries({
    plain: {},
    averaged: { variant: 'averaged' },
    pocket: { variant: 'pocket' },
    sigmoid: { activation: 'sigmoid' },
  })) {
    const line = new classic.Perceptron({ inputs: 2, ...options });
    line.fit(points, labels, { epochs: 50, learningRate: 0.1 });
    scores[name] = line.score(points, labels);
    print(`${name.padEnd(8)} ${(100 * scores[name]).toFixed(1)} % of the moons' points right`);
  }
  const pocket = new classic.Perceptron({ inputs: 2, variant: 'pocket' });
  pocket.fit(points, labels, { epochs: 50, learningRate: 0.1 });
  await draw('moons', ({ decisionBoundary }) => {
    const [x, y] = points.unstack(1);
    return decisionBoundary({
      title: 'The best line through two moons is not good enough',
      xTitle: 'x₁',
      yTitle: 'x₂',
      points: { x, y, label: labels },
      predict: (places) => pocket.neuron.weightedSum(places).mul(10).sigmoid(),
    });
  });

  return { weights, bias, refusal, scores, predictions: [...perceptron.predict(inputs).dataSync()] };
}
