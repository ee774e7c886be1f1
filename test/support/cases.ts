// The cases of the conformance sweep: programs of one kernel each, made from the tables of instructions and
// micro-operations, over the sizes, layouts and values at which kernels go wrong; a family a file in cases/. Any backend
// can run them; the results are to be compared with those of the js backend, within the tolerance of each case. What a case
// covers is stated, so that a test can tell which instruction, micro-operation, reduce kind or random kind has none.

import type { TypedArray } from '../../src/contract/dtypes.js';
import { randomKinds, reduceKinds } from '../../src/contract/instructions.js';
import { microOperations, type MicroOperation } from '../../src/contract/micro-operations.js';
import { gemmCases } from './cases/gemm.js';
import { loopCases } from './cases/loop.js';
import { conversionCases, mapCases, microCases, sourceCases } from './cases/map.js';
import { copyCases, indexCases } from './cases/moving.js';
import { reduceCases } from './cases/reduce.js';
import { randomCases, rowCases } from './cases/rows.js';
import { computes, floats, type Case } from './cases/shared.js';

export type { Case } from './cases/shared.js';

/** All cases, some thousand. */
export function cases(): Case[] {
  return [
    ...microCases(),
    ...conversionCases(),
    ...mapCases(),
    ...sourceCases(),
    ...reduceCases(),
    ...gemmCases(),
    ...indexCases(),
    ...copyCases(),
    ...randomCases(),
    ...rowCases(),
    ...loopCases(),
  ];
}

/** Fresh copies of a case's arrays, to be bound to a run. */
export function copies(c: Case): TypedArray[] {
  return c.arrays.map((a) => a.array.slice());
}

/** What there must be a case for: everything that the tables list. */
export function everything(): string[] {
  const all: string[] = [];
  for (const [name, definition] of Object.entries(microOperations)) {
    const micro: MicroOperation = definition;
    for (const dtype of computes) {
      if (dtype !== 'int32' || micro.types === 'all') all.push(`map ${name} ${dtype}`);
    }
  }
  for (const dtype of computes) {
    for (const kind of Object.keys(reduceKinds)) all.push(`reduce ${kind} ${dtype}`);
    for (const kind of Object.keys(randomKinds)) {
      if (kind !== 'permutation' || dtype === 'int32') all.push(`random ${kind} ${dtype}`);
    }
  }
  for (const dtype of floats) {
    for (const kernel of ['gemm', 'softmax', 'crossEntropy', 'check']) all.push(`${kernel} ${dtype}`);
  }
  return [...all, 'gemm epilogue', 'gemm bfloat16'];
}
