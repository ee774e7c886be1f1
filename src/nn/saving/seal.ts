// A digest within the file that it is of, so that a checkpoint that was damaged on the disk is told from a whole one:
// SHA-256 of the file with zeros in the digest's place, which is the text after `"sha256":` in a safetensors header.

import { platform } from '#platform';
import { FormatError } from '../../io/errors.js';

/** Stands in the digest's place while it is computed. */
export const noDigest = '0'.repeat(64);

// Quotes within strings of JSON are escaped, so this is found nowhere else.
const mark = new TextEncoder().encode('"sha256":"');

function digestAt(bytes: Uint8Array, source: string): Uint8Array {
  const header = Math.min(
    bytes.length,
    8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)),
  );
  for (let at = 8; at + mark.length + 64 < header; at++) {
    if (mark.every((byte, i) => bytes[at + i] === byte)) {
      return bytes.subarray(at + mark.length, at + mark.length + 64);
    }
  }
  throw new FormatError(source, 'expected a digest in its header');
}

/** Puts the digest in its place. */
export async function seal(bytes: Uint8Array): Promise<void> {
  const place = digestAt(bytes, 'checkpoint');
  place.set(new TextEncoder().encode(await platform.sha256(bytes)));
}

/**
 * Throws unless the digest is right. Leaves zeros in its place.
 * @throws FormatError
 */
export async function checkSeal(bytes: Uint8Array, source: string): Promise<void> {
  const place = digestAt(bytes, source);
  const digest = new TextDecoder().decode(place);
  place.fill(0x30);
  if ((await platform.sha256(bytes)) !== digest) {
    throw new FormatError(source, 'the checkpoint is damaged: its bytes are not those that were written');
  }
}
