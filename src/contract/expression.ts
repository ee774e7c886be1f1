// Elementwise expressions, as ops write them and passes fuse them: values in single assignment. Encoding turns them
// into the register steps of an instruction (encoding.ts).

import type { ComputeDType } from './dtypes.js';
import { limits, stepWords } from './instructions.js';
import { microCode, microOperations, type MicroName } from './micro-operations.js';

/** The operations that an expression is written in: all but the three that move data. */
export type ExpressionOperation = Exclude<MicroName, 'load' | 'store' | 'constant'>;

/** One value: a constant, or an operation on earlier values. */
export type ExpressionNode =
  | { readonly operation: 'constant'; readonly value: number }
  | { readonly operation: ExpressionOperation; readonly arguments: readonly number[] };

/**
 * A function of `inputs` scalars. Values are numbered: the inputs come first (0 .. inputs-1), then one value a node, in
 * order; a node's arguments are earlier values. `outputs` are the numbers of the results.
 */
export interface Expression {
  readonly inputs: number;
  readonly nodes: readonly ExpressionNode[];
  readonly outputs: readonly number[];
}

/** A value while an expression is written. */
export interface Scalar {
  readonly value: number;
}

type Operand = Scalar | number;

type OperationsOf<Arity extends number> = {
  [N in ExpressionOperation]: (typeof microOperations)[N]['arity'] extends Arity ? N : never;
}[ExpressionOperation];

/** The vocabulary: one method per micro-operation; plain numbers are constants. */
export type ExpressionWriter = { readonly [N in OperationsOf<1>]: (a: Operand) => Scalar } & {
  readonly [N in OperationsOf<2>]: (a: Operand, b: Operand) => Scalar;
} & { readonly [N in OperationsOf<3>]: (a: Operand, b: Operand, c: Operand) => Scalar } & {
  constant(value: number): Scalar;
};

class Builder {
  readonly nodes: ExpressionNode[] = [];
  readonly constants = new Map<number | string, Scalar>();
  constructor(readonly inputs: number) {}

  push(node: ExpressionNode): Scalar {
    this.nodes.push(node);
    return { value: this.inputs + this.nodes.length - 1 };
  }

  constant(value: number): Scalar {
    const key = Object.is(value, -0) ? '-0' : value;
    let scalar = this.constants.get(key);
    if (!scalar) this.constants.set(key, (scalar = this.push({ operation: 'constant', value })));
    return scalar;
  }

  operand(a: Operand): number {
    return typeof a === 'number' ? this.constant(a).value : a.value;
  }
}

const operations = Object.entries(microOperations).filter(([, o]) => o.arity > 0) as [
  ExpressionOperation,
  { arity: number },
][];

for (const [name] of operations) {
  Object.defineProperty(Builder.prototype, name, {
    value(this: Builder, ...operands: Operand[]) {
      return this.push({ operation: name, arguments: operands.map((a) => this.operand(a)) });
    },
  });
}

/**
 * Writes an expression: `expression(2, (e, x, y) => e.mul(x, e.sigmoid(y)))`.
 * @param inputs number of inputs
 * @param write gets the vocabulary and the inputs, returns the result or results
 */
export function expression(
  inputs: number,
  write: (e: ExpressionWriter, ...inputs: Scalar[]) => Scalar | readonly Scalar[],
): Expression {
  const builder = new Builder(inputs);
  const scalars = Array.from({ length: inputs }, (_, value): Scalar => ({ value }));
  const result = write(builder as unknown as ExpressionWriter, ...scalars);
  const outputs = Array.isArray(result) ? (result as readonly Scalar[]) : [result as Scalar];
  return { inputs, nodes: builder.nodes, outputs: outputs.map((s) => s.value) };
}

/** The identity on one input: what a cast or a broadcast copy evaluates. */
export const identity: Expression = { inputs: 1, nodes: [], outputs: [0] };

/** Register steps of an expression, and what they need. */
export interface RegisterCode {
  /** stepWords words a step; the operand of a `constant` step is a place in `constants`. */
  readonly steps: Int32Array;
  readonly stepCount: number;
  readonly registers: number;
  readonly constants: readonly number[];
}

const cache = new WeakMap<Expression, RegisterCode | null>();

