// `hebb example`: lists, explains, computes, refuses.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examples } from '../../examples/index.mjs';
import { setDefaultDtype } from '../../src/index.js';
import { hebb } from './surroundings.js';

describe('hebb example', () => {
  it('lists the examples', async () => {
    const { code, out } = await hebb('example');
    expect(code).toBe(0);
    for (const { name, title } of examples) expect(out).toMatch(new RegExp(`^ {2}${name} +${title}$`, 'm'));
    expect(examples).toHaveLength(10);
  });

  it('names every example in its help', async () => {
    const { out } = await hebb('example', '--help');
    for (const { name } of examples) expect(out).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it('runs one, in the dtype of its text and within the columns', async () => {
    const { code, out, err } = await hebb('example', 'neuron', '--backend', 'js', '--no-pictures');
    setDefaultDtype('float32');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('What a neuron computes\n----------------------\nA neuron multiplies');
    expect(out).toContain('\n    output       0.9990889488055994\n');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('runs it in float32', async () => {
    const { out } = await hebb('example', 'neuron', '--backend', 'js', '--dtype', 'float32', '--no-pictures');
    setDefaultDtype('float32');
    expect(out).toMatch(/output {7}0\.9990889\d*\n/);
    expect(out).not.toContain('0.9990889488055994');
  });

  it('draws into a directory', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'hebb-pictures-'));
    const { code, out } = await hebb('example', 'two-layer', '--backend', 'js', '--out', directory);
    setDefaultDtype('float32');
    expect(code).toBe(0);
    expect(readdirSync(directory).sort()).toEqual(['two-layer-loss.svg', 'two-layer-network.svg']);
    expect(readFileSync(join(directory, 'two-layer-loss.svg'), 'utf8')).toContain('Fifteen hundred steps');
    expect(out).toContain('picture: ');
    rmSync(directory, { recursive: true });
  });

  it.each([
    [['neurn'], "hebb: unknown example 'neurn': did you mean 'neuron'?"],
    [['neuron', 'mnist'], "hebb: example has no use for 'mnist'"],
    [['neuron', '--dtype', 'int32'], "hebb: --dtype: expected float32 or float64, got 'int32'"],
  ])('%j is refused', async (args, message) => {
    const { code, out, err } = await hebb('example', ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err.startsWith(message)).toBe(true);
  });
});
