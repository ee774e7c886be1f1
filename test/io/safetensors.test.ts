import { describe, expect, it } from 'vitest';
import { dtypes, type DType } from '../../src/contract/dtypes.js';
import { FormatError } from '../../src/io/errors.js';
import { decode, encode } from '../../src/io/safetensors.js';
import { tensor, zeros } from '../../src/tensor/create.js';
import '../../src/ops/index.js';

/** A file of this header and these data. */
function file(header: unknown, data: Uint8Array = new Uint8Array(0), claimed?: bigint): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const head = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + head.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(head.length), true);
  bytes.set(head, 8);
  bytes.set(data, 8 + head.length);
  return bytes;
}

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('safetensors', () => {
  it('come back as they were, in every dtype, with their metadata', () => {
    const values = new Map(
      dtypes.flatMap((dtype: DType) => [
        [`${dtype}`, tensor([[1, 0, 1]], [1, 3], dtype)],
        [`${dtype}/scalar`, tensor([1], [], dtype)],
        [`${dtype}/empty`, zeros([0, 4], dtype)],
      ]),
    );
    values.set('odd', tensor([1.5, NaN, -0, Infinity, 5e-324], [5], 'float64'));
    values.set('7', tensor([1, 2, 3], [3], 'uint8'));
    values.set('__proto__x "\\ ü', tensor([1]));
    const { tensors, metadata } = decode(encode(values, { format: 'test', note: 'ä"' }));
    expect([...metadata]).toEqual([
      ['format', 'test'],
      ['note', 'ä"'],
    ]);
    expect([...tensors.keys()].sort()).toEqual([...values.keys()].sort());
    for (const [name, t] of values) {
      const read = tensors.get(name)!;
      expect([read.dtype, read.shape]).toEqual([t.dtype, t.shape]);
      expect(bytesOf(read.dataSync())).toEqual(bytesOf(t.dataSync()));
    }
  });

  it('are written as the format says', () => {
    const bytes = encode({ b: tensor([1, 2], [2], 'uint8'), a: tensor([1], [1, 1], 'float32') });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(header).toEqual({
      a: { dtype: 'F32', shape: [1, 1], data_offsets: [0, 4] },
      b: { dtype: 'U8', shape: [2], data_offsets: [4, 6] },
    });
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f, 1, 2]);
    expect(() => encode({ __metadata__: tensor([1]) })).toThrow('no tensor can be called __metadata__');
  });

  it('of other dtypes are converted', () => {
    const cases: [string, ArrayBufferView, DType, number[]][] = [
      ['I8', Int8Array.of(-128, 127), 'int32', [-128, 127]],
      ['I16', Int16Array.of(-32768, 32767), 'int32', [-32768, 32767]],
      ['U16', Uint16Array.of(0, 65535), 'int32', [0, 65535]],
      ['U32', Uint32Array.of(0, 2147483647), 'int32', [0, 2147483647]],
      ['I64', BigInt64Array.of(-5n, 2147483647n), 'int32', [-5, 2147483647]],
      ['U64', BigUint64Array.of(5n, 0n), 'int32', [5, 0]],
      ['BF16', Uint16Array.of(0x3f80, 0xc000, 0x7f80, 0x0001), 'float32', [1, -2, Infinity, 2 ** -133]],
      [
        'F16',
        Uint16Array.of(0x3c00, 0xc000, 0x7c00, 0xfc00, 0x0001, 0x83ff, 0x7bff, 0x0400, 0x8000),
        'float32',
        [1, -2, Infinity, -Infinity, 2 ** -24, -1023 * 2 ** -24, 65504, 2 ** -14, -0],
      ],
    ];
    for (const [dtype, array, expected, values] of cases) {
      const header = { t: { dtype, shape: [values.length], data_offsets: [0, array.byteLength] } };
      const t = decode(file(header, bytesOf(array))).tensors.get('t')!;
      expect(t.dtype).toBe(expected);
      expect([...t.dataSync()]).toEqual(values);
    }
    const nan = decode(
      file({ t: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } }, Uint8Array.of(1, 0x7e)),
    );
    expect(nan.tensors.get('t')!.dataSync()[0]).toBeNaN();
  });

  const f32 = (shape: unknown, ...places: unknown[]): unknown => ({
    dtype: 'F32',
    shape,
    data_offsets: places,
  });
  const eight = new Uint8Array(8);
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'expected a safetensors file, got 0 bytes'],
    ['a foreign file', new TextEncoder().encode('PK and some more'), 'it is not a safetensors file'],
    [
      'a header that is longer than the file',
      file({}, eight, 100n),
      'expected a header of at most 10 bytes, got one of 100',
    ],
    ['a header of 2^64 - 1 bytes', file({}, eight, 2n ** 64n - 1n), 'expected a header of at most 10 bytes'],
    ['a header that is too short', file({ t: 1 }, eight, 3n), 'it is not valid JSON'],
    [
      'an unknown dtype',
      file({ t: { dtype: 'F8', shape: [], data_offsets: [0, 1] } }, eight),
      'expected a dtype of',
    ],
    [
      'a dtype of a prototype',
      file({ t: { dtype: 'toString', shape: [], data_offsets: [0, 1] } }),
      'expected a dtype of',
    ],
    ['an entry that is no object', file({ t: [1] }), "'t': expected an object"],
    ['a negative dimension', file({ t: f32([-1, -2], 0, 8) }, eight), 'expected a shape of whole numbers'],
    [
      'a fraction of a dimension',
      file({ t: f32([0.5, 4], 0, 8) }, eight),
      'expected a shape of whole numbers',
    ],
    ['dimensions that are texts', file({ t: f32(['2'], 0, 8) }, eight), 'expected a shape of whole numbers'],
    [
      'a shape that overflows',
      file({ t: f32([2 ** 31, 2 ** 31, 4], 0, 8) }, eight),
      'larger than any memory',
    ],
    [
      'a shape that overflows to 0',
      file({ t: f32([2 ** 32, 2 ** 32, 0], 0, 8) }, eight),
      'takes 0 bytes, but its place has 8',
    ],
    [
      'a huge shape',
      file({ t: f32([2 ** 40], 0, 8) }, eight),
      'takes 4398046511104 bytes, but its place has 8',
    ],
    [
      'a huge rank',
      file({ t: f32(new Array(33).fill(1), 0, 4) }, eight),
      'expected a shape of whole numbers',
    ],
    ['a negative place', file({ t: f32([2], -8, 0) }, eight), 'expected data_offsets of two whole numbers'],
    ['three places', file({ t: f32([2], 0, 8, 8) }, eight), 'expected data_offsets of two whole numbers'],
    [
      'a place beyond the data',
      file({ t: f32([4], 0, 16) }, eight),
      'expected 16 bytes of data as the header says, got 8; the file is truncated',
    ],
    ['a place backwards', file({ t: f32([2], 8, 0) }, eight), 'but its place has -8'],
    ['an overlap', file({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, eight), "'b' overlaps another tensor"],
    [
      'the same place twice',
      file({ a: f32([2], 0, 8), b: f32([2], 0, 8) }, eight),
      "'b' overlaps another tensor",
    ],
    ['a gap', file({ a: f32([0], 0, 0), b: f32([1], 4, 8) }, eight), "'b' leaves 4 bytes unused before it"],
    ['bytes after the end', file({ a: f32([1], 0, 4) }, eight), 'the file is longer than it should be'],
    [
      'a name twice',
      file(
        '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}',
        eight,
      ),
      'its JSON has a key twice',
    ],
    [
      'metadata that are no texts',
      file({ __metadata__: { a: 1 } }),
      'expected __metadata__ to hold texts only',
    ],
    [
      'a bool that is neither',
      file({ t: { dtype: 'BOOL', shape: [1], data_offsets: [0, 1] } }, Uint8Array.of(2)),
      "'t': byte 0 is 2, which is neither false nor true",
    ],
    [
      'an integer that is too large',
      file({ t: { dtype: 'U32', shape: [1], data_offsets: [0, 4] } }, new Uint8Array(4).fill(255)),
      "'t': 4294967295 is too large for int32",
    ],
    [
      'a prototype',
      file('{"__proto__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
      "has the key '__proto__'",
    ],
  ])('refuse %s', (_, bytes, problem) => {
    expect(() => decode(bytes, 'file')).toThrow(FormatError);
    expect(() => decode(bytes, 'file')).toThrow(problem);
  });
});
