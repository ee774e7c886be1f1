// The micro-operations against values computed with 400 bits (mpmath 1.3, rounded to float64), their special values,
// and int32 against BigInt. Arguments are float32 numbers, so that the same table serves both dtypes.

import { describe, expect, it } from 'vitest';
import { JsBackend } from '../../../src/backend/js/backend.js';
import { newArray, type ComputeDType, type TypedArray } from '../../../src/contract/dtypes.js';
import { expression, type ExpressionOperation } from '../../../src/contract/expression.js';
import { microOperations, type MicroOperation } from '../../../src/contract/micro-operations.js';
import { denseEvaluation, programOf, seeded } from '../../support/building.js';
import { ulpOf } from '../../support/tolerance.js';

const backend = new JsBackend();

/** Applies a micro-operation to columns of arguments by way of a program. */
function apply(name: string, dtype: ComputeDType, columns: readonly (readonly number[])[]): TypedArray {
  const length = columns[0].length;
  const e = expression(columns.length, (writer, ...inputs) => {
    const method = writer[name as ExpressionOperation] as (...a: typeof inputs) => (typeof inputs)[0];
    return method.apply(writer, inputs);
  });
  const arrays = [...columns.map((c) => Object.assign(newArray(dtype, length), c)), newArray(dtype, length)];
  const words = programOf(
    arrays.map((array) => ({ dtype, array })),
    [{ kernel: 'map', dtype, dims: [length], ...denseEvaluation(e, [length]) }],
  );
  backend.execute(words, arrays, 'map', '');
  return arrays[columns.length];
}

