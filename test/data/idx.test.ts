import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DataFormatError,
  decodeIdx,
  encodeIdx,
  readIdx,
  writeIdx,
  type PlainArray,
} from '../../src/data/index.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hebb-idx-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function file(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

/** The message of the DataFormatError that reading `content` must end with, without the directory. */
async function problemOf(name: string, content: Uint8Array | string, maximumBytes?: number): Promise<string> {
  const path = await file(name, content);
  const error: unknown = await readIdx(path, { maximumBytes }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DataFormatError);
  const { message } = error as DataFormatError;
  expect(message.startsWith(`${path}: `)).toBe(true);
  return message.slice(path.length + 2);
}

const small = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);

describe('IDX files', () => {
  it.each([
    [0x08, [200, 7], 'uint8', Uint8Array.of(200, 7)],
    [0x09, [200, 7], 'int32', Int32Array.of(-56, 7)],
    [0x0b, [0xff, 0xfe, 1, 0], 'int32', Int32Array.of(-2, 256)],
    [0x0c, [0xff, 0xff, 0xff, 0xfd, 0, 1, 0, 0], 'int32', Int32Array.of(-3, 65536)],
    [0x0d, [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0], 'float32', Float32Array.of(1.5, -2)],
    [0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], 'float64', Float64Array.of(1.5, -2)],
  ])('reads elements of type %d', (code, elements, dtype, data) => {
    const bytes = Uint8Array.of(0, 0, code, 1, 0, 0, 0, 2, ...elements);
    expect(decodeIdx(bytes, 'test')).toEqual({ dtype, shape: [2], data });
  });

  it('reads bytes that lie somewhere inside a larger buffer, into memory of its own', () => {
    const surrounding = new Uint8Array(64);
    surrounding.set(small, 7);
    const { data, shape } = decodeIdx(surrounding.subarray(7, 7 + small.length), 'test');
    surrounding.fill(0);
    expect(shape).toEqual([2, 3]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(data.buffer.byteLength).toBe(6);
  });

  it.each<PlainArray>([
    { dtype: 'uint8', shape: [2, 2], data: Uint8Array.of(1, 2, 3, 255) },
    { dtype: 'int32', shape: [3], data: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1) },
    { dtype: 'float32', shape: [1, 2, 2], data: Float32Array.of(NaN, -0, Infinity, 1e-45) },
    { dtype: 'float64', shape: [2], data: Float64Array.of(Number.MIN_VALUE, -Number.MAX_VALUE) },
    { dtype: 'uint8', shape: [0, 28, 28], data: new Uint8Array(0) },
    { dtype: 'float32', shape: [], data: Float32Array.of(3) },
  ])('reads what it wrote: $dtype $shape', async (array) => {
    for (const name of ['round-trip', 'round-trip.gz']) {
      const path = join(directory, name);
      await writeIdx(path, array);
      expect(await readIdx(path)).toEqual(array);
    }
  });

  it('recognises gzip by content', async () => {
    expect((await readIdx(await file('packed', gzipSync(small)))).shape).toEqual([2, 3]);
    expect((await readIdx(await file('not-packed.gz', small))).shape).toEqual([2, 3]);
  });

  it('refuses to write what does not fit', () => {
    expect(() => encodeIdx({ dtype: 'uint8', shape: [2, 2], data: new Uint8Array(3) })).toThrow(
      'encodeIdx: shape [2, 2] has 4 elements, but data has 3',
    );
    const shape = Array.from({ length: 9 }, () => 1);
    expect(() => encodeIdx({ dtype: 'uint8', shape, data: new Uint8Array(1) })).toThrow(
      'at most 8 dimensions',
    );
  });
});

describe('what is not a sound IDX file', () => {
  it('an empty file', async () => {
    expect(await problemOf('empty', '')).toBe(
      'not an IDX file: expected a header of at least 4 bytes, got 0',
    );
  });

  it.each([
    ['a web page', '<!DOCTYPE html><html></html>', '3c 21 44 4f, which looks like a web page'],
    ['a text', 'label,pixel\n', '6c 61 62 65, which looks like text'],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xd, 0xa), '89 50 4e 47, which is a PNG image'],
    ['a zip', Uint8Array.of(0x50, 0x4b, 3, 4, 0), '50 4b 03 04, which is a zip archive'],
    ['a wrong magic number', Uint8Array.of(1, 0, 8, 1, 0, 0, 0, 0), '01 00 08 01'],
    ['an unknown type', Uint8Array.of(0, 0, 10, 1, 0, 0, 0, 0), '00 00 0a 01'],
    ['too many dimensions', Uint8Array.of(0, 0, 8, 200, 0, 0, 0, 0), '00 00 08 c8'],
  ])('%s', async (_, content, got) => {
    expect(await problemOf('foreign', content)).toBe(
      'not an IDX file: expected it to begin with two zero bytes, a type (08, 09, 0b, 0c, 0d or 0e) and at most ' +
        `8 dimensions, got ${got}`,
    );
  });

  it('a header that is cut short', async () => {
    expect(await problemOf('header', small.subarray(0, 9))).toBe(
      'truncated IDX file: expected a header of 12 bytes for 2 dimensions, got 9',
    );
  });

  it('missing elements', async () => {
    const expected = 'truncated IDX file: expected 18 bytes for shape [2, 3] of uint8, got 17';
    expect(await problemOf('truncated', small.subarray(0, 17))).toBe(expected);
    expect(await problemOf('truncated.gz', gzipSync(small.subarray(0, 17)))).toBe(expected);
  });

  it('trailing bytes', async () => {
    expect(await problemOf('trailing', Uint8Array.of(...small, 7))).toBe(
      'IDX file with 1 trailing byte: expected 18 bytes for shape [2, 3] of uint8, got 19',
    );
  });

  it('absurd dimensions, without allocating them', async () => {
    const header = Uint8Array.of(0, 0, 14, 8, ...new Uint8Array(32).fill(255));
    expect(await problemOf('absurd', header)).toMatch(
      /^IDX header claims shape \[4294967295(, 4294967295){7}\] of float64, 9.2\d+e\+77 bytes: more than the 1073741824 allowed$/,
    );
    const possible = Uint8Array.of(0, 0, 8, 1, 0x3f, 0, 0, 0);
    expect(await problemOf('claim', possible)).toContain('truncated IDX file: expected 1056964616 bytes');
  });

  it('a gzip file that is cut short or damaged', async () => {
    const packed = gzipSync(new Uint8Array(1000).map((_, index) => (index * index) % 251));
    expect(await problemOf('short.gz', packed.subarray(0, packed.length - 12))).toBe(
      'gzip data ends too early',
    );
    const damaged = Uint8Array.from(packed);
    damaged[damaged.length - 6] ^= 1;
    expect(await problemOf('damaged.gz', damaged)).toMatch(/^gzip data is damaged \(/);
  });

  it('a gzip file that unpacks to more than is allowed', async () => {
    expect(await problemOf('bomb.gz', gzipSync(new Uint8Array(2 ** 24)), 2 ** 20)).toBe(
      'gzip data unpacks to more than the 1048576 bytes allowed',
    );
  });

  it('a file that is larger than is allowed', async () => {
    const path = await file('large', small);
    await expect(readIdx(path, { maximumBytes: 17 })).rejects.toThrow(
      `cannot read ${path}: it has 18 bytes, more than the 17 allowed`,
    );
  });

  it('a file that is not there', async () => {
    const path = join(directory, 'nothing');
    await expect(readIdx(path)).rejects.toThrow(`cannot read ${path}: it does not exist`);
  });
});
