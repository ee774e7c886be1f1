// A program as it is handed to a backend: its words, and what its numbers stand for.

import type { DType } from './dtypes.js';
import type { Source } from './errors.js';

/** What an array bound to a program must be. */
export interface BoundBuffer {
  readonly dtype: DType;
  /** In elements. */
  readonly length: number;
  readonly access: 'read' | 'write' | 'both';
}

export interface Program {
  readonly words: Int32Array;
  /** In the order of the arrays given to a run. */
  readonly bound: readonly BoundBuffer[];
  /** What the source numbers of instructions stand for. */
  readonly sources: readonly Source[];
}
