// All cases of ops that are not elementwise.

import { indexCases } from './indices.js';
import type { OpCase } from './op-case.js';
import { partCases } from './parts.js';
import { productCases, softmaxCases } from './products.js';
import { allReductions } from './reductions.js';
import { shapeCases } from './shapes.js';

export const otherCases: readonly OpCase[] = [
  ...allReductions,
  ...shapeCases,
  ...partCases,
  ...productCases,
  ...softmaxCases,
  ...indexCases,
];
