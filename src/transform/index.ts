// Transformations of functions: gradients, and programs.

export {
  customGrad,
  grad,
  gradientsOf,
  grads,
  valueAndGrad,
  valueAndGrads,
  variableGrads,
  type CustomGradient,
  type GradSaveFunc,
} from './grad.js';
export { jit, type Jitted, type JitOptions, type Traceable } from './jit/jit.js';
export type { ProfileEntry } from './jit/profile.js';
export type { RunOptions } from './jit/run.js';
export { boundary, checkFinite, repeat, type Count, type Slice, type Sliced, type Slices } from './repeat.js';
