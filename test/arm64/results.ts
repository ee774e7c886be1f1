// What the native backend makes of all cases of the conformance sweep, and the weights that it trains: computed once on
// this machine with AVX2, once on arm64 with NEON, to be compared to the bit.

import type { Backend } from '../../src/backend/backend.js';
import { setBackend } from '../../src/backend/select.js';
import type { TypedArray } from '../../src/contract/dtypes.js';
import { cases, type Case } from '../support/cases.js';
import { executed } from '../support/executing.js';
import { largeCases } from '../support/large-cases.js';
import { classifier, problem, weightsOf, type ModelOptions } from '../support/training.js';

/** All cases, the large ones too. */
export const allCases = (): Case[] => [...cases(), ...largeCases()];

/** The arrays of each case after it has run. */
export const resultsOf = (backend: Backend): TypedArray[][] => allCases().map((c) => executed(backend, c));

/** Models whose training reaches every kernel. */
export const trainings: readonly ModelOptions[] = [
  { optimizer: 'adam', hidden: 200 },
  { optimizer: 'rmsprop', hidden: 33, regularized: false },
];

/** The weights after two epochs. */
export async function trainedWeights(isa: string, options: ModelOptions): Promise<number[][]> {
  setBackend('native', { isa, threads: 1 });
  const { x, y, ...shape } = problem(700, 300, 10);
  const model = classifier({ x, y, ...shape }, options);
  await model.fit(x, y, { batchSize: 128, epochs: 2 });
  return weightsOf(model);
}

/** What crosses from one process to the other. */
export interface Results {
  readonly isa: string;
  readonly cases: TypedArray[][];
  readonly weights: number[][][];
}

declare module 'vitest' {
  interface ProvidedContext {
    /** A file with the Results of this machine, serialised by V8. */
    results: string;
  }
}
