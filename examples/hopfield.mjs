// The Hopfield network: a memory that is asked with a part of what it shall remember.

import { classic, randomUniform, randomUniformInt, setSeed, tensor, where } from 'hebb';

/** Letters on 8 x 8 dots. */
const drawings = {
  H: ['##....##', '##....##', '##....##', '########', '########', '##....##', '##....##', '##....##'],
  E: ['########', '########', '##......', '######..', '######..', '##......', '########', '########'],
  B: ['######..', '##...##.', '##...##.', '######..', '##...##.', '##....##', '##....##', '#######.'],
  X: ['##....##', '.##..##.', '..####..', '...##...', '...##...', '..####..', '.##..##.', '##....##'],
};
const toState = (rows) => rows.flatMap((row) => [...row].map((dot) => (dot === '#' ? 1 : -1)));
const toRows = (state) =>
  Array.from({ length: 8 }, (_, i) =>
    state
      .slice(8 * i, 8 * i + 8)
      .map((s) => (s > 0 ? '#' : '.'))
      .join(''),
  );
/** Pictures of dots beside each other. */
const beside = (...states) =>
  toRows([...states[0]])
    .map((_, i) => states.map((s) => toRows([...s])[i]).join('    '))
    .join('\n');

/** Each element turned over with a probability. */
const noisy = (states, probability) => {
  const flips = randomUniform(states.shape).less(probability);
  return where(flips, states.mul(-1), states);
};
const randomPatterns = (count, neurons) =>
  randomUniformInt([count, neurons], 0, 2).mul(2).sub(1).cast('float32');

