// What Hebb and its peers are timed at. Every contestant's script gets one of these as JSON and prints one JSON object:
// {version, setting?, values: {name: number}}.

const square = (n, dtype = 'float32') => ({ name: `gemm ${n}³, ${dtype}`, m: n, n, k: n, dtype });

const training = [
  { name: 'gemm 128x512x784, forward', m: 128, n: 512, k: 784, dtype: 'float32' },
  { name: 'gemm 784x512x128, dW', m: 784, n: 512, k: 128, transposeA: true, dtype: 'float32' },
  { name: 'gemm 128x784x512, dX', m: 128, n: 784, k: 512, transposeB: true, dtype: 'float32' },
];

/**
 * The works. `title` heads its table; `groups`: those that are compared with each other, the first being Hebb;
 * `better`: whether less or more is better. `steps`: how many slow contestants make, the rest being reckoned from them.
 * `trial`: what is shorter where settings of threads are tried. `times`: how many times as fast as a peer Hebb should be.
 */
export const works = {
  'gemm-native': {
    title: 'Matrix products, native',
    unit: 'GFLOP/s',
    better: 'more',
    groups: [
      ['Hebb native, 1 thread', 'numpy, 1 thread'],
      ['Hebb native', 'numpy'],
    ],
    times: { 'numpy, 1 thread': 1, numpy: 1 },
    spec: {
      work: 'gemm',
      shapes: [
        square(512),
        square(1024),
        square(2048),
        ...training,
        square(64),
        square(128),
        square(256),
        square(1024, 'float64'),
      ],
    },
  },
  'gemm-wasm': {
    title: 'Matrix products in WebAssembly',
    unit: 'GFLOP/s',
    better: 'more',
    groups: [
      ['Hebb wasm, 1 thread', 'jax-js', 'tfjs-wasm'],
      ['Hebb wasm', 'jax-js', 'tfjs-wasm'],
    ],
    spec: { work: 'gemm', shapes: [square(512), square(1024)] },
  },
  'gemm-js': {
    title: 'Matrix products in JavaScript',
    unit: 'GFLOP/s',
    better: 'more',
    groups: [['Hebb js', 'tfjs-cpu']],
    spec: { work: 'gemm', shapes: [square(256)] },
  },
  mnist: {
    title: 'MNIST 784-512-10, RMSprop, batch 128: one epoch of 60,000',
    unit: 's',
    better: 'less',
    groups: [
      ['Hebb native', 'PyTorch'],
      ['Hebb wasm', 'jax-js', 'tfjs-wasm'],
      ['Hebb js', 'tfjs-cpu', 'brain.js'],
    ],
    times: { PyTorch: 2.8 },
    spec: { work: 'mnist' },
    trial: { steps: 60 },
    steps: { 'Hebb js': 60, 'jax-js': 40, 'tfjs-wasm': 40, 'tfjs-cpu': 10, 'brain.js': 4 },
  },
  wide: {
    title: '784-2048-2048-10, Adam, batch 256: one step',
    unit: 'ms',
    better: 'less',
    groups: [
      ['Hebb native', 'PyTorch'],
      ['Hebb wasm', 'jax-js', 'tfjs-wasm'],
    ],
    times: { PyTorch: 1.5 },
    spec: { work: 'wide', steps: 16 },
    trial: { steps: 2 },
    steps: { 'Hebb wasm': 4, 'jax-js': 4, 'tfjs-wasm': 1 },
  },
  'small-net': {
    title: '3-4-1 sigmoid network, 1,500 full-batch steps',
    unit: 'ms',
    better: 'less',
    groups: [
      ['Hebb native', 'PyTorch'],
      ['Hebb wasm', 'jax-js', 'tfjs-wasm'],
      ['Hebb js', 'tfjs-cpu', 'brain.js'],
    ],
    times: { PyTorch: 150, 'brain.js': 1 },
    spec: { work: 'small-net', steps: 1500 },
    trial: { steps: 200 },
    steps: { 'jax-js': 150 },
  },
  predict: {
    title: 'One sample through 784-512-10',
    unit: 'us',
    better: 'less',
    groups: [
      ['Hebb native', 'PyTorch'],
      ['Hebb wasm', 'jax-js', 'tfjs-wasm'],
      ['Hebb js', 'tfjs-cpu', 'brain.js'],
    ],
    spec: { work: 'predict' },
  },
};

/** Steps of an epoch of MNIST at batch 128. */
export const epochSteps = 469;
