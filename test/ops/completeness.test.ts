// Every function that src/ops exports is tested, and every one that should be a method is one.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import * as ops from '../../src/ops/index.js';
import { methods } from '../../src/ops/methods.js';
import { tensor } from '../../src/tensor/create.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { binaryCases, unaryCases } from './tables/elementwise.js';
import { otherCases } from './tables/others.js';

// HEBB_BACKEND=native runs the same tests there.
setBackend(process.env.HEBB_BACKEND ?? 'js');

/** Functions whose tests are written out, and where. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  'elementwise.test.ts': ['where', 'addN', 'glu'],
  'conversion.test.ts': ['cast'],
  'random.test.ts': [
    'randomUniform',
    'randomUniformInt',
    'randomNormal',
    'randomStandardNormal',
    'truncatedNormal',
    'bernoulli',
    'permutation',
    'shuffle',
    'dropout',
  ],
  '../tensor/printing.test.ts': ['print'],
};

describe('tables', () => {
  const tables = new Set([...unaryCases, ...binaryCases, ...otherCases].map((c) => c.op));
  const named = new Set([...tables, ...Object.values(elsewhere).flat()]);
  test.each(Object.keys(ops))('%s is tested', (name) => expect(named).toContain(name));
  test.each([...named])('%s is exported', (name) => expect(ops).toHaveProperty(name));
  test.each(Object.entries(elsewhere))('%s calls what it is said to test', (file, names) => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    for (const name of names) expect(text).toMatch(new RegExp(`\\b${name}\\(`));
  });
});

describe('methods', () => {
  const own = [
    'asType',
    'reshapeAs',
    'toFloat',
    'toInt',
    'toBool',
    'as1D',
    'as2D',
    'as3D',
    'as4D',
    'as5D',
    'asScalar',
  ];
  const exported = ops as unknown as Record<string, unknown>;
  const creating = ['zerosLike', 'onesLike'];
  test.each(Object.keys(methods).filter((name) => ![...own, ...creating].includes(name)))('%s', (name) => {
    expect(methods[name as keyof typeof methods]).toBe(exported[name]);
    expect(Tensor.prototype).toHaveProperty(name);
  });
  test('get the tensor as first argument, and the rest', () => {
    const x = tensor([[1, 2, 3]]);
    expect(x.sub(1).arraySync()).toEqual([[0, 1, 2]]);
    expect(x.sum(1, true).arraySync()).toEqual([[6]]);
    expect(x.matMul(x, false, true).arraySync()).toEqual([[14]]);
    expect(x.zerosLike().arraySync()).toEqual([[0, 0, 0]]);
    expect(x.onesLike().arraySync()).toEqual([[1, 1, 1]]);
    expect(x.reshapeAs(tensor([1, 2, 3])).arraySync()).toEqual([1, 2, 3]);
    expect(
      [x.as1D(), x.as2D(3, 1), x.as3D(1, 3, 1), x.as4D(1, 1, 1, 3), x.as5D(1, 1, 1, 1, 3)].map((t) => t.rank),
    ).toEqual([1, 2, 3, 4, 5]);
    expect(x.sum().reshape([1]).asScalar().arraySync()).toBe(6);
  });
  test('results are other tensors, whose disposal leaves the operand alone', () => {
    const x = tensor([[1, 2]]);
    const results = [
      x.clone(),
      x.reshape([1, 2]),
      x.cast('float32'),
      x.transpose([0, 1]),
      x.broadcastTo([1, 2]),
      x.sum([]),
      x.slice(0),
      x.tile([1, 1]),
      ops.concat([x]),
      ops.addN([x]),
      ops.linear(x),
      ops.dropout(x, 0),
      ops.add(x, 0),
    ];
    for (const t of results) {
      expect(t).not.toBe(x);
      t.dispose();
    }
    expect(x.arraySync()).toEqual([[1, 2]]);
  });
});
