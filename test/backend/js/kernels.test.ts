// gather, scatterAdd, random, softmax, crossEntropy and check against their definitions.

import { describe, expect, it } from 'vitest';
import { JsBackend } from '../../../src/backend/js/backend.js';
import type { KernelCall } from '../../../src/contract/calls.js';
import { RunError } from '../../../src/contract/errors.js';
import { philox4x32 } from '../../../src/contract/philox.js';
import { normalDeviate, truncatedNormalDeviate } from '../../../src/contract/random.js';
import { programOf, seeded, type TestArray } from '../../support/building.js';

const backend = new JsBackend();

function execute(arrays: TestArray[], call: KernelCall): void {
  backend.execute(
    programOf(arrays, [call]),
    arrays.map((a) => a.array),
    call.kernel,
    'layer_1',
  );
}

/** The error that running the call throws. */
function failure(arrays: TestArray[], call: KernelCall): RunError {
  try {
    execute(arrays, call);
  } catch (error) {
    if (error instanceof RunError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

const float32 = (array: Float32Array): TestArray => ({ dtype: 'float32', array });
const int32 = (array: Int32Array): TestArray => ({ dtype: 'int32', array });

describe.each([
  [1, 6, 4, 1],
  [2, 5, 3, 7],
  [3, 4, 9, 100],
])('rows: outer %d, axis %d, count %d, inner %d', (outer, axis, count, inner) => {
  const random = seeded(inner);
  const indices = Int32Array.from({ length: count }, () => Math.floor(random() * axis));
  const common = { outer, axis, count, inner, indices: 1, out: 2 };

  it('gather', () => {
    const input = Float32Array.from({ length: outer * axis * inner }, (_, i) => i);
    const out = new Float32Array(outer * count * inner);
    execute([float32(input), int32(indices), float32(out)], { kernel: 'gather', ...common, input: 0 });
    for (let o = 0; o < outer; o++) {
      for (let j = 0; j < count; j++) {
        for (let i = 0; i < inner; i++) {
          expect(out[(o * count + j) * inner + i]).toBe((o * axis + indices[j]) * inner + i);
        }
      }
    }
  });

  it('scatterAdd', () => {
    const updates = Float32Array.from({ length: outer * count * inner }, (_, i) => i % 50);
    const out = new Float32Array(outer * axis * inner).fill(9);
    execute([float32(updates), int32(indices), float32(out)], {
      kernel: 'scatterAdd',
      dtype: 'float32',
      ...common,
      updates: 0,
    });
    for (let o = 0; o < outer; o++) {
      for (let a = 0; a < axis; a++) {
        for (let i = 0; i < inner; i++) {
          let sum = 0;
          for (let j = 0; j < count; j++) {
            if (indices[j] === a) sum += updates[(o * count + j) * inner + i];
          }
          expect(out[(o * axis + a) * inner + i]).toBe(sum);
        }
      }
    }
  });
});

it('an index outside the axis fails and says where', () => {
  const shape = { outer: 1, axis: 3, count: 2, inner: 1, indices: 1, out: 2 };
  for (const bad of [3, -1]) {
    const indices = int32(Int32Array.of(0, bad));
    const gather = failure([float32(new Float32Array(3)), indices, float32(new Float32Array(2))], {
      kernel: 'gather',
      ...shape,
      input: 0,
    });
    expect(gather.message).toBe(`layer_1: gather: index ${bad} is outside 0 .. 2.`);
    expect(gather.reason).toBe('indexOutOfRange');
    const scatter = failure([float32(new Float32Array(2)), indices, float32(new Float32Array(3))], {
      kernel: 'scatterAdd',
      dtype: 'float32',
      ...shape,
      updates: 0,
    });
    expect(scatter.message).toContain(`index ${bad} is outside 0 .. 2`);
  }
});

describe('random', () => {
  /** Word number w of a draw, by the layout that the contract states. */
  const wordOf = (state: Int32Array, w: number): number => {
    const block = new Uint32Array(4);
    philox4x32(w >> 2, 0, state[2], state[3], state[0], state[1], block);
    return block[w & 3];
  };
  const start = Int32Array.of(123, -456, -1, 7);
  const draw = (
    kind: 'uniform' | 'normal' | 'truncatedNormal' | 'permutation',
    out: TestArray,
    low = 0,
    high = 1,
  ): Int32Array => {
    const state = start.slice();
    const dtype = out.dtype as 'float32';
    execute([int32(state), out], {
      kernel: 'random',
      ...{ kind, dtype, count: out.array.length, low, high, state: 0, out: 1 },
    });
    return state;
  };

  it('counts draws in 64 bits', () => {
    expect([...draw('uniform', float32(new Float32Array(0)))]).toEqual([123, -456, 0, 8]);
  });

  it('float32 uniforms have 24 bits of a word each', () => {
    const out = new Float32Array(101);
    draw('uniform', float32(out), -1, 3);
    out.forEach((x, e) =>
      expect(x).toBe(Math.fround(-1 + 4 * (Math.floor(wordOf(start, e) / 256) / 2 ** 24))),
    );
  });

  it('int32 uniforms have a word each, and stay below the upper end', () => {
    const out = new Int32Array(40_000);
    draw('uniform', int32(out), -5, 5);
    for (let e = 0; e < 50; e++) expect(out[e]).toBe(-5 + Math.floor((wordOf(start, e) * 10) / 2 ** 32));
    const counts = new Map<number, number>();
    for (const x of out) counts.set(x, (counts.get(x) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-5, -4, -3, -2, -1, 0, 1, 2, 3, 4]);
    // 4,000 each, with a standard deviation of 60
    for (const n of counts.values()) expect(Math.abs(n - 4000)).toBeLessThan(300);
  });

  it('float64 uniforms have 53 bits of two words', () => {
    const out = new Float64Array(33);
    draw('uniform', { dtype: 'float64', array: out });
    out.forEach((x, e) => {
      const bits = (BigInt(wordOf(start, 2 * e)) << 32n) | BigInt(wordOf(start, 2 * e + 1));
      const high = bits >> 37n;
      const low = (bits & 0xffffffffn) >> 6n;
      expect(x).toBe(Number((high << 26n) | low) / 2 ** 53);
    });
  });

  it('normal kinds take two words an element', () => {
    const [normal, truncated] = [new Float32Array(50_000), new Float32Array(50_000)];
    draw('normal', float32(normal), 3, 2);
    draw('truncatedNormal', float32(truncated), 0, 1);
    for (let e = 0; e < 40; e++) {
      const words = [wordOf(start, 2 * e), wordOf(start, 2 * e + 1)] as const;
      expect(normal[e]).toBe(Math.fround(3 + 2 * normalDeviate(...words)));
      expect(truncated[e]).toBe(Math.fround(truncatedNormalDeviate(...words)));
    }
    const mean = normal.reduce((a, x) => a + x, 0) / normal.length;
    const variance = normal.reduce((a, x) => a + (x - mean) ** 2, 0) / normal.length;
    expect(Math.abs(mean - 3)).toBeLessThan(0.04);
    expect(Math.abs(variance - 4)).toBeLessThan(0.12);
    expect(Math.max(...truncated)).toBeLessThanOrEqual(2);
    expect(Math.min(...truncated)).toBeGreaterThanOrEqual(-2);
  });

  it('permutation is Fisher-Yates from the end', () => {
    for (const n of [0, 1, 2, 5, 1000, 40_000]) {
      const out = new Int32Array(n);
      draw('permutation', int32(out));
      const expected = Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = Number((BigInt(wordOf(start, n - 1 - i)) * BigInt(i + 1)) >> 32n);
        [expected[i], expected[j]] = [expected[j], expected[i]];
      }
      expect([...out]).toEqual(expected);
    }
  });
});

describe('rows of classes', () => {
  const rows = 3;
  const shapes = [1, 2, 10, 33, 1030];
  const logitsOf = (columns: number): Float64Array => {
    const random = seeded(columns);
    return Float64Array.from({ length: rows * columns }, () => (random() - 0.5) * 30);
  };
  /** log softmax, by the definition without any care: the logits are small. */
  const logSoftmax = (z: readonly number[]): number[] => {
    const sum = z.reduce((a, x) => a + Math.exp(x), 0);
    return z.map((x) => x - Math.log(sum));
  };

  it.each(shapes)('softmax of %d columns', (columns) => {
    for (const dtype of ['float32', 'float64'] as const) {
      const digits = dtype === 'float32' ? 5 : 13;
      const input = dtype === 'float32' ? Float32Array.from(logitsOf(columns)) : logitsOf(columns);
      for (const log of [false, true]) {
        const out = input.slice().fill(5);
        execute(
          [
            { dtype, array: input },
            { dtype, array: out },
          ],
          { kernel: 'softmax', dtype, log, rows, columns, input: 0, out: 1 },
        );
        for (let r = 0; r < rows; r++) {
          const expected = logSoftmax([...input.slice(r * columns, (r + 1) * columns)]);
          expected.forEach((l, c) => {
            expect(out[r * columns + c]).toBeCloseTo(log ? l : Math.exp(l), digits - (log ? 1 : 0));
          });
        }
      }
    }
  });

  it('softmax does not overflow, and NaN or Infinity make their row NaN', () => {
    const out = new Float32Array(12);
    const input = Float32Array.of(1000, 1001, 1000, -2000, 0, -Infinity, 1, NaN, 2, 1, Infinity, 2);
    execute([float32(input), float32(out)], {
      kernel: 'softmax',
      ...{ dtype: 'float32', log: false, rows: 4, columns: 3, input: 0, out: 1 },
    });
    expect(out[1]).toBeCloseTo(Math.E / (Math.E + 2), 6);
    expect([...out.slice(3, 6)]).toEqual([0, 1, 0]);
    expect([...out.slice(6)].every((x) => Number.isNaN(x))).toBe(true);
  });

  it.each(shapes)('cross-entropy of %d columns, and its gradient', (columns) => {
    const logits = logitsOf(columns);
    const random = seeded(columns + 1);
    const classes = Int32Array.from({ length: rows }, () => Math.floor(random() * columns));
    const distribution = Float64Array.from({ length: rows * columns }, () => random());
    for (const sparse of [true, false]) {
      const loss = new Float64Array(rows);
      const delta = new Float64Array(rows * columns);
      execute(
        [
          { dtype: 'float64', array: logits },
          sparse ? int32(classes) : { dtype: 'float64', array: distribution },
          { dtype: 'float64', array: loss },
          { dtype: 'float64', array: delta },
        ],
        {
          kernel: 'crossEntropy',
          ...{ dtype: 'float64', sparse, rows, columns, logits: 0, labels: 1, loss: 2, delta: 3 },
        },
      );
      for (let r = 0; r < rows; r++) {
        const l = logSoftmax([...logits.slice(r * columns, (r + 1) * columns)]);
        const y = l.map((_, c) => (sparse ? Number(c === classes[r]) : distribution[r * columns + c]));
        const total = y.reduce((a, x) => a + x, 0);
        expect(loss[r]).toBeCloseTo(-y.reduce((a, x, c) => a + x * l[c], 0), 9);
        l.forEach((x, c) => expect(delta[r * columns + c]).toBeCloseTo(Math.exp(x) * total - y[c], 9));
      }
    }
  });

  it('a sure prediction costs little, but not nothing', () => {
    const loss = new Float32Array(1);
    execute([float32(Float32Array.of(20, 0)), int32(Int32Array.of(0)), float32(loss)], {
      kernel: 'crossEntropy',
      ...{ dtype: 'float32', sparse: true, rows: 1, columns: 2, logits: 0, labels: 1, loss: 2, delta: -1 },
    });
    // log1p(e^-20) is 2.06e-9; 1 + e^-20 rounds to 1 in float32.
    expect(loss[0]).toBeGreaterThanOrEqual(0);
    expect(loss[0]).toBeLessThan(2e-7);
  });

  it('a label outside the classes fails', () => {
    const error = failure(
      [float32(new Float32Array(4)), int32(Int32Array.of(1, 2)), float32(new Float32Array(2))],
      {
        kernel: 'crossEntropy',
        ...{ dtype: 'float32', sparse: true, rows: 2, columns: 2, logits: 0, labels: 1, loss: 2, delta: -1 },
      },
    );
    expect(error.message).toBe('layer_1: crossEntropy: label 2 is outside 0 .. 1.');
    expect(error.reason).toBe('labelOutOfRange');
  });
});

it('check fails at the first element that is not finite', () => {
  const values = new Float32Array(2_000_000);
  const check: KernelCall = { kernel: 'check', dtype: 'float32', count: values.length, input: 0 };
  execute([float32(values)], check);
  for (const bad of [NaN, Infinity, -Infinity]) {
    values[1_500_000] = bad;
    expect(failure([float32(values)], check).message).toContain('NaN or infinite (element 1500000)');
  }
});
