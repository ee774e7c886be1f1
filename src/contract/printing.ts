// Prints programs for people: buffers, then the code, one instruction a line, loops indented, elementwise expressions
// as formulas, and at the end of each line the op and layer that it came from.
//
//   %2 float32[512] variable 2
//   ...
//   loop 469 times: %5 += 128
//     gemm %9[128, 512] = %7[128, 784] . %1[784, 512]; %9 = max(%9 + %2[0 1], 0)       dense_1/matMul

import {
  boundBuffers,
  decodeInstructions,
  decodeProgram,
  dtypeOf,
  gridOf,
  type DecodedExpression,
  type DecodedInstruction,
  type DecodedOperand,
  type DecodedProgram,
} from './decoding.js';
import { rowMajor } from './calls.js';
import { arenaUnitBytes, randomKinds, reduceKinds, stepWords } from './instructions.js';
import { microCode, microNames, microOperations, type MicroName } from './micro-operations.js';
import type { Program } from './program.js';

/** A readable listing of a checked program. */
export function printProgram(program: Program): string {
  return new Printer(program).print();
}

/** A formula, and how tightly it binds: 0 comparison, 1 sum, 2 product, 3 sign, 4 function or name. */
interface Formula {
  readonly text: string;
  readonly binding: number;
}

const infix: Partial<Record<MicroName, readonly [sign: string, binding: number]>> = {
  add: ['+', 1],
  sub: ['-', 1],
  mul: ['*', 2],
  div: ['/', 2],
  mod: ['%', 2],
  equal: ['==', 0],
  notEqual: ['!=', 0],
  less: ['<', 0],
  lessEqual: ['<=', 0],
  greater: ['>', 0],
  greaterEqual: ['>=', 0],
};

/** At least as tight as `binding`, with parentheses where it is not. */
const within = (f: Formula, binding: number): string => (f.binding < binding ? `(${f.text})` : f.text);

/** The shortest text that gives the constant back in the dtype that it is rounded to. */
function constantText(value: number, dtype: string): string {
  if (dtype !== 'float32') return String(value);
  const rounded = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(rounded.toPrecision(digits)));
    if (Math.fround(Number(text)) === rounded) return text;
  }
  return String(rounded);
}

const nameOfCode = (codes: Readonly<Record<string, number>>, code: number): string =>
  Object.keys(codes).find((name) => codes[name] === code) ?? `kind ${code}`;

class Printer {
  private readonly decoded: DecodedProgram;

  constructor(private readonly program: Program) {
    this.decoded = decodeProgram(program.words);
  }

  print(): string {
    const { buffers, arenaBytes, words } = this.decoded;
    const bound = boundBuffers(words);
    const lines = buffers.map((b, number) => {
      const place = b.bound < 0 ? `arena at ${b.arenaByte}` : `bound ${b.bound} (${bound[b.bound].access})`;
      return `%${number} ${b.dtype}[${b.length}] ${place}`;
    });
    lines.push(`arena ${arenaBytes} bytes (${arenaBytes / arenaUnitBytes} units)`);
    const ends: number[] = [];
    for (const instruction of decodeInstructions(this.decoded)) {
      while (ends.length > 0 && ends[ends.length - 1] <= instruction.pc) ends.pop();
      lines.push(this.line(instruction, ends.length));
      if (instruction.name === 'loop') {
        ends.push(instruction.pc + instruction.length + instruction.fields.bodyWords);
      }
    }
    return lines.join('\n');
  }

  private line(instruction: DecodedInstruction, depth: number): string {
    const text = '  '.repeat(depth) + this.describe(instruction);
    const source = this.program.sources[instruction.source];
    if (!source) return text;
    return `${text.padEnd(80)}  ${source.scope ? `${source.scope}/` : ''}${source.op}`;
  }