/**
 * Assigns registers by one linear scan: constants first, in registers of their own; each input is loaded just before
 * its first use; all stores come last, so that an output may take the place of any input.
 * @returns null if the expression needs more registers or steps than an instruction has
 */
export function registerCode(e: Expression): RegisterCode | null {
  let code = cache.get(e);
  if (code === undefined)
    cache.set(e, (code = allocate(e, nodesByNeed(e)) ?? allocate(e, [...e.nodes.keys()])));
  return code;
}

/**
 * The places of the nodes in an order in which values are made shortly before they are used, so that few have to wait
 * in memory: depth first, of several arguments that first which needs more values at a time, or more steps one after
 * the other (Sethi and Ullman 1970, for trees; here values may be shared).
 */
function nodesByNeed(e: Expression): number[] {
  const need = new Int32Array(e.inputs + e.nodes.length);
  const height = new Int32Array(need.length);
  const argumentsOf = e.nodes.map((node) => (node.operation === 'constant' ? [] : [...node.arguments]));
  argumentsOf.forEach((list, index) => {
    list.sort((a, b) => need[b] - need[a] || height[b] - height[a]);
    const value = e.inputs + index;
    need[value] = list.reduce((most, a, waiting) => Math.max(most, need[a] + waiting), list.length && 1);
    height[value] = list.reduce((most, a) => Math.max(most, height[a] + 1), 0);
  });
  const order: number[] = [];
  const seen = new Set<number>();
  const visit = (value: number): void => {
    if (value < e.inputs || seen.has(value)) return;
    seen.add(value);
    argumentsOf[value - e.inputs].forEach(visit);
    order.push(value - e.inputs);
  };
  e.outputs.forEach(visit);
  return order;
}

function allocate(e: Expression, order: readonly number[]): RegisterCode | null {
  // By the place in the order.
  const lastUse = new Int32Array(e.inputs + e.nodes.length).fill(-1);
  order.forEach((index, place) => {
    const node = e.nodes[index];
    if (node.operation !== 'constant') for (const a of node.arguments) lastUse[a] = place;
  });
  for (const o of e.outputs) lastUse[o] = order.length;

  const register = new Int32Array(lastUse.length).fill(-1);
  const free: number[] = [];
  let registers = 0;
  const steps: number[] = [];
  const constants: number[] = [];
  const take = (): number => free.pop() ?? registers++;
  const load = (value: number): void => {
    if (value >= e.inputs || register[value] >= 0) return;
    register[value] = take();
    steps.push(microCode.load, register[value], value, 0, 0);
  };

  e.nodes.forEach((node, index) => {
    const value = e.inputs + index;
    if (node.operation !== 'constant' || lastUse[value] < 0) return;
    register[value] = registers++;
    steps.push(microCode.constant, register[value], constants.length, 0, 0);
    constants.push(node.value);
  });
  order.forEach((index, place) => {
    const node = e.nodes[index];
    const value = e.inputs + index;
    if (node.operation === 'constant' || lastUse[value] < 0) return;
    node.arguments.forEach(load);
    const [a, b = 0, c = 0] = node.arguments.map((v) => register[v]);
    for (const v of new Set(node.arguments)) {
      const isConstant = v >= e.inputs && e.nodes[v - e.inputs].operation === 'constant';
      if (lastUse[v] === place && !isConstant) free.push(register[v]);
    }
    register[value] = take();
    steps.push(microCode[node.operation], register[value], a, b, c);
  });
  e.outputs.forEach(load);
  e.outputs.forEach((v, index) => steps.push(microCode.store, 0, register[v], e.inputs + index, 0));

  const stepCount = steps.length / stepWords;
  if (registers > limits.registers || stepCount > limits.steps) return null;
  if (e.inputs + e.outputs.length > limits.operands) return null;
  return { steps: Int32Array.from(steps), stepCount, registers: Math.max(registers, 1), constants };
}

/** Whether every operation of `e` exists in `dtype`. */
export function expressionHas(e: Expression, dtype: ComputeDType): boolean {
  if (dtype !== 'int32') return true;
  return e.nodes.every((n) => n.operation === 'constant' || microOperations[n.operation].types === 'all');
}
