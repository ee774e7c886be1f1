// Elementwise expressions: functions in cache (elements a cycle) and over 16 M floats (against an ordinary copy), gelu and
// Adam against loops fused by hand, reductions, and rows of classes.

import { expression } from '#expression';
import { cyclesASecond, loopTime } from '../loops.mjs';
import { interleaved, round, variants, warmUp, where } from '../measure.mjs';
import { kernelRunner, mapCall, noise } from '../programs.mjs';

const unary = (name) => expression(1, (e, x) => e[name](x));

/** gelu with tanh, as bench/native/loops.inl has it. */
const gelu = expression(1, (e, x) => {
  const inner = e.mul(x, e.fma(e.mul(x, x), 0.0713548163, 1.59576912));
  return e.mul(x, e.sigmoid(inner));
});

const functions = {
  exp: unary('exp'),
  sigmoid: unary('sigmoid'),
  tanh: unary('tanh'),
  log: unary('log'),
  erf: unary('erf'),
  softplus: unary('softplus'),
  sin: unary('sin'),
  pow: expression(1, (e, x) => e.pow(e.abs(x), 0.7)),
  'x*y+z': expression(1, (e, x) => e.fma(x, 0.5, 1)),
  gelu,
};

/** Least elements a cycle on one thread, in cache. */
const inCacheGoals = {
  native: { exp: 1.8, sigmoid: 1.35, tanh: 1.2 },
  'relaxed-simd': { exp: 0.4, sigmoid: 0.4, tanh: 0.4 },
  simd: { exp: 0.3, sigmoid: 0.3, tanh: 0.3 },
};

const turnsInCache = { native: 2000, wasm: 500, js: 20 };

function inCache(variant, { quick }) {
  const count = 2048; // 8 KiB in and 8 KiB out: half of a usual L1
  const clock = cyclesASecond();
  const goals = inCacheGoals[variant.backend] ?? inCacheGoals[variant.isa] ?? {};
  const rows = [];
  const row = rowsTo(rows, variant);
  for (const [name, e] of Object.entries(functions)) {
    const turns = turnsInCache[variant.backend];
    const { run, release } = kernelRunner(
      variant.make(),
      mapCall(e, count, [0, 1]),
      [
        {
          dtype: 'float32',
          length: count,
          access: 'read',
          data: noise(count, 'float32', 4).map((x) => (name === 'log' ? x + 4.5 : x)),
        },
        { dtype: 'float32', length: count, access: 'write' },
      ],
      turns,
    );
    if (variant.backend === 'native') run();
    else warmUp(run);
    const seconds = interleaved(
      { run },
      quick ? { rounds: 1, seconds: 0.02 } : { rounds: 3, seconds: 0.04 },
    ).run;
    release();
    const rate = (count * turns) / seconds;
    const goal = clock && goals[name] ? { least: goals[name] } : undefined;
    row(`${name} in cache`, rate / (clock ?? 1e9), clock ? 'elements/cycle' : 'G elements/s', goal);
  }
  return rows;
}

/** Share of an ordinary copy's speed over as many bytes. */
const outOfCacheGoals = {
  exp: () => 0.95,
  sigmoid: () => 0.95,
  tanh: () => 0.95,
  gelu: (threads) => (threads === 1 ? 0.75 : 0.95),
};

/** What adds a row of results. */
const rowsTo = (rows, variant) => (work, value, unit, goal) =>
  rows.push({ work, ...where(variant), value: round(value), unit, goal });

/**
 * Seconds of a kernel and of loops fused by hand, in turns.
 * @param loops name -> places of its arrays among the buffers
 */
function besideLoops(variant, quick, call, buffers, loops, turns = 1) {
  const { run, release, arrays } = kernelRunner(variant.make(), call, buffers, turns);
  const hebb = () => {
    const start = performance.now();
    run();
    return (performance.now() - start) / 1000 / turns;
  };
  hebb();
  const works = { hebb };
  for (const [name, places] of Object.entries(loops)) {
    const loop = () =>
      loopTime(
        name,
        variant.threads,
        turns,
        places.map((i) => arrays[i]),
      );
    if (loop() !== null) works[name] = loop;
  }
  const seconds = interleaved(works, { rounds: quick ? 3 : 9 });
  release();
  return seconds;
}

function outOfCache(variant, { quick }) {
  const count = 16 << 20;
  const data = noise(count, 'float32', 4);
  const rows = [];
  const buffers = [
    { dtype: 'float32', length: count, access: 'read', data },
    { dtype: 'float32', length: count, access: 'write' },
  ];
  const row = rowsTo(rows, variant);
  for (const name of ['exp', 'sigmoid', 'tanh', 'gelu']) {
    const call = mapCall(functions[name], count, [0, 1]);
    const seconds = besideLoops(variant, quick, call, buffers, { copy: [1, 0], gelu: [1, 0] });
    row(`${name} of 16 M floats`, (count * 8) / seconds.hebb / 1e9, 'GB/s');
    if (!seconds.copy) continue;
    row(`${name} of 16 M floats, speed against a copy`, seconds.copy / seconds.hebb, 'x', {
      least: outOfCacheGoals[name](variant.threads),
    });
    if (name === 'gelu')
      row('gelu of 16 M floats, speed against a hand-fused loop', seconds.gelu / seconds.hebb, 'x');
  }
  return rows;
}