const ofOne: Record<string, readonly (readonly [number, number])[]> = {
  exp: [
    [-100.5, 2.256340135917036e-44],
    [-87.0, 1.6458114310822737e-38],
    [-20.25, 1.6052280551856116e-9],
    [-1.0, 0.36787944117144233],
    [-0.0010000000474974513, 0.999000499785925],
    [9.99999993922529e-9, 1.00000001],
    [0.10000000149011612, 1.1051709197224806],
    [0.5, 1.6487212707001282],
    [1.0, 2.718281828459045],
    [2.75, 15.642631884188171],
    [10.100000381469727, 24343.01871053131],
    [50.0, 5.184705528587072e21],
    [88.5, 2.7230878250681117e38],
  ],
  expm1: [
    [-50.0, -1.0],
    [-2.0, -0.8646647167633873],
    [-0.5, -0.3934693402873666],
    [-0.0010000000474974513, -0.000999500214074986],
    [-1.000000013351432e-10, -1.000000013301432e-10],
    [9.999999682655225e-21, 9.999999682655225e-21],
    [9.999999747378752e-6, 1.0000049747542893e-5],
    [0.25, 0.2840254166877415],
    [1.0, 1.7182818284590453],
    [10.0, 22025.465794806718],
    [80.0, 5.54062238439351e34],
  ],
  log: [
    [9.999999350456404e-39, -87.49823359872809],
    [1.000000013351432e-10, -23.025850916589025],
    [0.10000000149011612, -2.3025850780928847],
    [0.5, -0.6931471805599453],
    [0.8999999761581421, -0.10536054214877988],
    [0.9999899864196777, -1.0013630458495755e-5],
    [1.0000100135803223, 1.0013530186704881e-5],
    [1.100000023841858, 0.0953102014787409],
    [2.0, 0.6931471805599453],
    [3.0, 1.0986122886681098],
    [10.0, 2.302585092994046],
    [10000000000.0, 23.025850929940457],
    [9.999999680285692e37, 87.4982335018023],
  ],
  log1p: [
    [-0.9990000128746033, -6.907768153668287],
    [-0.5, -0.6931471805599453],
    [-0.0010000000474974513, -0.0010005003811285299],
    [-1.000000013351432e-10, -1.0000000134014319e-10],
    [9.999999682655225e-21, 9.999999682655225e-21],
    [9.99999993922529e-9, 9.999999889225291e-9],
    [0.10000000149011612, 0.09531018115897588],
    [0.5, 0.4054651081081644],
    [1.0, 0.6931471805599453],
    [100.0, 4.61512051684126],
    [1.0000000200408773e20, 46.051701879921794],
  ],
  sin: [
    [-1000.0, -0.8268795405320025],
    [-3.0, -0.1411200080598672],
    [-0.5, -0.479425538604203],
    [1.000000013351432e-10, 1.000000013351432e-10],
    [0.10000000149011612, 0.0998334181294999],
    [0.7799999713897705, 0.7032793988610104],
    [1.5, 0.9974949866040544],
    [2.5, 0.5984721441039565],
    [3.141590118408203, 2.535181590110747e-6],
    [10.0, -0.5440211108893698],
    [355.0, -3.014435335948845e-5],
    [100000.0, 0.03574879797201651],
    [9.999999778196308e21, -0.7340815352961015],
  ],
  cos: [
    [-1000.0, 0.5623790762907029],
    [-3.0, -0.9899924966004454],
    [-0.5, 0.8775825618903728],
    [1.000000013351432e-10, 1.0],
    [0.10000000149011612, 0.9950041651292624],
    [0.7799999713897705, 0.7109135581332626],
    [1.5700000524520874, 0.0007962742586625529],
    [2.5, -0.8011436155469337],
    [10.0, -0.8390715290764524],
    [11.0, 0.004425697988050785],
    [100000.0, -0.9993608074382124],
    [9.999999778196308e21, 0.679061337095051],
  ],
  tan: [
    [-1000.0, -1.4703241557027185],
    [-3.0, 0.1425465430742778],
    [-0.5, -0.5463024898437905],
    [1.000000013351432e-10, 1.000000013351432e-10],
    [0.10000000149011612, 0.10033467359056773],
    [0.7799999713897705, 0.9892614802673081],
    [1.5, 14.101419947171719],
    [2.5, -0.7470222972386603],
    [10.0, 0.6483608274590866],
    [11.0, -225.95084645419513],
    [100000.0, -0.035771662952898776],
  ],
  asin: [
    [-1.0, -1.5707963267948966],
    [-0.8999999761581421, -1.119769460301664],
    [-0.5, -0.5235987755982989],
    [1.000000013351432e-10, 1.000000013351432e-10],
    [0.10000000149011612, 0.10016742265918284],
    [0.4000000059604645, 0.41151685257088794],
    [0.6000000238418579, 0.6435011385956071],
    [0.9900000095367432, 1.4292569210746653],
    [1.0, 1.5707963267948966],
  ],
  acos: [
    [-1.0, 3.141592653589793],
    [-0.8999999761581421, 2.6905657870965607],
    [-0.5, 2.0943951023931957],
    [1.000000013351432e-10, 1.5707963266948965],
    [0.10000000149011612, 1.4706289041357137],
    [0.4000000059604645, 1.1592794742240087],
    [0.6000000238418579, 0.9272951881992895],
    [0.9900000095367432, 0.14153940572023133],
  ],
  atan: [
    [-1000.0, -1.5697963271282298],
    [-2.0, -1.1071487177940904],
    [-0.5, -0.4636476090008061],
    [1.000000013351432e-10, 1.000000013351432e-10],
    [0.10000000149011612, 0.09966865396652452],
    [0.8999999761581421, 0.7328150886142093],
    [1.100000023841858, 0.8329812774626025],
    [5.0, 1.373400766945016],
    [10000000000.0, 1.5707963266948965],
  ],
  sinh: [
    [-80.0, -2.770311192196755e34],
    [-2.0, -3.6268604078470186],
    [-0.5, -0.5210953054937474],
    [1.000000013351432e-10, 1.000000013351432e-10],
    [0.10000000149011612, 0.10016675151741694],
    [0.8999999761581421, 1.0265166915407336],
    [1.100000023841858, 1.3356475099047593],
    [5.0, 74.20321057778875],
    [50.0, 2.592352764293536e21],
  ],
  cosh: [
    [-80.0, 2.770311192196755e34],
    [-2.0, 3.7621956910836314],
    [-0.5, 1.1276259652063807],
    [1.000000013351432e-10, 1.0],
    [0.10000000149011612, 1.0050041682050637],
    [0.8999999761581421, 1.4330863609747089],
    [1.100000023841858, 1.668518585666574],
    [5.0, 74.20994852478785],
    [50.0, 2.592352764293536e21],
  ],
  tanh: [
    [-20.0, -1.0],
    [-2.0, -0.9640275800758169],
    [-0.5, -0.46211715726000974],
    [1.000000013351432e-10, 1.000000013351432e-10],
    [0.10000000149011612, 0.09966799610026955],
    [0.30000001192092896, 0.2913126233608736],
    [0.8999999761581421, 0.7162978585900097],
    [1.100000023841858, 0.8004990303246563],
    [5.0, 0.9999092042625951],
    [8.5, 0.999999917201249],
  ],
  asinh: [
    [-1000.0, -7.600902709541988],
    [-2.0, -1.4436354751788103],
    [-0.5, -0.48121182505960347],
    [1.000000013351432e-10, 1.000000013351432e-10],
    [0.10000000149011612, 0.09983408038192852],
    [0.8999999761581421, 0.808866917931269],
    [1.100000023841858, 0.9503469458589033],
    [5.0, 2.3124383412727525],
    [10000000000.0, 23.7189981105004],
  ],
  acosh: [
    [1.000100016593933, 0.014143191065507597],
    [1.100000023841858, 0.44356830641231126],
    [1.5, 0.9624236501192069],
    [2.0, 1.3169578969248168],
    [5.0, 2.2924316695611777],
    [1000.0, 7.600902209541989],
    [10000000000.0, 23.7189981105004],
  ],
  atanh: [
    [-0.9900000095367432, -2.6466528915957985],
    [-0.5, -0.5493061443340549],
    [1.000000013351432e-10, 1.000000013351432e-10],
    [0.10000000149011612, 0.10033534923624338],
    [0.30000001192092896, 0.3095196173030337],
    [0.699999988079071, 0.8673005043196831],
    [0.9990000128746033, 3.800207607813536],
  ],
  erf: [
    [-5.0, -0.9999999999984626],
    [-2.0, -0.9953222650189527],
    [-0.5, -0.5204998778130465],
    [9.999999682655225e-21, 1.1283791312869893e-20],
    [9.99999993922529e-9, 1.1283791602378209e-8],
    [0.10000000149011612, 0.11246291768297051],
    [0.25, 0.27632639016823696],
    [0.5, 0.5204998778130465],
    [0.8399999737739563, 0.7651426968416487],
    [0.9990000128746033, 0.8422852755615352],
    [1.0010000467300415, 0.8431155048372895],
    [1.25, 0.9229001282564583],
    [1.7000000476837158, 0.9837904615810698],
    [2.299999952316284, 0.9988568231313698],
    [3.0, 0.9999779095030014],
    [4.099999904632568, 0.9999999932999669],
    [5.5, 0.9999999999999927],
    [5.900000095367432, 0.9999999999999999],
  ],
  sigmoid: [
    [-80.0, 1.8048513878454153e-35],
    [-20.0, 2.0611536181902037e-9],
    [-2.0, 0.11920292202211756],
    [-0.5, 0.37754066879814546],
    [1.000000013351432e-10, 0.500000000025],
    [0.10000000149011612, 0.5249791878505392],
    [0.8999999761581421, 0.7109494977254948],
    [5.0, 0.9933071490757152],
    [40.0, 1.0],
  ],
  softplus: [
    [-80.0, 1.8048513878454153e-35],
    [-20.0, 2.061153620314381e-9],
    [-2.0, 0.1269280110429725],
    [-0.5, 0.4740769841801067],
    [1.000000013351432e-10, 0.6931471806099453],
    [0.10000000149011612, 0.7443966608558509],
    [0.8999999761581421, 1.241153857781731],
    [5.0, 5.006715348489118],
    [40.0, 40.0],
  ],
};

