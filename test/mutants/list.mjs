// One-line faults of the kinds that are made, in TypeScript, AssemblyScript and C++, each with the tests that must notice
// it (`npm run test:mutants`, scripts/mutants.mjs). `find` stands exactly once in the file. A fault in a kernel of one
// backend is found by the conformance suite; one in the js backend, the definition, by its own tests.

/** Vitest's arguments: files, then `-t` and part of a test's name where a file is long. */
export const mutants = [
  // --- the definition -------------------------------------------------------------------------------------------
  {
    name: 'reduction order: lanes added to their neighbours first',
    file: 'src/backend/js/lanes.ts',
    find: 'for (let half = reduceLanes / 2; half >= 1; half /= 2) {',
    replace: 'for (let half = 1; half < reduceLanes; half *= 2) {',
    tests: ['test/backend/js'],
  },
  {
    name: 'NaN swallowed by max',
    file: 'src/backend/js/scalar.ts',
    find: 'export const max = (a: number, b: number): number => Math.max(a, b);',
    replace: 'export const max = (a: number, b: number): number => (a > b ? a : b);',
    tests: ['test/backend/js/scalar.test.ts'],
  },
  {
    name: 'off by one in the permutation',
    file: 'src/backend/js/random.ts',
    find: 'const j = scaleWord(block[step & 3], i + 1);',
    replace: 'const j = scaleWord(block[step & 3], i);',
    tests: ['test/backend/js/kernels.test.ts'],
  },
  {
    name: 'a draw that does not carry into the upper word',
    file: 'src/backend/js/random.ts',
    find: 'if (state[s + 2] === 0) state[s + 3]',
    replace: 'if (state[s + 2] === 1) state[s + 3]',
    tests: ['test/backend/js/kernels.test.ts'],
  },
  {
    name: 'the stride of a copy ignored',
    file: 'src/backend/js/copy.ts',
    find: 'out[to + i * outStride] = input[from + i * inputStride];',
    replace: 'out[to + i * outStride] = input[from + i];',
    tests: ['test/backend/js'],
  },
  {
    name: 'a loop that does not move its views back',
    file: 'src/backend/js/executor.ts',
    find: 'const turnsMoved = this.counts[depth] - 1;',
    replace: 'const turnsMoved = this.counts[depth];',
    tests: ['test/backend/js/executor.test.ts'],
  },
  {
    name: 'loops not reopened when a run is resumed',
    file: 'src/backend/js/executor.ts',
    find: 'for (const { view, stride } of loop.moves) view.offset += this.turns[d] * stride;',
    replace: 'for (const { view, stride } of loop.moves) view.offset += 0 * this.turns[d] * stride;',
    tests: ['test/conformance/runs.test.ts'],
  },
  // --- the contract ---------------------------------------------------------------------------------------------
  {
    name: 'a bound that is one too wide in the checker',
    file: 'src/contract/checking.ts',
    find: 'if (first < 0 || last >= this.words[',
    replace: 'if (first < 0 || last > this.words[',
    tests: ['test/contract/checking.test.ts'],
  },
  {
    name: 'views that loops move backwards not checked',
    file: 'src/contract/checking.ts',
    find: 'const range = reach < 0 ? this.lowestMove : this.highestMove;',
    replace: 'const range = this.highestMove;',
    tests: ['test/contract/checking.test.ts'],
  },
  // --- ops and gradients ----------------------------------------------------------------------------------------
  {
    name: 'an unhandled broadcast',
    file: 'src/tensor/shapes.ts',
    find: 'if (size !== 1) strides[target.length - i] = step;',
    replace: 'strides[target.length - i] = step;',
    tests: ['test/ops/elementwise.test.ts'],
  },
  {
    name: 'a broadcast not undone in a gradient',
    file: 'src/ops/elementwise.ts',
    find: 'if (d < added || target.shape[d - added] !== g.shape[d]) axes.push(d);',
    replace: 'if (d < added) axes.push(d);',
    tests: ['test/ops/elementwise.test.ts'],
  },
  {
    name: 'a swapped transpose in the gradient of matMul',
    file: 'src/ops/matmul.ts',
    find: 'transposeB ? product(dy, a, true, transposeA) : product(a, dy, !transposeA, false);',
    replace: 'transposeB ? product(dy, a, true, !transposeA) : product(a, dy, !transposeA, false);',
    tests: ['test/ops/others.test.ts'],
  },
  {
    name: 'a wrong factor in the gradient of erf',
    file: 'src/ops/functions.ts',
    find: '2 / Math.sqrt(Math.PI)',
    replace: '1 / Math.sqrt(Math.PI)',
    tests: ['test/ops/elementwise.test.ts', '-t', 'erf'],
  },
  {
    name: 'a wrong sign in the second derivative of cross-entropy',
    file: 'src/ops/softmax.ts',
    find: 'let fromDelta = p && pv && mul(p, sub(v, pv));',
    replace: 'let fromDelta = p && pv && mul(p, sub(pv, v));',
    tests: ['test/ops/others.test.ts'],
  },
  // --- Variables ------------------------------------------------------------------------------------------------
  {
    name: 'a stale Variable: the new value not given to the home',
    file: 'src/tensor/variable.ts',
    find: 'if (place.version !== this.version) {',
    replace: 'if (place.version === 0) {',
    tests: ['test/training/models.test.ts'],
  },
  {
    name: "a home's version not updated after a run",
    file: 'src/tensor/variable.ts',
    find: 'if (place) place.version = this.version;',
    replace: 'if (place) place.version = this.version - 1;',
    tests: ['test/training/models.test.ts'],
  },
  {
    name: 'copy-on-write forgotten',
    file: 'src/tensor/variable.ts',
    find: 'if (!this.shared) return;',
    replace: 'if (this.shared) return;',
    tests: ['test/transform/jit.test.ts', 'test/training/models.test.ts'],
  },
  // --- jit ------------------------------------------------------------------------------------------------------
  {
    name: 'an arena overlap: a value not kept alive through a loop',
    file: 'src/transform/jit/liveness.ts',
    find: 'this.extend(value, end);',
    replace: 'this.extend(value, begin);',
    tests: ['test/transform'],
  },
  {
    name: 'an arena overlap: blocks that end where others begin',
    file: 'src/transform/jit/plan.ts',
    find: 'b.first <= piece.last && piece.first <= b.last',
    replace: 'b.first < piece.last && piece.first < b.last',
    tests: ['test/transform'],
  },
  {
    name: 'lost effect order: an update in place reads what is assigned later',
    file: 'src/transform/jit/trace.ts',
    find: 'if (this.assigned.has(variable)) this.flush();',
    replace: 'if (!this.assigned.has(variable)) this.flush();',
    tests: ['test/transform/jit.test.ts'],
  },
  {
    name: 'lost effect: assignments not written at a boundary',
    file: 'src/transform/jit/trace.ts',
    find: '  boundary(): void {\n    this.flush();',
    replace: '  boundary(): void {',
    tests: ['test/transform', 'test/training/fit.test.ts'],
  },
  {
    name: 'a check taken for dead code',
    file: 'src/transform/jit/operands.ts',
    find: "return kernel === 'random' || kernel === 'check' || kernel === 'boundary';",
    replace: "return kernel === 'random' || kernel === 'boundary';",
    tests: ['test/transform/jit.test.ts'],
  },
  // --- training -------------------------------------------------------------------------------------------------
  {
    name: 'a wrong bias correction in Adam',
    file: 'src/nn/optimizers/adam.ts',
    find: 'e.reciprocal(e.sub(1, power)),\n      e.mul(power, beta),',
    replace: 'e.reciprocal(e.sub(1, e.mul(power, beta))),\n      e.mul(power, beta),',
    tests: ['test/nn/optimizers.test.ts'],
  },
  {
    name: 'the last smaller batch dropped',
    file: 'src/nn/models/steps.ts',
    find: 'if (rest > 0) body(',
    replace: 'if (rest > 1) body(',
    tests: ['test/training/models.test.ts', 'test/training/fit.test.ts'],
  },
  {
    name: 'the loss checked after the update only',
    file: 'src/nn/models/steps.ts',
    find: "if (checked) checkFinite(value, 'loss');",
    replace: "if (!checked) checkFinite(value, 'loss');",
    tests: ['test/training/not-finite.test.ts'],
  },
  {
    name: 'validation on the first examples',
    file: 'src/nn/models/examples.ts',
    find: 'return { training: part(set, 0, at), validation: part(set, at, set.count) };',
    replace:
      'return { training: part(set, set.count - at, set.count), validation: part(set, 0, set.count - at) };',
    tests: ['test/training/fit.test.ts', '-t', 'validation'],
  },
  // --- WebAssembly ----------------------------------------------------------------------------------------------
  {
    name: 'wasm: a dropped tail of 16 lanes',
    file: 'assembly/lanes.ts',
    find: 'if (rest == 0) return;',
    replace: 'if (rest <= 1) return;',
    tests: ['test/conformance/wasm.test.ts', '-t', 'reduce'],
  },
  {
    name: 'wasm: a run in the background that nobody asks to pause',
    file: 'src/backend/wasm/executable.ts',
    find: 'Atomics.compareExchange(this.state, stateAt.request, requests.none, requests.pause);',
    replace: '',
    tests: ['test/backend/wasm/threads.test.ts', '-t', 'stops at the next boundary'],
  },
  {
    name: 'wasm: a dropped tail of a transpose',
    file: 'assembly/copy.ts',
    find: 'for (let r = 0; r < 4; r++) store<i32>(to + r * outRow',
    replace: 'for (let r = 0; r < 3; r++) store<i32>(to + r * outRow',
    tests: ['test/conformance/wasm.test.ts', '-t', 'copy'],
  },
  {
    name: 'wasm: a label that is one too large accepted',
    file: 'assembly/cross-entropy.ts',
    find: 'if (<u32>label >= <u32>columns) return fail(',
    replace: 'if (<u32>label > <u32>columns) return fail(',
    tests: ['test/errors.test.ts'],
  },
  // --- C++ ------------------------------------------------------------------------------------------------------
  {
    name: 'native: a skipped unit',
    file: 'native/threads.cc',
    find: 'if (unit >= job.end) break;\n    job.kernel(*job.task, *job.split, job.phase, unit, unit + 1, scratch);',
    replace:
      'if (unit + 1 >= job.end) break;\n    job.kernel(*job.task, *job.split, job.phase, unit, unit + 1, scratch);',
    tests: ['test/conformance/large.test.ts'],
  },
  {
    name: 'native: a skipped barrier',
    file: 'native/threads.cc',
    find: 'slot->users.load(std::memory_order_seq_cst) > 0; spins++',
    replace: 'slot->users.load(std::memory_order_seq_cst) > 1000; spins++',
    tests: ['test/conformance/large.test.ts', 'test/training/same-weights.test.ts'],
    // Leaders and helpers that run apart may also hang.
    timeout: 45_000,
  },
  {
    name: 'native: a bound check missing',
    file: 'native/operands.cc',
    find: 'case kOpCheck: return HasRows(i, 0, at, field(kCheckCount));',
    replace: 'case kOpCheck: return true;',
    tests: ['test/backend/native/damage.test.ts'],
  },
  {
    name: 'native: a stride ignored between the rows of a map',
    file: 'native/kernels/map.inl',
    find: 'const int64_t steps = carry ? 1 - e.dims[d] : 1;',
    replace: 'const int64_t steps = carry ? 0 : 1;',
    tests: ['test/conformance/native.test.ts', '-t', 'map'],
  },
  {
    name: 'native: the runs of a spread input all read from its beginning',
    file: 'native/flatten.cc',
    find: 'offset += rest % dims_[d] * original.strides[d];',
    replace: 'offset += rest % dims_[d] * 0;',
    tests: ['test/conformance/native.test.ts', '-t', 'loaded'],
  },
  {
    name: 'native: a small product that packs B without its stride',
    file: 'native/kernels/small.inl',
    find: 'packed[k * p.n + j] = b[k * p.bRow + j * p.bColumn];',
    replace: 'packed[k * p.n + j] = b[k * p.bRow + j];',
    tests: ['test/conformance/native.test.ts', '-t', 'loaded'],
  },
  {
    name: 'a writer that waits for one of the readers only',
    file: 'src/transform/jit/run.ts',
    find: 'return this.hosts().find((host) => !this.heldHosts.has(host));',
    replace: 'return this.heldHosts.size > 0 ? undefined : this.hosts()[0];',
    tests: ['test/transform/background.test.ts', '-t', 'several runs'],
  },

  // --- classic models -------------------------------------------------------------------------------------------
  {
    name: 'the chain rule by hand without the slope of the output',
    file: 'src/classic/network-221.ts',
    find: 'const dz = mul(mul(-2, sub(target, output)), slope(output));',
    replace: 'const dz = mul(-2, sub(target, output));',
    tests: ['test/classic/neurons.test.ts'],
  },
  {
    name: 'a Hopfield network whose neurons are connected with themselves',
    file: 'src/classic/hopfield-memory.ts',
    find: 'mul(this.diagonal, states)',
    replace: 'mul(this.diagonal, 0)',
    tests: ['test/classic/hopfield.test.ts'],
  },
  {
    name: 'deleted neurons that do not come back',
    file: 'src/classic/ablation.ts',
    find: 'kernel.assign(before);',
    replace: 'kernel.assign(kernel.clone());',
    tests: ['test/classic/ablation.test.ts'],
  },
];
