// What the operands of a kernel call are: which it reads, which it writes, and the same call over other operands.

import type { Evaluation, GridOperand, KernelCall } from '../../contract/calls.js';
import type { Instruction, ValueId } from './graph.js';

function operandsOf(list: readonly GridOperand[]): number[] {
  return list.filter((o) => o.operand >= 0).map((o) => o.operand);
}

/** Operands that a call reads. A gemm with an epilogue that reads the product lists it here too. */
export function callReads(call: KernelCall): number[] {
  switch (call.kernel) {
    case 'map':
      return operandsOf(call.inputs);
    case 'reduce':
      return operandsOf(call.prologue.inputs);
    case 'gemm':
      return [call.a, call.b, ...(call.epilogue ? operandsOf(call.epilogue.inputs) : [])];
    case 'gather':
      return [call.input, call.indices];
    case 'scatterAdd':
      return [call.updates, call.indices];
    case 'copy':
      return [call.input.operand];
    case 'random':
      return [call.state];
    case 'softmax':
      return [call.input];
    case 'crossEntropy':
      return [call.logits, call.labels];
    case 'check':
      return [call.input];
    case 'boundary':
      return [];
  }
}

/** Operands that a call writes. */
export function callWrites(call: KernelCall): number[] {
  switch (call.kernel) {
    case 'map':
      return operandsOf(call.outputs);
    case 'gemm':
      return [call.out, ...(call.epilogue ? operandsOf(call.epilogue.outputs) : [])];
    case 'copy':
      return [call.out.operand];
    case 'random':
      return [call.state, call.out];
    case 'crossEntropy':
      return [call.loss, call.delta].filter((o) => o >= 0);
    case 'reduce':
    case 'gather':
    case 'scatterAdd':
    case 'softmax':
      return [call.out];
    case 'check':
    case 'boundary':
      return [];
  }
}

/** Values that an instruction reads itself (a loop: its number of turns; its body speaks for itself). */
export function reads(instruction: Instruction): ValueId[] {
  if (instruction.kind === 'kernel') return callReads(instruction.call);
  if (instruction.kind === 'move') return [instruction.from];
  return instruction.turns >= 0 ? [instruction.turns] : [];
}

/** Values that an instruction writes itself. */
export function writes(instruction: Instruction): ValueId[] {
  if (instruction.kind === 'kernel') return callWrites(instruction.call);
  return instruction.kind === 'move' ? [instruction.to] : [];
}

/** Whether an instruction does more than write values: it moves on generators, checks, or marks a boundary. */
export function hasEffect(instruction: Instruction): boolean {
  if (instruction.kind !== 'kernel') return false;
  const kernel = instruction.call.kernel;
  return kernel === 'random' || kernel === 'check' || kernel === 'boundary';
}

/** Whether an instruction can fail, by what it finds in its operands. */
export function canFail(instruction: Instruction): boolean {
  if (instruction.kind === 'loop') return instruction.turns >= 0;
  if (instruction.kind === 'move') return false;
  const call = instruction.call;
  return (
    call.kernel === 'gather' ||
    call.kernel === 'scatterAdd' ||
    call.kernel === 'check' ||
    (call.kernel === 'crossEntropy' && call.sparse)
  );
}

function mapGridOperands(list: readonly GridOperand[], to: (operand: number) => number): GridOperand[] {
  return list.map((o) => (o.operand < 0 ? o : { ...o, operand: to(o.operand) }));
}

function mapEvaluation(e: Evaluation, to: (operand: number) => number): Evaluation {
  return {
    expression: e.expression,
    inputs: mapGridOperands(e.inputs, to),
    outputs: mapGridOperands(e.outputs, to),
  };
}

/** The same call over the operands that `to` gives for the present ones. */
export function mapOperands(call: KernelCall, to: (operand: number) => number): KernelCall {
  switch (call.kernel) {
    case 'map':
      return { ...call, ...mapEvaluation(call, to) };
    case 'reduce':
      return { ...call, out: to(call.out), prologue: mapEvaluation(call.prologue, to) };
    case 'gemm':
      return {
        ...call,
        a: to(call.a),
        b: to(call.b),
        out: to(call.out),
        epilogue: call.epilogue && mapEvaluation(call.epilogue, to),
      };
    case 'gather':
      return { ...call, input: to(call.input), indices: to(call.indices), out: to(call.out) };
    case 'scatterAdd':
      return { ...call, updates: to(call.updates), indices: to(call.indices), out: to(call.out) };
    case 'copy':
      return {
        ...call,
        input: { ...call.input, operand: to(call.input.operand) },
        out: { ...call.out, operand: to(call.out.operand) },
      };
    case 'random':
      return { ...call, state: to(call.state), out: to(call.out) };
    case 'softmax':
      return { ...call, input: to(call.input), out: to(call.out) };
    case 'crossEntropy':
      return {
        ...call,
        logits: to(call.logits),
        labels: to(call.labels),
        loss: call.loss < 0 ? -1 : to(call.loss),
        delta: call.delta < 0 ? -1 : to(call.delta),
      };
    case 'check':
      return { ...call, input: to(call.input) };
    case 'boundary':
      return call;
  }
}