const ofTwo: Record<string, readonly (readonly [number, number, number])[]> = {
  pow: [
    [2.0, 0.5, 1.4142135623730951],
    [10.0, -3.0, 0.001],
    [0.10000000149011612, 7.5, 3.1622780135804654e-8],
    [1.0010000467300415, 1000.0, 2.717050770326506],
    [-2.0, 3.0, -8.0],
    [3.700000047683716, -0.30000001192092896, 0.6753664372853719],
    [0.0010000000474974513, 5.0, 1.000000237487279e-15],
  ],
  atan2: [
    [1.0, 2.0, 0.4636476090008061],
    [-1.0, 2.0, -0.4636476090008061],
    [1.0, -2.0, 2.677945044588987],
    [-1.0, -2.0, -2.677945044588987],
    [1.000000013351432e-10, 1.0, 1.000000013351432e-10],
    [5.0, 9.999999747378752e-6, 1.5707943267949471],
  ],
};

const tables: Record<string, readonly (readonly number[])[]> = { ...ofOne, ...ofTwo };

describe.each(Object.keys(tables))('%s', (name) => {
  const table = tables[name];
  const arity = table[0].length - 1;
  const columns = Array.from({ length: arity }, (_, o) => table.map((row) => row[o]));
  const micro: MicroOperation = microOperations[name as ExpressionOperation];

  it.each(['float32', 'float64'] as const)('keeps its error bound in %s', (dtype) => {
    const results = apply(name, dtype, columns);
    table.forEach((row, i) => {
      const exact = row[arity];
      const bound = dtype === 'float64' ? (micro.ulp64 ?? micro.ulp) : micro.ulp;
      const ulps = Math.abs(results[i] - exact) / ulpOf(exact, dtype);
      expect(ulps, `${name}(${row.slice(0, arity).join(', ')}) = ${results[i]}`).toBeLessThanOrEqual(bound);
    });
  });
});

