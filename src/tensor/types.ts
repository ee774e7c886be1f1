// tfjs' names of types, for programs that come from there. A tensor's rank is not part of its type here, so that all of
// them stand for Tensor.

import type { TensorLike } from './convert.js';
import type { Tensor } from './tensor.js';

export type Scalar = Tensor;
export type Tensor1D = Tensor;
export type Tensor2D = Tensor;
export type Tensor3D = Tensor;
export type Tensor4D = Tensor;
export type Tensor5D = Tensor;
export type Tensor6D = Tensor;
/** Values for `scalar`, and for tensors of a rank. */
export type ScalarLike = TensorLike;
export type TensorLike1D = TensorLike;
export type TensorLike2D = TensorLike;
export type TensorLike3D = TensorLike;
export type TensorLike4D = TensorLike;
/** Names of ranks, as in tfjs. */
export type Rank = 'R0' | 'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6';
