// Which executors agree to the bit, on all cases of the sweep: AVX2 with AVX-512 (float64 as well as float32), one thread
// with two, and all of them wherever arithmetic is exact: copies, gathers, random numbers, integers, float sums.

import { expect, it } from 'vitest';
import type { Case } from '../support/cases.js';
import { configurationsHere, type Configuration } from '../support/backends.js';
import { executed, faults } from '../support/executing.js';
import { all, expectNone } from './suite.js';

function compare(one: Configuration, other: Configuration, list: readonly Case[]): void {
  const [a, b] = [one.create(), other.create()];
  expectNone(list.flatMap((c) => faults(c, executed(a, c), executed(b, c), 'to the bit')));
}

const natives = configurationsHere.filter((c) => c.backend === 'native');

it('AVX2 and AVX-512, all cases', ({ skip }) => {
  const fused = natives.filter((c) => ['avx2', 'avx512'].includes(c.isa) && c.threads === 1);
  if (fused.length < 2) skip('they are not both there');
  // Products of bfloat16 have an instruction of their own, which adds in pairs, where the CPU has it.
  compare(
    fused[0],
    fused[1],
    all.filter((c) => !c.covers.includes('gemm bfloat16')),
  );
});

it('one thread and two, all cases', ({ skip }) => {
  if (natives.length === 0) skip('there is no native backend');
  for (const one of natives.filter((c) => c.threads === 1)) {
    compare(
      one,
      natives.find((c) => c.isa === one.isa && c.threads === 2)!,
      all,
    );
  }
});

it('everything that promises the same bits everywhere is held to it', () => {
  const exact = all.filter((c) => c.tolerance.ulp === 0 && !c.tolerance.absolute);
  // No tolerance may creep into these.
  const promised =
    /^(gather|scatterAdd|copy|random|reduce|loop)\b|^map (add|sub|mul|div|sqrt|min|max|select) | to .* in |int32/;
  expect(
    all
      .filter((c) => promised.test(c.name) && !c.name.startsWith('crossEntropy') && !exact.includes(c))
      .map((c) => c.name),
  ).toEqual(['map pow int32']);
});
