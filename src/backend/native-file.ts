// Whether an addon's file is whole. The dynamic loader of Linux maps a file that was cut short (a build or a copy that was
// interrupted, a full disk) and dies of SIGBUS when it touches what is not there; nobody can catch that.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Layout of the header of a 64-bit little-endian ELF file. */
const elf = { headerBytes: 64, sectionsAt: 40, sectionSize: 58, sectionCount: 60 } as const;

/**
 * Why the file cannot be loaded without danger; empty if there is nothing to be said against trying. Linkers write the
 * table of sections last, so a file that holds all of it is whole.
 */
export function faultOfAddonFile(path: string): string {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(elf.headerBytes);
    const read = readSync(file, header, 0, elf.headerBytes, 0);
    const is64BitElf = read === elf.headerBytes && header.readUInt32BE(0) === 0x7f454c46 && header[4] === 2;
    if (!is64BitElf) return '';
    const { size } = fstatSync(file);
    const sections = header.readUInt16LE(elf.sectionCount) * header.readUInt16LE(elf.sectionSize);
    const whole = Number(header.readBigUInt64LE(elf.sectionsAt)) + sections;
    return size < whole ? `the file is cut short (${size} of ${whole} bytes): build it again` : '';
  } finally {
    closeSync(file);
  }
}
