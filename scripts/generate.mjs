// Makes native/generated/contract.h and assembly/generated/contract.ts from src/contract, so that the three executors
// cannot disagree about a number, and src/backend/js/generated/loops.ts, a loop for each micro-operation and dtype. With
// --check it writes nothing and fails if a file is stale.
//
// A constant has the same name everywhere but for the k that C++ puts before it: kGemmLda and gemmLda are the word
// offset of gemm's field `lda`, kOpGemm and opGemm its opcode, kMicroAdd the code of a micro-operation.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { loadContract } from './support/contract.mjs';
import { at, root } from './support/paths.mjs';

const capitalised = (name) => name[0].toUpperCase() + name.slice(1);

/** The groups of constants: {title, names: [[name, value]...]}; a name is camel case, without C++'s k. */
function constantGroups({ dtypes, instructions: contract, 'micro-operations': micro }) {
  const group = (title, prefix, record) => ({
    title,
    names: Object.entries(record).map(([name, value]) => [prefix + capitalised(name), value]),
  });
  const positions = (names) => Object.fromEntries(names.map((name, index) => [name, index]));
  const codes = (errors) =>
    Object.fromEntries(Object.entries(errors).map(([name, { code }]) => [name, code]));
  const plain = Object.entries(contract).filter(([, value]) => typeof value === 'number');

  return [
    { title: 'Layout of programs', names: plain },
    group('Limits that hold for a checked program', 'limit', contract.limits),
    group('Element types', 'dtype', dtypes.dtypeCode),
    group('Opcodes', 'op', contract.opcodes),
    { title: '', names: [['opCount', contract.instructionNames.length]] },
    group('Micro-operations of expressions', 'micro', micro.microCode),
    { title: '', names: [['microCount', micro.microNames.length]] },
    group('Kinds of buffers', 'bufferKind', contract.bufferKinds),
    group('Access bits of bound buffers', 'access', contract.accessBits),
    group('Kinds of reduce', 'reduceKind', contract.reduceKinds),
    group('Kinds of random', 'randomKind', contract.randomKinds),
    group('Precisions of gemm', 'precision', contract.precisions),
    group('How a run ended', 'status', contract.statuses),
    group('What a run may be asked to do', 'request', contract.requests),
    group('Why an instruction failed', 'runError', codes(contract.runErrors)),
    group('Why a program is refused', 'programError', codes(contract.programErrors)),
    group('Words of the header', 'header', positions(contract.headerFields)),
    group('Words of the state of a run', 'state', contract.stateAt),
    ...contract.instructionNames.map((name) =>
      group(`Words of ${name}`, name, {
        ...contract.fieldOffsets[name],
        ...(contract.instructions[name].tail ? { tail: contract.tailOffsets[name] } : {}),
      }),
    ),
  ].filter(({ names }) => names.length > 0);
}

/** Fails on names that are defined twice and on values that are no int32. */
function checkNames(groups) {
  const seen = new Set();
  for (const [name, value] of groups.flatMap(({ names }) => names)) {
    if (seen.has(name)) throw new Error(`two constants of the contract are called ${name}`);
    if (!Number.isInteger(value) || value !== (value | 0))
      throw new Error(`${name} = ${value} is not an int32`);
    seen.add(name);
  }
}

/** As in the types Field and Tail of src/contract/instructions.ts. */
const fieldKinds = ['view', 'size', 'integer', 'flag', 'constant', 'dtype', 'code'];
const tailKinds = ['none', 'expression', 'grid', 'strided', 'moves'];

const notice = `// Made by scripts/generate.mjs from src/contract. Do not edit: change the contract and run \`npm run generate\`.`;

function assemblyScript(groups) {
  const lines = [notice];
  for (const { title, names } of groups) {
    lines.push(title ? `\n// ${title}` : '');
    for (const [name, value] of names) lines.push(`export const ${name}: i32 = ${value};`);
  }
  return lines.filter((line, index) => line !== '' || lines[index + 1] === '').join('\n') + '\n';
}

