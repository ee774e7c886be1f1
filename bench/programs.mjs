// Programs of one kernel, repeated by a loop, so that a run measures the kernel and not what starts it.

import { ProgramWriter } from '#encoding';

/** Shape of a product with its operands as they lie in memory. */
export function gemmCall({
  m,
  n,
  k,
  transposeA = false,
  transposeB = false,
  dtype = 'float32',
  precision = 'full',
  batch = 1,
}) {
  return {
    kernel: 'gemm',
    dtype,
    precision,
    batch,
    m,
    n,
    k,
    a: 0,
    lda: transposeA ? m : k,
    strideA: batch > 1 ? m * k : 0,
    transposeA,
    b: 1,
    ldb: transposeB ? k : n,
    strideB: batch > 1 ? k * n : 0,
    transposeB,
    out: 2,
    ldc: n,
    strideC: batch > 1 ? m * n : 0,
  };
}

/**
 * A map over `count` elements in float32.
 * @param scalars which of the expression's inputs are single numbers
 * @param places operand (a place in the list of buffers) of each input, then of each output
 */
export function mapCall(expression, count, places, scalars = []) {
  const operand = (place, index) => ({
    operand: place,
    offset: 0,
    strides: [scalars.includes(index) ? 0 : 1],
  });
  return {
    kernel: 'map',
    dtype: 'float32',
    dims: [count],
    expression,
    inputs: places.slice(0, expression.inputs).map(operand),
    outputs: places.slice(expression.inputs).map((place) => operand(place, -1)),
  };
}

/**
 * Makes a function that runs the call `turns` times on the backend.
 * @param buffers dtype, length, access ('read', 'write' or 'both'), and optionally data, of each operand
 * @returns run(), and the typed arrays of the operands where the backend computes in JavaScript memory
 */
export function kernelRunner(backend, call, buffers, turns = 1) {
  const writer = new ProgramWriter();
  const numbers = buffers.map(({ dtype, length, access }) => writer.boundBuffer(dtype, length, access));
  const loop = writer.beginLoop(turns, -1, []);
  writer.call(call, (operand, offset) => writer.view(numbers[operand], offset));
  writer.endLoop(loop);
  const executable = backend.load({
    words: writer.finish(),
    bound: buffers.map(({ dtype, length, access }) => ({ dtype, length, access })),
    sources: [{ op: call.kernel, scope: '' }],
  });
  const homes = buffers.map(({ dtype, length, data }) => {
    const home = backend.createHome(dtype, length);
    if (data) home.write(data);
    return home;
  });
  const run = () => {
    const open = executable.start(homes);
    const status = open.advance();
    open.close();
    if (status !== 'done') throw new Error(`${call.kernel}: the run ended with '${status}'`);
  };
  const release = () => {
    executable.dispose();
    for (const home of homes) home.release();
  };
  return { run, release, arrays: homes.map((home) => home.array) };
}

/** `length` numbers between -1 and 1, the same every time. */
export function noise(length, dtype = 'float32', scale = 1) {
  const array = dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    array[i] = (state / 2 ** 31) * scale;
  }
  return array;
}