  /** A view's buffer, and its offset where there is one: `%3`, `%3+128`. */
  private place(view: number): string {
    const { buffer, offset } = this.decoded.views[view];
    return offset === 0 ? `%${buffer}` : `%${buffer}+${offset}`;
  }

  private array(view: number, ...dims: number[]): string {
    return `${this.place(view)}[${dims.join(', ')}]`;
  }

  private describe(instruction: DecodedInstruction): string {
    const { name, fields: f } = instruction;
    switch (name) {
      case 'map':
        return `map [${gridOf(instruction).join(', ')}] ${this.assignments(instruction)}`;
      case 'reduce': {
        const kind = nameOfCode(reduceKinds, f.kind);
        const value = this.formulas(instruction, instruction.expression!).value;
        const grid = `${f.outer} x ${f.length} x ${f.inner}`;
        return `reduce ${this.array(f.out, f.outer, f.inner)} = ${kind}(${value}) over the middle of ${grid}`;
      }
      case 'gemm': {
        const batch = f.batch === 1 ? [] : [f.batch];
        const a = f.transposeA
          ? `${this.array(f.a, ...batch, f.k, f.m)}ᵀ`
          : this.array(f.a, ...batch, f.m, f.k);
        const b = f.transposeB
          ? `${this.array(f.b, ...batch, f.n, f.k)}ᵀ`
          : this.array(f.b, ...batch, f.k, f.n);
        const epilogue = instruction.expression!.steps.length > 0 ? `; ${this.assignments(instruction)}` : '';
        const rounded = f.precision === 0 ? '' : ' (bfloat16)';
        return `gemm ${this.array(f.out, ...batch, f.m, f.n)} = ${a} . ${b}${rounded}${epilogue}`;
      }
      case 'gather': {
        const input = this.array(f.input, f.outer, f.axis, f.inner);
        return `gather ${this.array(f.out, f.outer, f.count, f.inner)} = ${input} at ${this.array(f.indices, f.count)}`;
      }
      case 'scatterAdd': {
        const updates = this.array(f.updates, f.outer, f.count, f.inner);
        return `scatterAdd ${this.array(f.out, f.outer, f.axis, f.inner)} = ${updates} at ${this.array(f.indices, f.count)}`;
      }
      case 'copy': {
        const dims = [...instruction.dims!];
        const [input, out] = instruction.strided!;
        const from = this.operand({ view: f.input, strides: input }, dims);
        return `copy [${dims.join(', ')}] ${this.operand({ view: f.out, strides: out }, dims)} = ${from}`;
      }
      case 'random': {
        const kind = nameOfCode(randomKinds, f.kind);
        const [low, high] = [this.decoded.constants[f.low], this.decoded.constants[f.high]];
        return `random ${this.array(f.out, f.count)} = ${kind}(${low}, ${high}) by ${this.place(f.state)}`;
      }
      case 'softmax':
        return `softmax ${this.array(f.out, f.rows, f.columns)} = ${f.log ? 'logSoftmax' : 'softmax'}(${this.place(f.input)})`;
      case 'crossEntropy': {
        const outputs = [
          ...(f.loss < 0 ? [] : [`loss ${this.array(f.loss, f.rows)}`]),
          ...(f.delta < 0 ? [] : [`delta ${this.array(f.delta, f.rows, f.columns)}`]),
        ];
        const labels = `${f.sparse ? 'classes' : 'distributions'} ${this.place(f.labels)}`;
        return `crossEntropy ${outputs.join(', ')} of ${this.array(f.logits, f.rows, f.columns)} against ${labels}`;
      }
      case 'loop': {
        const most = f.countView < 0 ? `${f.count}` : `${this.place(f.countView)} (at most ${f.count})`;
        const moves = instruction.moves!.map((m) => `${this.place(m.view)} += ${m.stride}`);
        return `loop ${most} times:${moves.length > 0 ? ` ${moves.join(', ')}` : ''}`;
      }
      case 'boundary':
        return 'boundary';
      case 'check':
        return `check ${this.array(f.input, f.count)} is finite`;
    }
  }