function header(groups, { dtypes, instructions: contract, 'micro-operations': micro }) {
  const lines = [
    notice,
    '',
    '#ifndef HEBB_GENERATED_CONTRACT_H_',
    '#define HEBB_GENERATED_CONTRACT_H_',
    '',
    '#include <cstdint>',
    '',
    'namespace hebb::contract {',
  ];
  for (const { title, names } of groups) {
    if (title) lines.push('', `// ${title}`);
    for (const [name, value] of names) lines.push(`constexpr int32_t k${capitalised(name)} = ${value};`);
  }

  // What the checker of programs goes by. dtypes is a mask of bits 1 << dtype.
  const mask = (list) => list.reduce((bits, name) => bits | (1 << dtypes.dtypeCode[name]), 0);
  const all = mask(dtypes.dtypes);
  const known = (list, name, what) => {
    if (!list.includes(name)) throw new Error(`the generator does not know the ${what} ${name}`);
    return `k${capitalised(name)}`;
  };
  const fields = [];
  const definitions = [];
  for (const name of contract.instructionNames) {
    const { fields: list, tail } = contract.instructions[name];
    const entries = Object.entries(list);
    definitions.push(
      `    {"${name}", ${fields.length}, ${entries.length}, TailKind::${known(tailKinds, tail ?? 'none', 'tail')}},`,
    );
    for (const [fieldName, field] of entries) {
      const allowed =
        field.dtypes === 'compute'
          ? 'kDtypesOfInstruction'
          : field.dtypes === 'any'
            ? all
            : field.dtypes
              ? mask(field.dtypes)
              : 0;
      const access = { in: 1, out: 2, inout: 3 }[field.access] ?? 0;
      const codes = field.codes ? Object.values(field.codes) : [];
      if (codes.some((code) => code < 0 || code > 31))
        throw new Error(`${name}.${fieldName}: codes must be 0 .. 31`);
      const codeMask = codes.reduce((bits, code) => bits | (1 << code), 0) >>> 0;
      fields.push(
        `    {"${fieldName}", FieldKind::${known(fieldKinds, field.kind, 'field kind')}, ${access}, ${field.optional === true}, ` +
          `${allowed}, 0x${codeMask.toString(16)}u},  // ${name}`,
      );
    }
  }
  lines.push(
    '',
    '// What the checker of programs goes by',
    `enum class FieldKind : uint8_t { ${fieldKinds.map((kind) => `k${capitalised(kind)}`).join(', ')} };`,
    `enum class TailKind : uint8_t { ${tailKinds.map((tail) => `k${capitalised(tail)}`).join(', ')} };`,
    '',
    '// Stands for "the dtype in the field `dtype` of the same instruction".',
    'constexpr uint32_t kDtypesOfInstruction = 0x80000000u;',
    '',
    'struct FieldDefinition {',
    '  const char* name;',
    '  FieldKind kind;',
    '  uint8_t access;   // views: kAccessRead, kAccessWrite',
    '  bool optional;    // views: -1 stands for none',
    '  uint32_t dtypes;  // views and dtypes: mask of 1 << dtype, or kDtypesOfInstruction',
    '  uint32_t codes;   // codes: mask of 1 << code',
    '};',
    '',
    'constexpr FieldDefinition kFields[] = {',
    ...fields,
    '};',
    '',
    'struct InstructionDefinition {',
    '  const char* name;',
    '  int32_t firstField;  // in kFields; a field stands at word kInstructionHeaderWords + its place in the instruction',
    '  int32_t fieldCount;',
    '  TailKind tail;',
    '};',
    '',
    '// By opcode.',
    'constexpr InstructionDefinition kInstructions[] = {',
    ...definitions,
    '};',
    '',
    'struct MicroDefinition {',
    '  const char* name;',
    '  uint8_t arity;   // number of register operands',
    '  bool floatOnly;  // not for int32',
    '};',
    '',
    '// By code.',
    'constexpr MicroDefinition kMicroOperations[] = {',
    ...micro.microNames.map((name) => {
      const { arity, types } = micro.microOperations[name];
      return `    {"${name}", ${arity}, ${types === 'float'}},`;
    }),
    '};',
    '',
    'constexpr int32_t kDtypeBytes[] = {' +
      dtypes.dtypes.map((name) => dtypes.dtypeBytes[name]).join(', ') +
      '};',
    '',
    '}  // namespace hebb::contract',
    '',
    '#endif  // HEBB_GENERATED_CONTRACT_H_',
    '',
  );
  return lines.join('\n');
}

