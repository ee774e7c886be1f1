// Tensors: numbers in boxes of any number of dimensions, and what can be done with them.

import {
  add,
  classic,
  dot,
  matMul,
  maximum,
  randomUniform,
  range,
  relu,
  scalar,
  setSeed,
  tensor1d,
  tensor2d,
  tensor3d,
  transpose,
  zeros,
} from 'hebb';

export async function run({ section, print, draw }) {
  section(
    'rank',
    'From scalars to five dimensions',
    `A tensor has a rank (its number of dimensions), a shape (how long it is in each) and a dtype (what kind of numbers).`,
  );
  const describe = (name, t) =>
    print(`${name.padEnd(28)} rank ${t.rank}, shape [${t.shape.join(', ')}], ${t.dtype}`);
  describe('a scalar, 12', scalar(12));
  describe('a vector, [12, 3, 6, 14]', tensor1d([12, 3, 6, 14]));
  const matrix = tensor2d([
    [5, 78, 2, 34, 0],
    [6, 79, 3, 35, 1],
    [7, 80, 4, 36, 2],
  ]);
  describe('a matrix', matrix);
  describe('three of these matrices', tensor3d([matrix.arraySync(), matrix.arraySync(), matrix.arraySync()]));

  section(
    'data',
    'What data look like',
    `The first dimension counts the examples. Vectors are tables; time series have a time dimension; images height, width and
    channels (last, or first); videos frames as well.`,
  );
  describe('people: age, postcode, income', zeros([100_000, 3]));
  describe('250 days of share prices', zeros([250, 390, 3]));
  const images = zeros([128, 64, 64, 3], 'uint8');
  describe('colour images, channels last', images);
  const channelsFirst = transpose(images, [0, 3, 1, 2]);
  describe('the same, channels first', channelsFirst);
  describe('4 videos of 60 frames', zeros([4, 60, 36, 64, 3], 'uint8'));
  const digits = zeros([60_000, 28, 28], 'uint8');
  describe('digits 10 to 99 of 60,000', digits.slice([10], [90]));
  describe('their lower right corners', digits.slice([10, 14, 14], [90, 14, 14]));

  section(
    'elementwise',
    'Element by element: relu, addition',
    `relu is max(x, 0) of each element by itself. Such operations work on millions of elements at once.`,
  );
  const x = tensor2d([
    [1, -2],
    [-3, 4],
  ]);
  print(`relu(x)         ${JSON.stringify(relu(x).arraySync())}`);
  print(`naiveRelu(x)    ${JSON.stringify(classic.naiveRelu(x.arraySync()))}`);
  print(`x + x           ${JSON.stringify(add(x, x).arraySync())}`);
  await draw('relu', async ({ beside, heatMap }) => {
    const cells = { zTitle: 'value', width: 300, height: 220, colors: 'diverging' };
    return beside([
      await heatMap({ title: 'x', values: x, ...cells }),
      await heatMap({ title: 'relu(x)', values: relu(x), ...cells }),
    ]);
  });

  section(
    'broadcasting',
    'Broadcasting',
    `Where shapes differ, the smaller tensor is repeated along the missing dimensions: a vector is added to each row.`,
  );
  print(`x + [10, 20]    ${JSON.stringify(add(x, tensor1d([10, 20])).arraySync())}`);
  const largest = maximum(randomUniform([64, 3, 32, 10]), randomUniform([32, 10]));
  print(`maximum of shapes [64, 3, 32, 10] and [32, 10]: [${largest.shape.join(', ')}]`);

  section(
    'dot',
    'The dot product',
    `Of two vectors: the sum of the products. Of a matrix and a vector: one such product a row. Of two matrices: one for each
    row and column, so that [a, b] times [b, c] gives [a, c].`,
  );
  print(
    `[1, 2] . [1, 2] = ${dot(tensor1d([1, 2]), tensor1d([1, 2])).arraySync()} = ${classic.naiveVectorDot([1, 2], [1, 2])}`,
  );
  const w = tensor2d([
    [5, 6, 1],
    [7, 8, 1],
  ]);
  print(`[[5, 6, 1], [7, 8, 1]] . [1, 2, 3] = ${JSON.stringify(dot(w, tensor1d([1, 2, 3])).arraySync())}`);
  const layer = relu(matMul(w, tensor2d([[2], [3], [1]])));
  print(`relu([[5, 6, 1], [7, 8, 1]] . [[2], [3], [1]]) = ${JSON.stringify(layer.arraySync())}`);

  section(
    'reshape',
    'Reshaping and transposing',
    `The same numbers in another box; and rows and columns exchanged.`,
  );
  const six = tensor2d([
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
  print(`[3, 2] as [6, 1]  ${JSON.stringify(six.reshape([6, 1]).arraySync())}`);
  print(`[3, 2] as [2, 3]  ${JSON.stringify(six.reshape([2, 3]).arraySync())}`);
  const flipped = transpose(range(0, 6000).reshape([300, 20]));
  print(`[300, 20] transposed: [${flipped.shape.join(', ')}]`);

  section(
    'speed',
    'Naive loops and fast ones',
    `The loops say what is meant; the tensors' kernels do the same with vector instructions and several elements at a time.`,
  );
  setSeed(1);
  const a = randomUniform([200, 200], -1, 1);
  const b = randomUniform([200, 200], -1, 1);
  const [plainA, plainB] = [a.arraySync(), b.arraySync()];
  const timed = (f) => {
    f(); // the first time compiles
    const begin = performance.now();
    const result = f();
    return { result, milliseconds: performance.now() - begin };
  };
  const naive = timed(() => classic.naiveMatrixDot(plainA, plainB));
  const fast = timed(() => matMul(a, b));
  const differences = fast.result
    .arraySync()
    .flatMap((row, i) => row.map((v, j) => Math.abs(v - naive.result[i][j])));
  const isSame = Math.max(...differences) < 1e-4;
  print(`the product of two 200 x 200 matrices is the same both ways, but for rounding: ${isSame}`);
  print.time(`naiveMatrixDot ${naive.milliseconds.toFixed(2)} ms, matMul ${fast.milliseconds.toFixed(2)} ms`);
  const naiveRelu = timed(() => classic.naiveRelu(plainA));
  const fastRelu = timed(() => relu(a));
  print.time(
    `naiveRelu ${naiveRelu.milliseconds.toFixed(3)} ms, relu ${fastRelu.milliseconds.toFixed(3)} ms`,
  );

  return {
    layer: layer.arraySync(),
    isSame,
    largest: largest.shape,
    flipped: flipped.shape,
    channelsFirst: channelsFirst.shape,
  };
}
