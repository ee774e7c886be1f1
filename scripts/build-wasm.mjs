// Compiles assembly/ to dist/wasm/hebb.wasm (128-bit SIMD) and dist/wasm/hebb-relaxed.wasm (relaxed SIMD; the sources
// tell them apart by ASC_FEATURE_RELAXED_SIMD). AssemblyScript's own -O turns Binaryen's fast-math on, which may
// change NaNs, signed zeros and roundings; so it compiles unoptimised, and Binaryen optimises without fast-math.
// Beside them dist/wasm/modules.js has both, compressed: that is what is loaded, and what is in the package.
// Memory is imported (env.memory) and shared by threads: its owner is JavaScript.
//   --wat    write the text form beside each module, for reading      --only=plain|relaxed

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { at, isMain, root } from './support/paths.mjs';

const variants = [
  { name: 'plain', file: 'hebb', asc: 'simd,threads', features: ['SIMD128'] },
  {
    name: 'relaxed',
    file: 'hebb-relaxed',
    asc: 'simd,relaxed-simd,threads',
    features: ['SIMD128', 'RelaxedSIMD'],
  },
];

/** The unoptimised module of one variant, as bytes. Throws with the compiler's messages. */
async function compile(asc, variant) {
  let binary;
  const messages = [];
  const { error } = await asc.main(
    [
      'assembly/index.ts',
      ...['--baseDir', root, '--outFile', 'out.wasm', '--enable', variant.asc, '--runtime', 'stub'],
      ...[
        '--noAssert',
        '--uncheckedBehavior',
        'always',
        '--importMemory',
        '--sharedMemory',
        '--maximumMemory',
        '65536',
        '--noExportMemory',
        '--use',
        'abort=',
      ],
    ],
    {
      stdout: { write: (text) => messages.push(text) },
      stderr: { write: (text) => messages.push(text) },
      writeFile: (name, contents) => {
        if (name === 'out.wasm') binary = contents;
      },
    },
  );
  const text = messages.join('').trim();
  if (error || !binary) throw new Error(`assembly/ does not compile\n${text || error?.message}`);
  if (text) console.log(text);
  return binary;
}

/** Optimises for speed until nothing changes any more; exact arithmetic. */
function optimise(binaryen, binary, variant) {
  const { Features } = binaryen;
  const enabled = [
    'MutableGlobals',
    'SignExt',
    'NontrappingFPToInt',
    'BulkMemory',
    'BulkMemoryOpt',
    'Atomics',
    ...variant.features,
  ];
  const features = enabled.reduce((bits, name) => bits | Features[name], 0);
  const module = binaryen.readBinaryWithFeatures(binary, features);
  try {
    binaryen.setFastMath(false);
    binaryen.setOptimizeLevel(3);
    binaryen.setShrinkLevel(0);
    binaryen.setDebugInfo(false);
    let bytes = binary;
    for (let turn = 0; turn < 4; turn++) {
      module.optimize();
      const next = module.emitBinary();
      const settled = Buffer.compare(next, bytes) === 0;
      bytes = next;
      if (settled) break;
    }
    if (!module.validate()) throw new Error(`the optimised ${variant.file}.wasm is not valid`);
    return { bytes, text: module.emitText(), segments: module.getNumDataSegments() };
  } finally {
    module.dispose();
  }
}

/** Writes dist/wasm/modules.js; src/platform/wasm-modules.d.ts says what it is. */
function writeModules() {
  const files = readdirSync(at('dist', 'wasm')).filter((name) => name.endsWith('.wasm'));
  const entries = files.sort().map((name) => {
    const text = gzipSync(readFileSync(at('dist', 'wasm', name)), { level: 9 }).toString('base64');
    return `'${basename(name, '.wasm')}':'${text}'`;
  });
  writeFileSync(at('dist', 'wasm', 'modules.js'), `export const modules={${entries.join(',')}};\n`);
}

/**
 * Builds the variants named (all by default) into dist/wasm.
 * @param {{ wat?: boolean, only?: string }} options
 */
export async function buildWasm({ wat = false, only } = {}) {
  const [{ default: asc }, { default: binaryen }] = await Promise.all([
    import('assemblyscript/asc'),
    import('assemblyscript/binaryen'),
  ]);
  mkdirSync(at('dist', 'wasm'), { recursive: true });
  for (const variant of variants) {
    if (only && only !== variant.name) continue;
    const start = performance.now();
    const { bytes, text, segments } = optimise(binaryen, await compile(asc, variant), variant);
    if (segments > 0) {
      // Instantiation would copy them over what JavaScript keeps in the memory.
      console.warn(`wasm: warning: ${variant.file}.wasm has ${segments} data segment(s)`);
    }
    writeFileSync(at('dist', 'wasm', `${variant.file}.wasm`), bytes);
    if (wat) writeFileSync(at('dist', 'wasm', `${variant.file}.wat`), text);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(
      `wasm: built dist/wasm/${variant.file}.wasm, ${Math.ceil(bytes.length / 1024)} KiB, in ${seconds} s`,
    );
  }
  writeModules();
}

if (isMain(import.meta.url)) {
  const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length);
  try {
    await buildWasm({ wat: process.argv.includes('--wat'), only });
  } catch (error) {
    console.error(`wasm: ${error.message}`);
    process.exitCode = 1;
  }
}