it('has a table for every micro-operation that is not exact', () => {
  const inexact = Object.entries(microOperations).filter(([name, o]) => o.ulp > 0 && name !== 'fma');
  expect(inexact.map(([name]) => name).sort()).toEqual(Object.keys(tables).sort());
});

it('erf stays within 2 ULP of float64 of its Maclaurin series, added up exactly enough, and is odd', () => {
  // erf x = 2 / sqrt(pi) * sum of (-1)^n x^(2n+1) / (n! (2n+1)) in fixed point with 200 bits.
  const bits = 200n;
  const one = 1n << bits;
  const fixed = (x: number): bigint => (BigInt(Math.round(x * 2 ** 52)) << bits) >> 52n;
  // pi to 60 digits
  const pi = (3141592653589793238462643383279502884197169399375105820974944n * one) / 10n ** 60n;
  const root = (n: bigint): bigint => {
    let r = n;
    for (let next = (r + n / r) >> 1n; next < r; next = (r + n / r) >> 1n) r = next;
    return r;
  };
  const factor = (2n * one * one) / root(pi * one);
  for (let step = 1; step < 190; step++) {
    const x = step / 32;
    const z = (fixed(x) * fixed(x)) / one;
    let power = fixed(x);
    let sum = 0n;
    for (let n = 0n; power !== 0n; n++) {
      const term = power / (2n * n + 1n);
      sum += n % 2n === 0n ? term : -term;
      power = (power * z) / one / (n + 1n);
    }
    const exact = Number(((sum * factor) / one) >> (bits - 60n)) / 2 ** 60;
    const [plus, minus] = apply('erf', 'float64', [[x, -x]]);
    expect(Math.abs(plus - exact) / ulpOf(exact, 'float64'), `erf(${x})`).toBeLessThanOrEqual(2);
    expect(minus).toBe(-plus);
  }
});

describe('special values', () => {
  const nan = NaN;
  const inf = Infinity;
  const rows: [ExpressionOperation, number[], number][] = [
    ['sign', [-0], -0],
    ['sign', [nan], nan],
    ['sign', [-3], -1],
    ['not', [nan], 0],
    ['not', [-0], 1],
    ['round', [0.5], 0],
    ['round', [1.5], 2],
    ['round', [2.5], 2],
    ['round', [-0.5], -0],
    ['round', [-1.5], -2],
    ['round', [-inf], -inf],
    ['ceil', [-0.5], -0],
    ['trunc', [-1.75], -1],
    ['isNaN', [nan], 1],
    ['isInf', [-inf], 1],
    ['isFinite', [inf], 0],
    ['isFinite', [nan], 0],
    ['isFinite', [3], 1],
    ['exp', [-inf], 0],
    ['log', [0], -inf],
    ['log', [-1], nan],
    ['rsqrt', [0], inf],
    ['reciprocal', [-0], -inf],
    ['erf', [inf], 1],
    ['erf', [-inf], -1],
    ['erf', [nan], nan],
    ['erf', [-0], -0],
    ['sigmoid', [-inf], 0],
    ['sigmoid', [inf], 1],
    ['softplus', [-inf], 0],
    ['softplus', [inf], inf],
    ['softplus', [nan], nan],
    ['min', [0, -0], -0],
    ['max', [-0, 0], 0],
    ['max', [1, nan], nan],
    ['max', [nan, 1], nan],
    ['min', [1, nan], nan],
    ['min', [nan, 1], nan],
    ['mod', [-1, 3], 2],
    ['mod', [1, -3], -2],
    ['mod', [-3, 3], 0],
    ['mod', [3, -3], -0],
    ['mod', [1, 0], nan],
    ['mod', [-1, inf], inf],
    ['mod', [5.5, 2], 1.5],
    ['div', [1, -0], -inf],
    ['pow', [0, 0], 1],
    ['pow', [1, nan], nan],
    ['pow', [-8, 1 / 4], nan],
    ['notEqual', [nan, nan], 1],
    ['equal', [0, -0], 1],
    ['greaterEqual', [nan, 1], 0],
    ['and', [nan, 1], 1],
    ['or', [0, -0], 0],
    ['select', [nan, 1, 2], 1],
    ['select', [-0, 1, 2], 2],
    ['fma', [3, 5, -15], 0],
    ['fma', [2 ** 12 + 1, 2 ** 12 + 1, -(2 ** 24)], 2 ** 13 + 1],
  ];
  it.each(rows)('%s of %j is %d', (name, operands, expected) => {
    for (const dtype of ['float32', 'float64'] as const) {
      expect(
        apply(
          name,
          dtype,
          operands.map((x) => [x]),
        )[0],
      ).toBe(expected);
    }
  });
});

