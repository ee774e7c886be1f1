// What llvm-mca says of NEON's inner loops, on models of arm64 CPUs: no measurement, but it shows what bounds a loop.
//   npm run build:cmake -- --target=aarch64 && node bench/native/inner-loops.mjs
// Wants llvm-mca (Debian's llvm) and aarch64-linux-gnu-objdump. Prints a table; bench/README.md has it.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const library = fileURLToPath(new URL('../../build/cmake-aarch64/libhebb_neon.a', import.meta.url));
const iterations = 1000;

/** Functions by a part of their names, and the points that one turn of their loop computes or multiplies. */
const loops = [
  ['gemm float32, 8 x 8 tile', 'tile<Float32, 8, 2, false, false>'],
  ['gemm float32, 8 x 8 tile, A by columns', 'tile<Float32, 8, 2, false, true>'],
  ['gemm float64, 8 x 4 tile', 'tile<Float64, 8, 2, false, false>'],
  ['exp float32, 32 elements', 'Handlers<Float32, 0, 1, 2, 3, 4, 5, 6, 7>::unary<Exponential>'],
  ['sigmoid float32, 32 elements', 'Handlers<Float32, 0, 1, 2, 3, 4, 5, 6, 7>::unary<Sigmoid>'],
];

/** LLVM 14 has no models of Neoverse and M1 cores of their own: it takes Cortex-A57's and Cyclone's. */
const models = ['neoverse-n1', 'apple-m1', 'exynos-m5'];

function run(command, words, input) {
  const { stdout, stderr, status, error } = spawnSync(command, words, {
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 28,
  });
  if (error || status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`);
  return stdout;
}

/** The instructions of each function: [address, text]. */
function disassembled() {
  const functions = new Map();
  let code;
  for (const line of run('aarch64-linux-gnu-objdump', ['-dC', '--no-show-raw-insn', library]).split('\n')) {
    const name = /^[0-9a-f]+ <(.*)>:$/.exec(line)?.[1].replaceAll('hebb::(anonymous namespace)::', '');
    if (name !== undefined) functions.set(name, (code = []));
    const instruction = /^\s*([0-9a-f]+):\t(.*?)(\s*\/\/.*)?$/.exec(line);
    if (instruction && code) code.push([parseInt(instruction[1], 16), instruction[2]]);
  }
  return functions;
}

const multiplyAdds = (code) => code.filter(([, text]) => /^fml[as]\b/.test(text)).length;

/** The innermost loop with the most multiply-adds; all of a function that has none (a link of a chain). */
function innerLoop(code) {
  let best = null;
  code.forEach(([address, text], end) => {
    const target = /^(b\.\w+|cbn?z|tbn?z)\t.*?([0-9a-f]+) </.exec(text);
    const begin = target ? code.findIndex(([a]) => a === parseInt(target[2], 16)) : -1;
    if (begin < 0 || begin >= end || address <= code[begin][0]) return;
    const body = code.slice(begin, end + 1);
    if (best === null || multiplyAdds(body) >= multiplyAdds(best)) best = body;
  });
  return best ?? code;
}

/** Text for llvm-mca: no branches but the last, which it does not follow either, and no addresses. */
const assembly = (code) =>
  code
    .map(([, text]) => text)
    .filter((text) => !/^(b|b\..*|br|blr?|cbn?z|tbn?z|ret)\b/.test(text))
    .map((text) => text.replace(/, [0-9a-f]+ <.*$/, ', #0').replace(/ <.*$/, ''))
    .join('\n');

const functions = disassembled();
console.log('| loop | model | instructions | multiply-adds | cycles a turn | multiply-adds a cycle |');
console.log('|---|---|---|---|---|---|');
for (const [title, part] of loops) {
  const name = [...functions.keys()].find((key) => key.includes(part));
  if (name === undefined) throw new Error(`${library} has no ${part}: build it, or tell this script its new name`);
  const code = innerLoop(functions.get(name));
  for (const model of models) {
    const report = run(
      'llvm-mca',
      ['-mtriple=aarch64', `-mcpu=${model}`, `-iterations=${iterations}`, '-all-views=false', '-summary-view'],
      assembly(code),
    );
    const cycles = Number(/Total Cycles:\s+(\d+)/.exec(report)[1]) / iterations;
    const count = multiplyAdds(code);
    console.log(
      `| ${title} | ${model} | ${code.length} | ${count} | ${cycles.toFixed(1)} | ${(count / cycles).toFixed(2)} |`,
    );
  }
}
