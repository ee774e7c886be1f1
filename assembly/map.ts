// map: an expression at every point of a grid. Its meaning stands in src/contract/instructions.ts, its definition is
// src/backend/js/map.ts.

import { mapBlocks, mapEvaluation, mapUnitBlocks } from '../src/backend/wasm/layout';
import { evaluateBlocks } from './evaluate';
import { word } from './work';

export function map<T>(plan: usize, begin: i32, end: i32): void {
  const blocks = word(plan, mapUnitBlocks);
  const last = min(end * blocks, word(plan, mapBlocks));
  evaluateBlocks<T>(load<usize>(plan + mapEvaluation), begin * blocks, last);
}
