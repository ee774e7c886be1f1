// Writes the evaluation of fused maps: merges expressions over one grid into one, with every input loaded once, every
// value computed once, constants folded where that is exact, and what is not stored left out. Nothing is reassociated,
// so the result has the same bits as the maps one after the other.

import type { Evaluation, GridOperand } from '../../contract/calls.js';
import type { ComputeDType, DType } from '../../contract/dtypes.js';
import type { Expression, ExpressionNode, ExpressionOperation } from '../../contract/expression.js';
import type { ValueId } from './graph.js';

/** A value of the evaluation: node number `ref`, or input number -1 - ref. */
type Ref = number;

/** Operations whose result is 0 or 1. */
const booleanOperations: ReadonlySet<string> = new Set<ExpressionOperation>([
  'not',
  'isNaN',
  'isInf',
  'isFinite',
  'equal',
  'notEqual',
  'less',
  'lessEqual',
  'greater',
  'greaterEqual',
  'and',
  'or',
]);

/** The value of a constant as it is loaded. */
function rounded(value: number, dtype: ComputeDType): number {
  if (dtype === 'float32') return Math.fround(value);
  return dtype === 'int32' ? value | 0 : value;
}

/**
 * Results of operations on constants, where they are correctly rounded on every backend. float32: the float64 result
 * of one + - * / or sqrt, rounded once more, is the float32 result (Figueroa 1995).
 */
function fold(operation: ExpressionOperation, args: readonly number[], dtype: ComputeDType): number | null {
  const [a, b] = args.map((v) => rounded(v, dtype));
  switch (operation) {
    case 'neg':
      return rounded(-a, dtype);
    case 'add':
      return rounded(a + b, dtype);
    case 'sub':
      return rounded(a - b, dtype);
    case 'mul':
      return dtype === 'int32' ? Math.imul(a, b) : rounded(a * b, dtype);
    case 'div':
      return dtype === 'int32' ? null : rounded(a / b, dtype);
    case 'sqrt':
      return rounded(Math.sqrt(a), dtype);
    case 'equal':
      return Number(a === b);
    case 'notEqual':
      return Number(a !== b);
    case 'less':
      return Number(a < b);
    case 'lessEqual':
      return Number(a <= b);
    case 'greater':
      return Number(a > b);
    case 'greaterEqual':
      return Number(a >= b);
    default:
      return null;
  }
}

export class EvaluationBuilder {
  private readonly inputs: GridOperand[] = [];
  private readonly inputRefs = new Map<string, Ref>();
  private readonly nodes: ExpressionNode[] = [];
  private readonly nodeRefs = new Map<string, Ref>();

  /** @param dtypeOf the dtype of a value, to know the inputs that are 0 or 1 */
  constructor(
    private readonly dtype: ComputeDType,
    private readonly dtypeOf: (value: ValueId) => DType,
  ) {}

  input(operand: GridOperand): Ref {
    const key = `${operand.operand}+${operand.offset}:${operand.strides.join()}`;
    let ref = this.inputRefs.get(key);
    if (ref === undefined) {
      ref = -1 - this.inputs.length;
      this.inputs.push(operand);
      this.inputRefs.set(key, ref);
    }
    return ref;
  }

  constant(value: number): Ref {
    return this.node({ operation: 'constant', value }, `=${Object.is(value, -0) ? '-0' : value}`);
  }

  apply(operation: ExpressionOperation, args: readonly Ref[]): Ref {
    const constants = args.map((a) => this.constantOf(a));
    if (constants.every((c) => c !== null)) {
      const value = fold(operation, constants, this.dtype);
      if (value !== null) return this.constant(value);
    }
    const same = this.identical(operation, args, constants);
    return same ?? this.node({ operation, arguments: args }, `${operation} ${args.join()}`);
  }

  /** Adds the nodes of `e` over the given inputs; returns its outputs. */
  inline(e: Expression, inputs: readonly Ref[]): Ref[] {
    const refs = [...inputs];
    for (const node of e.nodes) {
      refs.push(
        node.operation === 'constant'
          ? this.constant(node.value)
          : this.apply(
              node.operation,
              node.arguments.map((a) => refs[a]),
            ),
      );
    }
    return e.outputs.map((o) => refs[o]);
  }

  /** The value as it is read back from a buffer of dtype bool: x != 0. */
  asBoolean(ref: Ref): Ref {
    return this.isBoolean(ref) ? ref : this.apply('notEqual', [ref, this.constant(0)]);
  }

  /** The evaluation that stores each `ref` to its operand. */
  finish(outputs: readonly { readonly ref: Ref; readonly operand: GridOperand }[]): Evaluation {
    const used = new Set<Ref>();
    const mark = (ref: Ref): void => {
      if (used.has(ref)) return;
      used.add(ref);
      const node = ref >= 0 ? this.nodes[ref] : null;
      if (node && node.operation !== 'constant') node.arguments.forEach(mark);
    };
    for (const o of outputs) mark(o.ref);

    const numbers = new Map<Ref, number>();
    const inputs = this.inputs.filter((_, i) => used.has(-1 - i));
    inputs.forEach((o, number) => numbers.set(-1 - this.inputs.indexOf(o), number));
    const nodes: ExpressionNode[] = [];
    this.nodes.forEach((node, ref) => {
      if (!used.has(ref)) return;
      numbers.set(ref, inputs.length + nodes.length);
      nodes.push(
        node.operation === 'constant'
          ? node
          : { operation: node.operation, arguments: node.arguments.map((a) => numbers.get(a)!) },
      );
    });
    return {
      expression: { inputs: inputs.length, nodes, outputs: outputs.map((o) => numbers.get(o.ref)!) },
      inputs,
      outputs: outputs.map((o) => o.operand),
    };
  }

  private node(node: ExpressionNode, key: string): Ref {
    let ref = this.nodeRefs.get(key);
    if (ref === undefined) {
      ref = this.nodes.length;
      this.nodes.push(node);
      this.nodeRefs.set(key, ref);
    }
    return ref;
  }

  private constantOf(ref: Ref): number | null {
    const node = ref >= 0 ? this.nodes[ref] : null;
    return node?.operation === 'constant' ? node.value : null;
  }

  /** The argument that an operation returns unchanged, to the bit: x * 1, x / 1, x - 0, x + -0, 1 ? x : y. */
  private identical(
    operation: ExpressionOperation,
    args: readonly Ref[],
    constants: readonly (number | null)[],
  ): Ref | null {
    const [a, b] = args;
    const [ca, cb] = constants;
    const zero = this.dtype === 'int32' ? 0 : -0;
    switch (operation) {
      case 'copy':
        return a;
      case 'select':
        return ca === null ? null : rounded(ca, this.dtype) !== 0 ? args[1] : args[2];
      case 'mul':
        return cb === 1 ? a : ca === 1 ? b : null;
      case 'div':
        return cb === 1 ? a : null;
      case 'sub':
        return Object.is(cb, 0) ? a : null;
      case 'add':
        return Object.is(cb, zero) ? a : Object.is(ca, zero) ? b : null;
      default:
        return null;
    }
  }

  private isBoolean(ref: Ref): boolean {
    if (ref < 0) return this.dtypeOf(this.inputs[-1 - ref].operand) === 'bool';
    const node = this.nodes[ref];
    if (node.operation === 'constant') return node.value === 0 || node.value === 1;
    if (node.operation === 'select')
      return this.isBoolean(node.arguments[1]) && this.isBoolean(node.arguments[2]);
    return booleanOperations.has(node.operation);
  }
}
