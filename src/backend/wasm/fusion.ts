// Joins micro-operations of an expression to fewer steps, where there is a loop for several at once
// (assembly/fused-loops.ts): what is between them then stays in vector registers, instead of going through memory. Every
// operation still rounds as it does alone, so nothing of this is seen in the results. For float32 only, in which training
// is: loops for more would make the modules larger.

import { limits, stepWords } from '../../contract/instructions.js';
import { microCode, microNames, microOperations } from '../../contract/micro-operations.js';
import * as layout from './layout.js';

/** A step of an expression: a micro-operation, or one of the fused... codes of layout.ts. */
export interface Step {
  readonly operation: number;
  /** Register. */
  readonly target: number;
  /** Registers; of a load the operand, of a constant its place, of a store the register and the operand. */
  readonly inputs: readonly number[];
}

/** `first`, where its result is input number `at` of `second` and nothing else, and what both are together. */
interface Rule {
  readonly first: number;
  readonly second: number;
  readonly at: number;
  /** The first's inputs take the place of its result among those of the second. */
  readonly fused: number;
}

const { add, sub, mul, div, max, sqrt, fma } = microCode;
const commutative = new Set([add, mul]);

/** In the order in which they are tried. */
const rules: readonly Rule[] = [
  { first: add, second: layout.fusedRelu, at: 0, fused: layout.fusedSumRelu },
  { first: add, second: sqrt, at: 0, fused: layout.fusedRootOfSum },
  { first: mul, second: sqrt, at: 0, fused: layout.fusedRootOfProduct },
  { first: layout.fusedRootOfProduct, second: add, at: 0, fused: layout.fusedRootPlus },
  { first: sub, second: mul, at: 0, fused: layout.fusedDifferenceProduct },
  { first: mul, second: mul, at: 1, fused: layout.fusedProduct3 },
  { first: mul, second: fma, at: 2, fused: layout.fusedFmaProduct },
  { first: mul, second: sub, at: 1, fused: layout.fusedLessProduct },
  { first: mul, second: div, at: 0, fused: layout.fusedProductQuotient },
  { first: div, second: sub, at: 1, fused: layout.fusedLessQuotient },
  { first: layout.fusedProductQuotient, second: sub, at: 1, fused: layout.fusedLessProductQuotient },
  {
    first: layout.fusedRootOfSum,
    second: layout.fusedLessProductQuotient,
    at: 3,
    fused: layout.fusedLessProductOverRoot,
  },
];

/** Input registers that an operation has; loads, constants and stores name something else. */
function arityOf(operation: number): number {
  return microOperations[microNames[operation]].arity;
}

/** The steps of an expression as they stand in a program. */
export function stepsOf(words: Int32Array, at: number, count: number): Step[] {
  return Array.from({ length: count }, (_, s) => {
    const [operation, target, a, b, c] = words.subarray(at + s * stepWords, at + (s + 1) * stepWords);
    if (operation === microCode.store) return { operation, target: -1, inputs: [a, b] };
    const used = operation <= microCode.constant ? 1 : arityOf(operation);
    return { operation, target, inputs: [a, b, c].slice(0, used) };
  });
}

/** Registers that a step reads. */
export function registersOf({ operation, inputs }: Step): readonly number[] {
  if (operation === microCode.store) return inputs.slice(0, 1);
  return operation > microCode.constant ? inputs : [];
}

/**
 * The same expression, of float32, in as few steps as there are loops for.
 * @param isZero whether a constant's place holds +0
 */
export function fuse(given: readonly Step[], isZero: (place: number) => boolean): readonly Step[] {
  const values = valuesOf(given);
  return (values && withRegisters(new Fusion(values, isZero).steps)) ?? given;
}

/** The steps with values, each named by the place of the step that makes it, in place of registers; null if one is not set. */
function valuesOf(given: readonly Step[]): Step[] | null {
  const writer = new Map<number, number>();
  let isSound = true;
  const steps = given.map((step, s) => {
    const named = registersOf(step).map((register) => writer.get(register) ?? -1);
    isSound &&= !named.includes(-1);
    if (step.operation !== microCode.store) writer.set(step.target, s);
    return { ...step, target: s, inputs: [...named, ...step.inputs.slice(named.length)] };
  });
  return isSound ? steps : null;
}

/** Steps with registers in place of values, by a linear scan; null if there are not enough. */
function withRegisters(steps: readonly Step[]): Step[] | null {
  const lastUse = new Map<number, number>();
  steps.forEach((step, s) => registersOf(step).forEach((value) => lastUse.set(value, s)));
  const register = new Map<number, number>();
  const free = Array.from({ length: limits.registers }, (_, r) => limits.registers - 1 - r);
  let isEnough = true;
  const result = steps.map((step, s) => {
    const read = registersOf(step);
    const inputs = [...read.map((value) => register.get(value)!), ...step.inputs.slice(read.length)];
    for (const value of new Set(read)) if (lastUse.get(value) === s) free.push(register.get(value)!);
    if (step.operation === microCode.store) return { ...step, target: -1, inputs };
    const target = free.pop();
    isEnough &&= target !== undefined;
    register.set(step.target, target ?? 0);
    return { ...step, target: target ?? 0, inputs };
  });
  return isEnough ? result : null;
}

class Fusion {
  /** By value; null where it has become part of another. */
  private readonly done: (Step | null)[] = [];
  private readonly uses: Int32Array;

  constructor(
    given: readonly Step[],
    private readonly isZero: (place: number) => boolean,
  ) {
    this.uses = new Int32Array(given.length);
    for (const step of given) for (const value of registersOf(step)) this.uses[value]++;
    for (const step of given) {
      let whole = this.simpler(step);
      for (let more = this.joined(whole); more; more = this.joined(whole)) whole = more;
      this.done.push(whole);
    }
  }

  get steps(): Step[] {
    return this.done.filter((step) => step !== null);
  }

  /** max(a, 0), which has an easier loop than max of anything. */
  private simpler(step: Step): Step {
    if (step.operation !== max) return step;
    const at = [1, 0].find((i) => {
      const input = this.done[step.inputs[i]];
      return input?.operation === microCode.constant && this.isZero(input.inputs[0]);
    });
    return at === undefined ? step : { ...step, operation: layout.fusedRelu, inputs: [step.inputs[1 - at]] };
  }

  /** A step with one that comes before it; null if there is no rule. */
  private joined({ operation, target, inputs: given }: Step): Step | null {
    for (const { first, second, at, fused } of rules) {
      if (second !== operation) continue;
      const orders = commutative.has(second) ? [given, [given[1], given[0]]] : [given];
      for (const inputs of orders) {
        const part = this.partOf(inputs[at], first);
        if (!part) continue;
        this.done[inputs[at]] = null;
        return {
          operation: fused,
          target,
          inputs: inputs.flatMap((value, i) => (i === at ? part.inputs : value)),
        };
      }
    }
    // fma(a, b, c * (d * d))
    const square = operation === fma ? this.partOf(given[2], layout.fusedProduct3) : null;
    if (!square || square.inputs[1] !== square.inputs[2]) return null;
    this.done[given[2]] = null;
    return {
      operation: layout.fusedFmaSquare,
      target,
      inputs: [given[0], given[1], ...square.inputs.slice(0, 2)],
    };
  }

  /** The step that makes a value, if it is of that operation and nothing else reads it. */
  private partOf(value: number, operation: number): Step | null {
    const step = this.done[value];
    return step?.operation === operation && this.uses[value] === 1 ? step : null;
  }
}