it('float32 rounds after each operation', () => {
  const [product] = apply('mul', 'float32', [[0.1], [0.2]]);
  expect(product).toBe(Math.fround(Math.fround(0.1) * Math.fround(0.2)));
  const [root] = apply('rsqrt', 'float32', [[3]]);
  expect(root).toBe(Math.fround(1 / Math.fround(Math.sqrt(3))));
});

describe('int32 against BigInt', () => {
  const edge = [0, 1, -1, 2, -2, 3, 7, -7, 31, 46341, -46341, 65536, 2147483647, -2147483648];
  const random = seeded(5);
  const a = edge.flatMap((x) => edge.map(() => x));
  const b = edge.flatMap(() => edge);
  for (let i = 0; i < 200; i++) {
    a.push(((random() - 0.5) * 2 ** 32) | 0);
    b.push(((random() - 0.5) * 2 ** (i % 32)) | 0);
  }
  const floorDiv = (x: bigint, y: bigint): bigint => {
    if (y === 0n) return 0n;
    const q = x / y;
    return x % y !== 0n && x < 0n !== y < 0n ? q - 1n : q;
  };
  const truth = (x: boolean): bigint => (x ? 1n : 0n);
  const oracles: Record<string, (x: bigint, y: bigint) => bigint> = {
    copy: (x) => x,
    neg: (x) => -x,
    abs: (x) => (x < 0n ? -x : x),
    sign: (x) => (x < 0n ? -1n : truth(x > 0n)),
    not: (x) => truth(x === 0n),
    add: (x, y) => x + y,
    sub: (x, y) => x - y,
    mul: (x, y) => x * y,
    div: floorDiv,
    mod: (x, y) => (y === 0n ? 0n : x - floorDiv(x, y) * y),
    min: (x, y) => (x < y ? x : y),
    max: (x, y) => (x > y ? x : y),
    equal: (x, y) => truth(x === y),
    notEqual: (x, y) => truth(x !== y),
    less: (x, y) => truth(x < y),
    lessEqual: (x, y) => truth(x <= y),
    greater: (x, y) => truth(x > y),
    greaterEqual: (x, y) => truth(x >= y),
    and: (x, y) => truth(x !== 0n && y !== 0n),
    or: (x, y) => truth(x !== 0n || y !== 0n),
  };
  it.each(Object.keys(oracles))('%s', (name) => {
    const { arity } = microOperations[name as ExpressionOperation];
    const results = apply(name, 'int32', arity === 1 ? [a] : [a, b]);
    const expected = a.map((x, i) => Number(BigInt.asIntN(32, oracles[name](BigInt(x), BigInt(b[i])))));
    expect([...results]).toEqual(expected);
  });

  it('pow', () => {
    const bases = [0, 1, -1, 2, -3, 7, 46341, -2147483648];
    const exponents = [0, 1, 2, 3, 5, 31, 33, 100];
    for (const x of bases) {
      const results = apply('pow', 'int32', [exponents.map(() => x), exponents]);
      expect([...results]).toEqual(exponents.map((y) => Number(BigInt.asIntN(32, BigInt(x) ** BigInt(y)))));
    }
    expect([
      ...apply('pow', 'int32', [
        [2, 1, -1, -1, 0],
        [-1, -5, -3, -4, -2],
      ]),
    ]).toEqual([0, 1, -1, 1, 0]);
  });

  it('select', () => {
    expect([
      ...apply('select', 'int32', [
        [0, 5],
        [1, 2],
        [3, 4],
      ]),
    ]).toEqual([3, 2]);
  });
});
