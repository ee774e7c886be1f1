// `hebb bench`: what it knows and refuses; what it measures is bench/'s own.

import { describe, expect, it } from 'vitest';
import { parts } from '../../bench/run.mjs';
import { hebb } from './surroundings.js';

describe('hebb bench', () => {
  it('names every part in its help', async () => {
    const { out } = await hebb('bench', '--help');
    const lines = out.slice(out.indexOf('PART  '), out.indexOf('Options:'));
    const named = [...lines.matchAll(/([a-z-]+)(?=[,:] | \(default)/g)].map(([name]) => name);
    for (const part of Object.keys(parts)) expect(named).toContain(part);
  });

  it.each([
    [['mnits'], "hebb: unknown benchmark 'mnits': did you mean 'mnist'?"],
    [['mnist', '--backend', 'nativ'], "hebb: --backend: unknown backend 'nativ': did you mean 'native'?"],
    [['--threads', '0'], "hebb: --threads: expected a whole number of at least 1, got '0'"],
  ])('%j is refused', async (args, message) => {
    const { code, out, err } = await hebb('bench', ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err.startsWith(message)).toBe(true);
    expect(err.match(/\n/g)).toHaveLength(1);
  });
});