  /** An operand of a grid: its strides are shown where they are not those of a dense array. */
  private operand(o: DecodedOperand, dims: readonly number[]): string {
    const dense = rowMajor(dims);
    const isDense = dims.every((size, d) => size === 1 || o.strides[d] === dense[d]);
    return isDense ? this.place(o.view) : `${this.place(o.view)}[${[...o.strides].join(' ')}]`;
  }

  private assignments(instruction: DecodedInstruction): string {
    return this.formulas(instruction, instruction.expression!).assignments.join('; ');
  }

  /** Values that are used more than once get a name: t1, t2, ... */
  private formulas(
    instruction: DecodedInstruction,
    expression: DecodedExpression,
  ): { assignments: string[]; value: string } {
    const { steps, inputs, outputs } = expression;
    const dims = gridOf(instruction);
    const dtype = dtypeOf(instruction);
    const uses = countUses(steps);
    const registers: Formula[] = [];
    const assignments: string[] = [];
    let value = '';
    let names = 0;
    for (let s = 0; s < steps.length; s += stepWords) {
      const [code, out, a, b, c] = steps.subarray(s, s + stepWords);
      if (code === microCode.store) {
        const target = outputs[b - inputs.length];
        if (target.view < 0) value = registers[a].text;
        else assignments.push(`${this.operand(target, dims)} = ${registers[a].text}`);
        continue;
      }
      let formula: Formula;
      if (code === microCode.load) formula = { text: this.operand(inputs[a], dims), binding: 4 };
      else if (code === microCode.constant) {
        const text = constantText(this.decoded.constants[a], dtype);
        formula = { text, binding: text.startsWith('-') ? 3 : 4 };
      } else {
        formula = apply(microNames[code], [registers[a], registers[b], registers[c]]);
        if (uses[s / stepWords] > 1) {
          const name = `t${++names}`;
          assignments.push(`${name} = ${formula.text}`);
          formula = { text: name, binding: 4 };
        }
      }
      registers[out] = formula;
    }
    return { assignments, value: [...assignments, value].join('; ') };
  }
}

function apply(name: MicroName, operands: readonly Formula[]): Formula {
  const [a, b, c] = operands;
  const sign = infix[name];
  if (sign) return { text: `${within(a, sign[1])} ${sign[0]} ${within(b, sign[1] + 1)}`, binding: sign[1] };
  switch (name) {
    case 'neg':
      return { text: `-${within(a, 4)}`, binding: 3 };
    case 'copy':
      return a;
    case 'reciprocal':
      return { text: `1 / ${within(a, 3)}`, binding: 2 };
    case 'rsqrt':
      return { text: `1 / sqrt(${a.text})`, binding: 2 };
    case 'select':
      return { text: `select(${a.text}, ${b.text}, ${c.text})`, binding: 4 };
    case 'fma':
      return { text: `fma(${a.text}, ${b.text}, ${c.text})`, binding: 4 };
    case 'pow':
    case 'min':
    case 'max':
    case 'atan2':
    case 'and':
    case 'or':
      return { text: `${name}(${a.text}, ${b.text})`, binding: 4 };
    default:
      return { text: `${name}(${a.text})`, binding: 4 };
  }
}

/** How often the value that each step makes is read by later steps. */
function countUses(steps: Int32Array): number[] {
  const uses: number[] = [];
  /** register -> step that wrote it last */
  const writer: number[] = [];
  for (let s = 0; s < steps.length; s += stepWords) {
    const step = s / stepWords;
    const code = steps[s];
    uses[step] = 0;
    const arity = code === microCode.store ? 1 : microOperations[microNames[code]].arity;
    for (let o = 0; o < arity; o++) uses[writer[steps[s + 2 + o]]]++;
    if (code !== microCode.store) writer[steps[s + 1]] = step;
  }
  return uses;
}
