// A traced function made ready for one backend: its program loaded, and how a run's bindings and results are made.

import type { Backend, Binding, Executable, Home } from '../../backend/backend.js';
import { runError } from '../../backend/failure.js';
import { sizeOf } from '../../contract/calls.js';
import type { TypedArray } from '../../contract/dtypes.js';
import type { RunError } from '../../contract/errors.js';
import { headerFields, stateAt } from '../../contract/instructions.js';
import { Tensor, type TensorSpec } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import type { Leaf } from './arguments.js';
import type { CompiledGraph } from './compile.js';

/** Captured arrays in memory of a backend's own, copied there once. */
const homes = new WeakMap<Backend, WeakMap<TypedArray, Home>>();

function constantBinding(backend: Backend, tensor: Tensor): Binding {
  const array = tensor.array_('jit');
  if (!backend.ownMemory) return array;
  let known = homes.get(backend);
  if (!known) homes.set(backend, (known = new WeakMap()));
  let home = known.get(array);
  if (!home) {
    home = backend.createHome(tensor.dtype, tensor.size);
    home.write(array);
    known.set(array, home);
  }
  return home;
}

/** Arguments of at least this many elements are kept in the backend's memory once they come again. */
const keptElements = 1 << 16;

/** Arrays of such arguments that a program has seen. */
const seen = new WeakSet<TypedArray>();

/**
 * What an argument binds. A large tensor that is passed again and again, as `fit` passes the examples, is copied into
 * memory of the backend's own only twice: tensors never change, so the home of the second time stays right.
 */
function argumentBinding(backend: Backend, tensor: Tensor): Binding {
  const array = tensor.array_('jit');
  if (!backend.ownMemory || tensor.size < keptElements || tensor instanceof Variable) return array;
  if (seen.has(array)) return constantBinding(backend, tensor);
  seen.add(array);
  return array;
}

/** What one run binds, and the results that it will fill. */
export interface Bound {
  readonly bindings: readonly Binding[];
  readonly results: readonly Tensor[];
}

export class Loaded {
  readonly executable: Executable;
  /** Variables that the program uses, and those of them that it writes. */
  readonly variables: readonly Variable[];
  readonly written: readonly Variable[];
  private readonly constants = new Map<number, Binding>();

  /** @param results shapes and dtypes of the results */
  constructor(
    readonly backend: Backend,
    readonly compiled: CompiledGraph,
    readonly results: readonly TensorSpec[],
  ) {
    this.executable = backend.load(compiled.program);
    const variables: Variable[] = [];
    const written: Variable[] = [];
    for (const [number, { origin, written: isWritten }] of compiled.bound.entries()) {
      if (origin.kind === 'constant') this.constants.set(number, constantBinding(backend, origin.tensor));
      if (origin.kind !== 'variable') continue;
      variables.push(origin.variable);
      if (isWritten) written.push(origin.variable);
    }
    this.variables = variables;
    this.written = written;
  }

  bind(leaves: readonly Leaf[]): Bound {
    const { backend } = this;
    const arrays = this.results.map((spec) => backend.allocate(spec.dtype, sizeOf(spec.shape)));
    const bindings = this.compiled.bound.map(({ origin, written }, number): Binding => {
      if (origin.kind === 'variable') return origin.variable.binding_(backend, written);
      if (origin.kind === 'constant') return this.constants.get(number)!;
      if (origin.kind === 'result') return arrays[origin.index];
      const leaf = leaves[origin.index];
      return typeof leaf === 'number' ? Float64Array.of(leaf) : argumentBinding(backend, leaf);
    });
    const results = this.results.map(({ shape, dtype }, i) => new Tensor(arrays[i], shape, dtype));
    return { bindings, results };
  }

  /** Brings what was assigned to Variables between two slices of a run into the backend's memory. */
  refresh(): void {
    if (!this.backend.ownMemory) return;
    for (const variable of this.variables) variable.binding_(this.backend, this.written.includes(variable));
  }

  /** The run has written its Variables. */
  markWritten(): void {
    for (const variable of this.written) variable.written_(this.backend);
  }

  /** Number of the source of the instruction at `pc`. */
  sourceAt(pc: number): number {
    const words = this.executable.program.words;
    const code = words[headerFields.indexOf('codeAt')];
    return words[code + pc + 2];
  }

  /** The error of a run that failed. */
  errorOf(state: Int32Array): RunError {
    return runError(state, this.executable.program.sources[this.sourceAt(state[stateAt.pc])]);
  }
}
