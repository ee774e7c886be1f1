// The allocator of linear memory: blocks never overlap, freed ones are joined and used again, memory grows in steps and
// ends with an error that says what was needed.

import { describe, expect, it } from 'vitest';
import { LinearMemory, type Block } from '../../../src/backend/wasm/memory.js';
import { seeded } from '../../support/building.js';

const base = 1000;
const mebibyte = 2 ** 20;

describe('blocks', () => {
  it('begin at multiples of 64 above the static area, and lie within memory', () => {
    const memory = new LinearMemory(base);
    for (const bytes of [0, 1, 63, 64, 65, 1000]) {
      const block = memory.allocate(bytes, 'a test');
      expect(block.address % 64).toBe(0);
      expect(block.address).toBeGreaterThanOrEqual(base);
      expect(block.bytes).toBeGreaterThanOrEqual(Math.max(bytes, 1));
      expect(block.address + block.bytes).toBeLessThan(memory.totalBytes);
    }
  });

  it('never overlap, whatever is allocated, freed and shrunk, and all memory comes back', () => {
    const memory = new LinearMemory(base);
    const random = seeded(7);
    const blocks: Block[] = [];
    for (let i = 0; i < 3000; i++) {
      const choice = random();
      const index = Math.floor(random() * blocks.length);
      if (choice < 0.55 || blocks.length === 0) {
        blocks.push(memory.allocate(Math.floor(random() ** 4 * 100_000), 'a test'));
      } else if (choice < 0.65) {
        blocks[index] = memory.shrink(blocks[index], Math.floor(random() * blocks[index].bytes));
      } else memory.free(blocks.splice(index, 1)[0]);
      if (i % 100 !== 0) continue;
      const sorted = [...blocks].sort((a, b) => a.address - b.address);
      sorted.forEach((b, k) => {
        if (k > 0) expect(b.address).toBeGreaterThanOrEqual(sorted[k - 1].address + sorted[k - 1].bytes);
      });
      expect(memory.usedBytes).toBe(blocks.reduce((sum, b) => sum + b.bytes, 0));
    }
    const total = memory.totalBytes;
    for (const block of blocks) memory.free(block);
    expect(memory.usedBytes).toBe(0);
    // One block of nearly everything fits without growing: all gaps were joined.
    memory.allocate(total - base - 1024, 'a test');
    expect(memory.totalBytes).toBe(total);
  });

  it('zeroed ones hold zeros where something else was before', () => {
    const memory = new LinearMemory(base);
    const first = memory.allocate(4096, 'a test');
    memory.bytes.fill(255, first.address, first.address + first.bytes);
    memory.free(first);
    const second = memory.allocateZeroed(4096, 'a test');
    expect(second.address).toBe(first.address);
    expect(memory.bytes.subarray(second.address, second.address + 4096).every((b) => b === 0)).toBe(true);
  });
});

describe('growth', () => {
  it('keeps what is there and renews the views', () => {
    const memory = new LinearMemory(base);
    const first = memory.allocate(64, 'a test');
    memory.words[first.address >> 2] = 12345;
    const before = memory.totalBytes;
    const large = memory.allocate(before * 3, 'a test');
    expect(memory.totalBytes).toBeGreaterThan(before * 3);
    expect(memory.words[first.address >> 2]).toBe(12345);
    expect(memory.bytes.buffer).toBe(memory.memory.buffer);
    memory.bytes[large.address + large.bytes - 1] = 7;
    expect(memory.bytes.at(large.address + large.bytes - 1)).toBe(7);
  });

  it('ends at the bound with an error that says what was needed', () => {
    const memory = new LinearMemory(base, 16 * mebibyte);
    const first = memory.allocate(10 * mebibyte, 'a test');
    expect(() => memory.allocate(8 * mebibyte, "a program's arena")).toThrow(
      "there is not enough WebAssembly memory: a program's arena needs 8.0 MiB, 10.0 MiB of at most 16.0 MiB are in use",
    );
    memory.free(first);
    memory.allocate(14 * mebibyte, 'a test');
    expect(memory.totalBytes).toBeLessThanOrEqual(16 * mebibyte);
  });

  it('beyond what 32-bit addresses reach is refused', () => {
    const memory = new LinearMemory(base);
    expect(() => memory.allocate(2 ** 32, 'a test')).toThrow('a test needs 4096.0 MiB');
  });
});
