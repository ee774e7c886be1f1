// Bookkeeping that tfjs users expect: memory(), tidy(), keep(). Counting costs one addition a tensor; freeing is the
// garbage collector's business.

import { dtypeBytes } from '../contract/dtypes.js';
import type { Tensor } from './tensor.js';

let tensors = 0;
let bytes = 0;
const scopes: Set<Tensor>[] = [];

/** @internal */
export function tensorCreated(t: Tensor): void {
  tensors++;
  bytes += t.size * dtypeBytes[t.dtype];
  if (scopes.length > 0) scopes[scopes.length - 1].add(t);
}

/** @internal */
export function tensorDisposed(t: Tensor): void {
  tensors--;
  bytes -= t.size * dtypeBytes[t.dtype];
}

/** What `memory` returns. */
export interface MemoryInfo {
  /** Tensors made and not yet disposed; those that the garbage collector has freed count as well. */
  readonly numTensors: number;
  /** Bytes of their elements (shared arrays count once for each tensor). */
  readonly numBytes: number;
  readonly unreliable: true;
  readonly reasons: readonly string[];
}

/** Counts tensors that were made and not disposed. */
export function memory(): MemoryInfo {
  return {
    numTensors: tensors,
    numBytes: bytes,
    unreliable: true,
    reasons: ['Tensors freed by the garbage collector without dispose() are still counted.'],
  };
}

/** @internal Opens a scope of tidy. */
export function startScope(): void {
  scopes.push(new Set());
}

/** @internal Closes it: disposes what was made in it but `survivors` and kept tensors. */
export function endScope(survivors: ReadonlySet<Tensor>): void {
  const scope = scopes.pop();
  if (!scope) return;
  const outer = scopes[scopes.length - 1];
  for (const t of scope) {
    if (survivors.has(t)) outer?.add(t);
    else if (!t.kept) t.dispose();
  }
}
