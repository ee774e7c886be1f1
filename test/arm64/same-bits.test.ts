// NEON against AVX2, to the bit: all cases of the conformance sweep, and trained weights. Only what the C library
// computes in float64 may differ, as arm64 has another one.

import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { expect, inject, it } from 'vitest';
import { createBackend } from '../../src/backend/select.js';
import { faults } from '../support/executing.js';
import { allCases, resultsOf, trainedWeights, trainings, type Results } from './results.js';

const wanted = deserialize(readFileSync(inject('results'))) as Results;
const neon = createBackend('native', { isa: 'neon', threads: 1 });

it('is NEON that runs, on arm64', () => {
  expect([process.arch, neon.isa]).toEqual(['arm64', 'neon']);
});

/** What native/kernels/scalar.inl asks the C library for, at least for some numbers. */
const fromLibrary = /^map (sin|cos|tan|pow) float64$/;

it('all cases', () => {
  const list = allCases();
  const results = resultsOf(neon);
  expect(results.length).toBe(wanted.cases.length);
  const differing = list.flatMap((c, i) => {
    const exact = c.covers.some((name) => fromLibrary.test(name)) ? 'within the tolerance' : 'to the bit';
    return faults(c, results[i], wanted.cases[i], exact);
  });
  expect(differing).toEqual([]);
});

it.each(trainings)('weights trained with $optimizer', async (options) => {
  expect(await trainedWeights('neon', options)).toEqual(wanted.weights[trainings.indexOf(options)]);
});