/**
 * The loops of the TypeScript backend over its registers: one for each micro-operation and dtype, as the engine makes fast
 * code only of a loop that names its array and its operation.
 */
function loops({ 'micro-operations': { microOperations } }) {
  const lines = [
    notice,
    '//',
    '// One loop for each micro-operation and dtype over places in the memory of memory.ts, which it names, so that the engine',
    '// compiles array and scalar function into it. Storing to the array rounds to the dtype.',
    '',
    "import * as integer from '../integer.js';",
    "import { float32s, float64s, int32s } from '../memory.js';",
    "import * as scalar from '../scalar.js';",
    '',
    '/** memory[out + i] = operation(memory[a + i], memory[b + i], memory[c + i]) for i in 0 .. n-1. */',
    'export type Loop = (n: number, out: number, a: number, b: number, c: number) => void;',
  ];
  const differing = ['mul', 'div', 'mod', 'pow'];
  for (const dtype of ['float32', 'float64', 'int32']) {
    lines.push('', `export const ${dtype}Loops = {`);
    for (const [name, { arity, types }] of Object.entries(microOperations)) {
      if (arity === 0 || (dtype === 'int32' && types === 'float')) continue;
      const module = dtype === 'int32' && differing.includes(name) ? 'integer' : 'scalar';
      const operands = ['a', 'b', 'c'].slice(0, arity);
      const values = operands.map((operand) => `${dtype}s[${operand} + i]`).join(', ');
      lines.push(
        `  ${name}(n: number, out: number, ${operands.map((o) => `${o}: number`).join(', ')}): void {`,
      );
      if (name === 'rsqrt') {
        lines.push('    // Rounded twice: the root, and its reciprocal.');
        lines.push('    for (let i = 0; i < n; i++) {');
        lines.push(`      ${dtype}s[out + i] = scalar.sqrt(${values});`);
        lines.push(`      ${dtype}s[out + i] = scalar.reciprocal(${dtype}s[out + i]);`);
        lines.push('    }');
      } else {
        lines.push(
          '    for (let i = 0; i < n; i++)',
          `      ${dtype}s[out + i] = ${module}.${name}(${values});`,
        );
        // As Prettier has it: on one line, where there is room.
        const line = `${lines.at(-2)} ${lines.at(-1).trim()}`;
        if (line.length <= 110) lines.splice(-2, 2, line);
      }
      lines.push('  },');
    }
    lines.push('} as const;');
  }
  return `${lines.join('\n')}\n`;
}

const contract = await loadContract(['dtypes', 'instructions', 'micro-operations']);
const groups = constantGroups(contract);
checkNames(groups);
const files = [
  [at('native', 'generated', 'contract.h'), header(groups, contract)],
  [at('assembly', 'generated', 'contract.ts'), assemblyScript(groups)],
  [at('src', 'backend', 'js', 'generated', 'loops.ts'), loops(contract)],
];

const check = process.argv.includes('--check');
let stale = 0;
for (const [path, text] of files) {
  let current;
  try {
    current = readFileSync(path, 'utf8');
  } catch {
    current = undefined;
  }
  if (current === text) continue; // leave the time stamp alone: nothing has to be compiled again
  const shown = relative(root, path);
  if (check) {
    console.error(`${shown} is stale: run \`npm run generate\` and commit the result`);
    stale++;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`wrote ${shown}`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