const adamUpdate = expression(7, (e, weight, gradient, mean, square, rate, correction1, correction2) => {
  const m = e.fma(mean, 0.9, e.mul(1 - 0.9, gradient));
  const v = e.fma(square, 0.999, e.mul(1 - 0.999, e.mul(gradient, gradient)));
  const root = e.add(e.sqrt(e.mul(v, correction2)), 1e-7);
  return [e.sub(weight, e.div(e.mul(rate, e.mul(m, correction1)), root)), m, v];
});

function adam(variant, { quick }) {
  const rows = [];
  const row = rowsTo(rows, variant);
  for (const [label, count, turns] of [
    ['10 M', 10_000_000, 1],
    ['400 K', 400_000, 20],
  ]) {
    const buffer = (length, access, data) => ({ dtype: 'float32', length, access, data });
    const call = mapCall(adamUpdate, count, [0, 1, 2, 3, 4, 5, 6, 0, 2, 3], [4, 5, 6]);
    const buffers = [
      buffer(count, 'both', noise(count)),
      buffer(count, 'read', noise(count, 'float32', 0.01)),
      buffer(count, 'both'),
      buffer(count, 'both'),
      ...[0.001, 1.5, 1.25].map((x) => buffer(1, 'read', Float32Array.of(x))),
    ];
    const seconds = besideLoops(variant, quick, call, buffers, { adam: [0, 2, 3, 1] }, turns);
    row(`Adam on ${label} parameters`, seconds.hebb * 1000, 'ms');
    if (seconds.adam) {
      row(`Adam on ${label} parameters, speed against a hand-fused loop`, seconds.adam / seconds.hebb, 'x', {
        least: 0.9,
      });
    }
  }
  return rows;
}

/** Reductions of 4096 x 4096 floats, which only memory should slow. */
function reductions(variant, { quick }) {
  const side = 4096;
  const count = side * side;
  const data = noise(count);
  const value = expression(1, (_e, x) => x);
  const rows = [];
  for (const [name, kind, outer, length, inner] of [
    ['sum of all', 'sum', 1, count, 1],
    ['sum of rows', 'sum', side, side, 1],
    ['max of rows', 'max', side, side, 1],
    ['sum of columns', 'sum', 1, side, side],
  ]) {
    const call = {
      kernel: 'reduce',
      kind,
      dtype: 'float32',
      outer,
      length,
      inner,
      out: 1,
      prologue: {
        expression: value,
        inputs: [{ operand: 0, offset: 0, strides: [length * inner, inner, 1] }],
        outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
      },
    };
    const { run, release } = kernelRunner(variant.make(), call, [
      { dtype: 'float32', length: count, access: 'read', data },
      { dtype: 'float32', length: outer * inner, access: 'write' },
    ]);
    const seconds = interleaved({ run }, { rounds: quick ? 1 : 3, seconds: 0.1 }).run;
    release();
    rowsTo(rows, variant)(`${name}, 16 M floats`, (count * 4) / seconds / 1e9, 'GB/s');
  }
  return rows;
}

/** Rows of classes against an ordinary copy of as many floats. */
function rowsOfClasses(variant, { quick }) {
  const rows = 16384;
  const columns = 1024;
  const length = rows * columns;
  const dtype = 'float32';
  const matrices = [
    { dtype, length, access: 'read', data: noise(length, dtype, 4) },
    { dtype, length, access: 'write' },
  ];
  const column = { dtype, length: rows, access: 'write' };
  const labels = { dtype: 'int32', length: rows, access: 'read' };
  const shape = { dtype, rows, columns };
  const mean = {
    expression: expression(1, (e, x) => e.mul(x, 1 / columns)),
    inputs: [{ operand: 0, offset: 0, strides: [columns, 1, 1] }],
    outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
  };
  const reduce = { kernel: 'reduce', kind: 'sum', dtype, outer: rows, length: columns, inner: 1 };
  const calls = {
    softmax: { ...shape, kernel: 'softmax', log: false, input: 0, out: 1 },
    'cross-entropy': {
      ...shape,
      kernel: 'crossEntropy',
      sparse: true,
      logits: 0,
      delta: 1,
      loss: 2,
      labels: 3,
    },
    'row means': { ...reduce, out: 2, prologue: mean },
  };
  return Object.entries(calls).flatMap(([name, call]) => {
    const seconds = besideLoops(variant, quick, call, [...matrices, column, labels], { copy: [1, 0] });
    if (!seconds.copy) return [];
    const work = `${name} of 16 M floats, speed against a copy`;
    return [{ work, ...where(variant), value: round(seconds.copy / seconds.hebb), unit: 'x' }];
  });
}

export default function map(context) {
  const rows = [];
  for (const variant of variants(context.hebb, context)) {
    if (variant.threads === 1) rows.push(...inCache(variant, context));
    if (variant.backend !== 'native') continue;
    rows.push(...outOfCache(variant, context), ...adam(variant, context));
    rows.push(...reductions(variant, context), ...rowsOfClasses(variant, context));
  }
  return rows;
}
