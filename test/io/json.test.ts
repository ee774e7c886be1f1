import { describe, expect, it } from 'vitest';
import { FormatError, quoted } from '../../src/io/errors.js';
import { parseJson } from '../../src/io/json.js';

const parse = (text: string): unknown => parseJson(new TextEncoder().encode(text), 'file');

describe('parseJson', () => {
  it.each([
    '{}',
    '[]',
    '0',
    'null',
    '"a:b{[\\"}"',
    '{"a":{"a":1,"b":[{"a":":"},"::"]},"":2,"\\"":3,"\\\\":[]}',
    '  {"a" : [1, 2.5e3, -0, true, null]}\n',
  ])('reads %s as JSON.parse does', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['', 'it is not valid JSON'],
    ['{', 'it is not valid JSON'],
    ['{"a":1,"a":1}', 'its JSON has a key twice'],
    ['{"x":[{"a":1,"b":2,"\\u0061":3}]}', 'its JSON has a key twice'],
    ['{"__proto__":{"polluted":1}}', "its JSON has the key '__proto__'"],
    ['[{"a":{"constructor":{"prototype":{}}}}]', "its JSON has the key 'constructor'"],
    ['{"prototype":1}', "its JSON has the key 'prototype'"],
    ['['.repeat(101) + ']'.repeat(101), 'its JSON is nested more than 100 deep'],
    ['['.repeat(1e6), 'its JSON is nested more than 100 deep'],
    ['{"a":'.repeat(1e5), 'its JSON is nested more than 100 deep'],
  ])('refuses %.40s', (text, problem) => {
    expect(() => parse(text)).toThrow(FormatError);
    expect(() => parse(text)).toThrow(`file: ${problem}`);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22), 'file')).toThrow('bytes that are not UTF-8');
  });

  it('names in messages are cut', () => {
    expect(quoted('x'.repeat(1000)).length).toBe(82);
    expect(quoted({ a: [1] })).toBe('\'{"a":[1]}\'');
    expect(quoted(undefined)).toBe("'undefined'");
  });
});