export async function run({ section, print, draw, quick }) {
  setSeed(2);
  section(
    'store',
    'Storing letters',
    `64 neurons, each +1 (a dot) or -1, all connected with each other. Hebb's rule strengthens the connection of two neurons
    where a pattern has them alike and weakens it where they differ: W = sum of x xᵀ / N, with zeros on the diagonal. Letters
    are much alike, which Hebb's rule bears badly: it takes the pseudo-inverse (projection) rule to hold these four.`,
  );
  const letters = Object.values(drawings).map(toState);
  const hebbian = new classic.HopfieldNetwork({ neurons: 64, rule: 'hebbian' });
  hebbian.store(letters);
  const memory = new classic.HopfieldNetwork({ neurons: 64, rule: 'pseudoInverse' });
  memory.store(letters);
  print(beside(...letters));
  print(`fixed points under Hebb's rule:         ${hebbian.isStable(letters).join(' ')}`);
  print(`fixed points under the projection rule: ${memory.isStable(letters).join(' ')}`);
  const weights = memory.weights().arraySync();
  const symmetric = weights.every(
    (row, i) => row[i] === 0 && row.every((w, j) => Math.abs(w - weights[j][i]) < 1e-6),
  );
  print(`weights symmetric with a zero diagonal: ${symmetric}`);
  const asImages = (states) => tensor(states).reshape([-1, 8, 8]);
  await draw('letters', ({ imageGrid }) =>
    imageGrid({
      title: 'What is stored',
      images: asImages(letters),
      columns: 4,
      zoom: 8,
      captions: Object.keys(drawings),
    }),
  );

  section(
    'recall',
    'Recall from noise and from halves',
    `Every neuron looks at the others and takes the sign of its weighted input, one neuron after the other, until nothing
    changes any more. Left what the network is given, right where it comes to rest: 15 % of the dots turned over, then a
    lower half of nothing but noise.`,
  );
  const known = tensor(letters);
  const damaged = noisy(known, 0.15);
  const isUpper = tensor(letters[0].map((_, i) => i < 32));
  const halves = where(isUpper, known, randomPatterns(4, 64));
  const fromNoise = memory.recall(damaged, { seed: 1 });
  const fromHalves = memory.recall(halves, { seed: 1 });
  const right = (recall) =>
    recall.state.arraySync().filter((state, i) => state.join() === letters[i].join()).length;
  print(
    beside(
      damaged.arraySync()[0],
      fromNoise.state.arraySync()[0],
      halves.arraySync()[2],
      fromHalves.state.arraySync()[2],
    ),
  );
  const recalled = { noise: right(fromNoise), halves: right(fromHalves) };
  print(
    `letters recalled exactly: ${recalled.noise} of 4 from noise, ${recalled.halves} of 4 from their upper halves`,
  );
  await draw('recall', ({ imageGrid }) =>
    imageGrid({
      title: 'Recall from noise, and from upper halves',
      images: asImages([damaged, fromNoise.state, halves, fromHalves.state].flatMap((s) => s.arraySync())),
      columns: 4,
      zoom: 10,
      captions: ['noise', 'recalled', 'half', 'recalled'].flatMap((word) =>
        Object.keys(drawings).map((letter) => `${letter}: ${word}`),
      ),
    }),
  );

  section(
    'energy',
    'The energy never rises',
    `E = -½ Σ wᵢⱼ sᵢ sⱼ. When one neuron changes, E falls or stays, because the weights are symmetric; so the network must come
    to rest in a valley. When all change at once, that does not hold: two states may follow each other for ever.`,
  );
  const start = randomPatterns(1, 64).reshape([64]);
  const { energies } = memory.recall(start, { seed: 3, everyUpdate: true });
  const energy = energies.map(([e]) => e);
  const rises = energy.filter((e, i) => i > 0 && e > energy[i - 1]).length;
  print(
    `energy ${energy[0].toFixed(3)} -> ${energy.at(-1).toFixed(3)} in ${energy.length - 1} updates, ${rises} of them upwards`,
  );
  const pair = new classic.HopfieldNetwork({ neurons: 2 });
  pair.store([1, 1]);
  const swinging = pair.recall([1, -1], { mode: 'synchronous', maximumSweeps: 10 });
  print(`two neurons, both at once, after ${swinging.sweeps} sweeps at rest: ${swinging.converged}`);
  await draw('energy', ({ lineChart }) =>
    lineChart({
      title: 'The energy never rises',
      x: 'neurons updated',
      y: 'energy',
      series: [{ name: 'energy', y: energy }],
    }),
  );

  section(
    'capacity',
    'How much it can hold: about 0.138 N',
    `Random patterns under Hebb's rule: up to about 0.138 patterns a neuron they are recalled almost perfectly, then memory
    breaks down at once (Amit, Gutfreund and Sompolinsky 1985). Measured here as the mean likeness of a stored pattern and of
    where the network comes to rest from it.`,
  );
  const neurons = quick ? 300 : 1000;
  const loads = [0.05, 0.1, 0.12, 0.13, 0.138, 0.15, 0.16, 0.18, 0.2];
  const capacity = loads.map((load) => {
    const patterns = randomPatterns(Math.round(load * neurons), neurons);
    const network = new classic.HopfieldNetwork({ neurons });
    network.store(patterns);
    const asked = patterns.slice([0], [15]);
    const { state } = network.recall(asked, { seed: 4, maximumSweeps: 50 });
    const likeness = state.mul(asked).mean().dataSync()[0];
    print(
      `${load.toFixed(3)} N = ${String(patterns.shape[0]).padStart(4)} patterns: likeness ${likeness.toFixed(3)}`,
    );
    return { load, likeness };
  });
  await draw('capacity', ({ lineChart }) =>
    lineChart({
      title: `Memory breaks down at about 0.138 patterns a neuron (N = ${neurons})`,
      x: 'patterns per neuron',
      y: { title: 'likeness of what is recalled', domain: [0, 1] },
      series: [
        { name: 'measured', x: loads, y: capacity.map(({ likeness }) => likeness), points: true },
        { name: '0.138', x: [0.138, 0.138], y: [0, 1], dashed: true },
      ],
    }),
  );

  section(
    'spurious',
    'Memories of what never was',
    `Three random patterns in 100 neurons, and 200 random beginnings: most come to rest in a stored pattern or in its reverse,
    which has the same energy. Others end in spurious states, mixtures such as the majority of the three. A stable state draws
    back all its neighbours, a metastable one loses some of them to another state.`,
  );
  const three = randomPatterns(3, 100);
  const mixing = new classic.HopfieldNetwork({ neurons: 100 });
  mixing.store(three);
  const attractors = mixing.findAttractors({ starts: 200, seed: 5 });
  for (const { kind, count, overlaps, energy } of attractors.slice(0, 10)) {
    const likeness = overlaps.map((o) => o.toFixed(2).padStart(5)).join(' ');
    print(
      `${kind.padEnd(8)} ${String(count).padStart(3)} times, likeness with the three ${likeness}, energy ${energy.toFixed(2)}`,
    );
  }
  const crowded = new classic.HopfieldNetwork({ neurons: 100 });
  crowded.store(randomPatterns(10, 100));
  const found = crowded.findAttractors({ starts: 100, seed: 6 }).filter((a) => a.kind === 'spurious');
  const metastable = found.filter((a) => a.returns < 1).length;
  print(`with ten patterns: ${found.length} spurious states, ${metastable} of them metastable`);

  section(
    'modern',
    'The modern Hopfield network: softmax',
    `Take the likeness of the question with each pattern, sharpen it with a softmax, and answer with the average of the
    patterns under those weights: one step, any real numbers, and far more patterns than neurons. It is the attention of
    transformers (Ramsauer and others 2020). Here are 500 patterns in 64 neurons, where Hebb's rule holds nine.`,
  );
  const lots = randomPatterns(500, 64);
  const modern = new classic.ModernHopfieldNetwork({ patterns: lots, beta: 1 });
  const retrieved = modern.retrieve(noisy(lots, 0.1)).sign();
  const exact = retrieved.equal(lots).all(1).cast('int32').sum().dataSync()[0];
  print(`recalled exactly from 10 % noise: ${exact} of 500`);

  section(
    'large',
    'Ten thousand neurons',
    `A picture of 100 x 100 dots. The weights would be a matrix of 100,000,000 numbers; the network multiplies with the
    patterns instead, which are what the weights are made of, so that it stays a matter of milliseconds.`,
  );
  const big = new classic.HopfieldNetwork({ neurons: 10_000 });
  const pictures = randomPatterns(50, 10_000);
  big.store(pictures);
  const torn = noisy(pictures.slice([0], [1]), 0.3);
  const begin = performance.now();
  const whole = big.recall(torn, { seed: 6 });
  const milliseconds = performance.now() - begin;
  const same =
    whole.state
      .equal(pictures.slice([0], [1]))
      .all()
      .dataSync()[0] === 1;
  print(`30 % of 10,000 neurons turned over, recalled exactly: ${same}, after ${whole.sweeps} sweeps`);
  print.time(`${milliseconds.toFixed(0)} ms`);

  return {
    recalled,
    symmetric,
    rises,
    energy,
    capacity,
    attractors,
    metastable,
    exact,
    same,
    swinging: swinging.converged,
    stable: memory.isStable(letters),
  };
}
