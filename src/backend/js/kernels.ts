// From an instruction to the kernel that carries it out.

import type { DecodedInstruction } from '../../contract/decoding.js';
import type { InstructionName } from '../../contract/instructions.js';
import { CheckKernel } from './check.js';
import { CopyKernel } from './copy.js';
import { CrossEntropyKernel } from './cross-entropy.js';
import { GatherKernel } from './gather.js';
import { GemmKernel } from './gemm.js';
import type { Kernel, Views } from './kernel.js';
import { MapKernel } from './map.js';
import { RandomKernel } from './random.js';
import { ReduceKernel } from './reduce.js';
import { ScatterAddKernel } from './scatter-add.js';
import { SoftmaxKernel } from './softmax.js';

/** Instructions that move the executor rather than data. */
export type ControlName = 'loop' | 'boundary';

type KernelConstructor = new (
  instruction: DecodedInstruction,
  views: Views,
  constants: Float64Array,
) => Kernel;

const kernels: Readonly<Record<Exclude<InstructionName, ControlName>, KernelConstructor>> = {
  map: MapKernel,
  reduce: ReduceKernel,
  gemm: GemmKernel,
  gather: GatherKernel,
  scatterAdd: ScatterAddKernel,
  copy: CopyKernel,
  random: RandomKernel,
  softmax: SoftmaxKernel,
  crossEntropy: CrossEntropyKernel,
  check: CheckKernel,
};

/** The kernel of an instruction; null for loop and boundary. */
export function createKernel(
  instruction: DecodedInstruction,
  views: Views,
  constants: Float64Array,
): Kernel | null {
  const { name } = instruction;
  return name === 'loop' || name === 'boundary' ? null : new kernels[name](instruction, views, constants);
}
