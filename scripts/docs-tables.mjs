// Makes the tables of docs/coming-from-*.md from what Hebb, tfjs' packages (installed for the tests) and the list of
// Keras' names say is there: `npm run docs:tables`. With --check it says what is out of date, as `npm run check` does.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { kerasNames } from './support/keras-names.mjs';
import { at } from './support/paths.mjs';

const require = createRequire(import.meta.url);
const hebb = await import(pathToFileURL(at('dist', 'index.js')).href);

/** Keras' names are told apart without case and underscores: MaxPooling2D, maxPooling2d, max_pooling_2d. */
const fold = (name) => name.toLowerCase().replaceAll('_', '');
const code = (names) => (names.length > 0 ? names.map((name) => `\`${name}\``).join(' ') : '-');

/** All names of an object and of what it inherits from, internal ones left out. */
function namesOf(object) {
  const names = [];
  for (
    let o = object;
    o && o !== Object.prototype && o !== Function.prototype;
    o = Object.getPrototypeOf(o)
  ) {
    names.push(...Object.getOwnPropertyNames(o));
  }
  return [...new Set(names)].filter((name) => name !== 'constructor' && !name.endsWith('_'));
}

function table(rows) {
  const total = rows.reduce((sum, { there, missing }) => sum + there.length + missing.length, 0);
  const have = rows.reduce((sum, { there }) => sum + there.length, 0);
  return [
    `${have} of ${total} names are there.`,
    '',
    '| part | there | not yet |',
    '|---|---|---|',
    ...rows.map(({ part, there, missing }) => `| ${part} | ${code(there)} | ${code(missing)} |`),
  ].join('\n');
}

function row(part, names, object, told = (name) => name) {
  const has = new Set(namesOf(object ?? {}).map(told));
  return {
    part,
    there: names.filter((name) => has.has(told(name))),
    missing: names.filter((name) => !has.has(told(name))),
  };
}

/** Of tfjs: for those who write backends, platforms or kernels, or switches of its own engine. */
const engineNames =
  /_util$|^(backend|engine|env|op|math|util|io|test_util|serialization|kernel_impls|gather_util|version_.*)$|[kK]ernel|[gG]radients?$|Backend|[pP]latform|enable|^disable|deprecationWarn|[rR]egistered|sumOutType|upcastType|RouteR/;
const ownNamespaces =
  /^(losses|train|layers|metrics|initializers|regularizers|constraints|callbacks|models|image|linalg|signal|spectral|string|sparse|fused|browser)$/;
/** Hebb has these on purpose; the pattern above would hide them. */
const kept = /^(getBackend|setBackend|customGrad|valueAndGrads?|grads?|variableGrads)$/;

function tfjsTable() {
  const core = require('@tensorflow/tfjs-core');
  const layers = require('@tensorflow/tfjs-layers');
  const functions = Object.keys(core)
    .filter((name) => /^[a-z]/.test(name) && !ownNamespaces.test(name))
    .filter((name) => kept.test(name) || !engineNames.test(name))
    .sort();
  const plain = (object) =>
    Object.keys(object)
      .filter((name) => /^[a-zA-Z]/.test(name))
      .sort();
  const methods = (type, skip = /^$/) =>
    namesOf(type.prototype)
      .filter((name) => /^[a-z]\w*$/.test(name) && !skip.test(name))
      .sort();
  // Methods of a model that are its own machinery.
  const inner =
    /^(apply|call|build|add(Weight|Loss|Inbound)|calculate|check|collect|compute|createWeights|dispose(Weights)?|get(Deduped|Class|Config|Input|Output|Losses|Updates|Node|NamedWeights|LossIdent|MetricIdent|TrainingConfig|UserDefined|Optimizer)|read|run|retrieve|set(FastWeight|CallHook|UserDefined)|standardize|testFunction|testLoop|make|fitLoop|invoke|clear|warn|assert|bind|cache|inbound|updates|losses|stateful|input|output|built|name|model|ensure|resetStates|initializeOptimizer|isOptimizer|internal|execute|find|loadTraining|parse|predictLoop|setMask|updatedConfig|trainable$)/;
  // The ops among tfjs' methods are declared one a file.
  const folder = join(dirname(require.resolve('@tensorflow/tfjs-core')), 'public', 'chained_ops');
  const chained = readdirSync(folder)
    .filter((name) => name.endsWith('.d.ts'))
    .flatMap(
      (name) => /interface Tensor\b[^{]*\{\s*(\w+)/.exec(readFileSync(join(folder, name), 'utf8'))?.[1] ?? [],
    );
  const ownMethods = methods(
    core.Tensor,
    /^(constructor|throwIfDisposed|dataToGPU|kept|rankType|isDisposed)$/,
  );
  return table([
    row('functions', functions, hebb),
    row('`Tensor` methods', [...new Set([...ownMethods, ...chained])].sort(), hebb.Tensor.prototype),
    row('`layers`', plain(layers.layers), { ...hebb.layers, Layer: 1 }),
    row('`Sequential` methods', methods(layers.Sequential, inner), hebb.Sequential.prototype),
    row('`losses`', plain(core.losses), hebb.losses),
    row('`metrics`', plain(layers.metrics), hebb.metrics),
    row('`train`', plain(core.train), hebb.train),
    row('`initializers`', plain(layers.initializers), hebb.initializers),
    row('`regularizers`', plain(layers.regularizers), hebb.regularizers),
    row('`constraints`', plain(layers.constraints), hebb.constraints),
    row('`callbacks`', plain(layers.callbacks), hebb.callbacks),
    row('models', ['sequential', 'model', 'input', 'loadLayersModel'], hebb),
    ...['image', 'linalg', 'signal', 'spectral'].map((part) =>
      row(`\`${part}\``, plain(core[part]), hebb[part]),
    ),
  ]);
}

function kerasTable() {
  const rows = kerasNames.map(({ part, names, others = {} }) => {
    const object = part === 'model' ? hebb.Sequential.prototype : hebb[part];
    const { there, missing } = row(part, names, object, fold);
    return {
      part,
      there: [...there, ...missing.filter((name) => name in others)],
      missing: missing.filter((name) => !(name in others)),
    };
  });
  const notes = kerasNames.flatMap(({ others = {} }) =>
    Object.entries(others).map(([name, as]) => `\`${name}\` is ${as}`),
  );
  return `${table(rows)}\n\nUnder another name: ${notes.join('; ')}.`;
}

let stale = 0;
for (const { file, make } of [
  { file: 'docs/coming-from-tfjs-node.md', make: tfjsTable },
  { file: 'docs/coming-from-keras.md', make: kerasTable },
]) {
  const text = readFileSync(at(file), 'utf8');
  const block = /(<!-- table:exports[^>]*-->\n)[\s\S]*?(<!-- \/table:exports -->)/;
  if (!block.test(text)) throw new Error(`${file} has no block <!-- table:exports --> to fill`);
  const filled = text.replace(block, (_, open, close) => `${open}\n${make()}\n\n${close}`);
  if (filled === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file} does not say what is exported: run \`npm run build:ts && npm run docs:tables\``);
    stale++;
  } else {
    writeFileSync(at(file), filled);
    console.log(`docs: filled the table of ${file}`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
