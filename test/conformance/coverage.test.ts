// That the sweep leaves nothing out: every instruction, micro-operation, reduce kind and random kind has cases, all of
// them sound programs.

import { expect, it } from 'vitest';
import { checkProgram } from '../../src/contract/checking.js';
import { instructionNames } from '../../src/contract/instructions.js';
import { everything } from '../support/cases.js';
import { surrounded } from '../support/executing.js';
import { largeCases } from '../support/large-cases.js';
import { all } from './suite.js';

it('has a case for every instruction, micro-operation, reduce kind and random kind', () => {
  const covered = new Set(all.flatMap((c) => c.covers));
  expect([...instructionNames, ...everything()].filter((name) => !covered.has(name))).toEqual([]);
  expect(new Set(all.map((c) => c.name)).size).toBe(all.length);
});

it('has a large case for every kernel that threads share', () => {
  const shared = instructionNames.filter((name) => !['loop', 'boundary', 'check'].includes(name));
  const covered = new Set(largeCases().flatMap((c) => c.covers));
  expect(shared.filter((name) => !covered.has(name))).toEqual([]);
});

it('has sound programs only, inside longer arrays too', () => {
  const unsound = [...all, ...all.map(surrounded), ...largeCases()].filter(
    (c) => checkProgram(c.words) !== null,
  );
  expect(unsound.map((c) => c.name)).toEqual([]);
});
