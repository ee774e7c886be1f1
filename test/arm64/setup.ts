// Runs before the tests, on this machine and not in the emulator: the results that NEON's are compared with.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import type { TestProject } from 'vitest/node';
import { createBackend } from '../../src/backend/select.js';
import '../../src/ops/index.js';
import { resultsOf, trainedWeights, trainings, type Results } from './results.js';

export default async function setup(project: TestProject): Promise<() => void> {
  const isa = 'avx2';
  const weights: number[][][] = [];
  for (const options of trainings) weights.push(await trainedWeights(isa, options));
  const results: Results = {
    isa,
    cases: resultsOf(createBackend('native', { isa, threads: 1 })),
    weights,
  };
  const directory = mkdtempSync(join(tmpdir(), 'hebb-'));
  const file = join(directory, 'results');
  writeFileSync(file, serialize(results));
  project.provide('results', file);
  return () => rmSync(directory, { recursive: true });
}
