// JSON from files that nobody vouches for. JSON.parse takes the last of two equal keys and any depth; here both are
// errors, as are the keys by which objects are made to lie about their class.

import { FormatError } from './errors.js';

/** What JSON can say. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/** An object of JSON. */
export interface JsonObject {
  [key: string]: Json;
}

/** Objects and arrays within each other; no model comes near it, and what walks the tree may recurse. */
const deepest = 100;

/** `{"__proto__": ...}` is an own property when parsed, and a new prototype as soon as somebody copies it. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A JSON text, checked.
 * @param source what it is, for messages
 * @throws FormatError if it is no UTF-8 or no JSON, deeper than 100, or has a key twice or one that JavaScript reserves
 */
export function parseJson(bytes: Uint8Array, source: string): Json {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new FormatError(source, 'expected JSON, got bytes that are not UTF-8', { cause: error });
  }
  const { depth, pairs } = survey(text);
  if (depth > deepest) throw new FormatError(source, `its JSON is nested more than ${deepest} deep`);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw new FormatError(source, `it is not valid JSON (${(error as Error).message})`, { cause: error });
  }
  // As many colons as keys, unless JSON.parse has dropped some.
  if (countKeys(value, source) !== pairs) throw new FormatError(source, 'its JSON has a key twice');
  return value;
}

/** Deepest nesting and number of colons outside strings: true of valid JSON, harmless on any other text. */
function survey(text: string): { depth: number; pairs: number } {
  let open = 0;
  let depth = 0;
  let pairs = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // "
        for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
        break;
      case 0x7b: // {
      case 0x5b: // [
        depth = Math.max(depth, ++open);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open--;
        break;
      case 0x3a: // :
        pairs++;
        break;
      default:
    }
  }
  return { depth, pairs };
}

function countKeys(value: Json, source: string): number {
  let count = 0;
  if (Array.isArray(value)) for (const item of value) count += countKeys(item, source);
  else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (forbidden.has(key))
        throw new FormatError(source, `its JSON has the key '${key}', which no file needs`);
      count += 1 + countKeys(value[key], source);
    }
  }
  return count;
}
