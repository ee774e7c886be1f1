// `npm run check:package`: packs what a release would be, looks at what is in it, has publint and arethetypeswrong
// judge it, compiles strict consumers against its types, and installs it into empty folders (with a compiler, without
// one, with --ignore-scripts, each with and without a prebuilt addon), where ES modules and CommonJS train on it.
// Needs the network or npm's cache for the dependencies. --keep leaves the folders, for looking at.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { filesOf, install, pack, pathWithoutCompilers, readJson, run, unpack } from './support/package.mjs';
import { at, root } from './support/paths.mjs';

const maxBytes = 1_000_000;
const { maxBytes: maxPrebuildBytes } = readJson(at('scripts', 'prebuilds.json'));
const { version } = readJson(at('package.json'));
const here = `${process.platform}-${process.arch}`;

const directory = mkdtempSync(join(tmpdir(), 'hebb-package-'));
process.on('exit', () => {
  if (!process.argv.includes('--keep')) rmSync(directory, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

let failures = 0;
/** Notes whether something holds, and says what came if not. */
function check(holds, what, came = '') {
  console.log(`${holds ? 'ok     ' : 'FAILED '} ${what}`);
  if (!holds && came) console.log(`        ${String(came).trim().replaceAll('\n', '\n        ')}`);
  if (!holds) failures++;
}

/** What belongs into the package: everything else is there by mistake. */
const expected = [
  /^(package\.json|README\.md|LICENSE|binding\.gyp)$/,
  /^dist\/[\w/-]+\.js$/,
  /^dist\/(viz\/)?index\.d\.ts$/,
  /^dist\/native\/sources\.json\.br$/,
  /^prebuilds\/\w+-\w+\/hebb\.node$/,
  /^examples\/[\w-]+\.mjs$/,
  /^bench\/(run|measure|programs|loops|(parts|children)\/[\w-]+)\.mjs$/,
  /^scripts\/(install|build-native|native-sources|support\/(headers|paths|sources))\.mjs$/,
];

function checkContents(unpacked) {
  const files = filesOf(unpacked);
  const foreign = files.filter((name) => !expected.some((pattern) => pattern.test(name)));
  check(foreign.length === 0, 'contents: only what belongs there', foreign.join('\n'));
  const prebuilt = files.filter((name) => name.startsWith('prebuilds/'));
  const size = (name) => statSync(join(unpacked, name)).size;
  const bytes = files.filter((name) => !prebuilt.includes(name)).reduce((sum, name) => sum + size(name), 0);
  check(bytes <= maxBytes, `contents: ${bytes} bytes in ${files.length} files, at most ${maxBytes}`);
  for (const name of prebuilt) {
    check(
      size(name) <= maxPrebuildBytes,
      `contents: ${name} ${size(name)} bytes, at most ${maxPrebuildBytes}`,
    );
  }
  const local = files.filter((name) => {
    const text = readFileSync(join(unpacked, name), 'latin1');
    return [root, homedir()].some((path) => path.length > 1 && text.includes(`${path}/`));
  });
  check(local.length === 0, 'contents: no path of this machine', local.join('\n'));
}

function checkMetadata(tarball) {
  const publint = run(process.execPath, [
    at('node_modules', 'publint', 'src', 'cli.js'),
    tarball,
    '--strict',
  ]);
  check(publint.status === 0, 'publint', publint.stdout + publint.stderr);
  // CommonJS reaches the ES module by `require`, which Node has had since 20.19: hence this profile.
  const attw = run(process.execPath, [
    at('node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js'),
    ...[tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--no-color'],
  ]);
  check(attw.status === 0, 'arethetypeswrong', attw.stdout + attw.stderr);
}

/** Compiles the consumers of test/package, strictly and without skipLibCheck. */
function checkTypes(folder) {
  const strict = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--ignoreConfig'];
  const node = ['--lib', 'es2022', '--types', 'node', '--typeRoots', at('node_modules', '@types')];
  const browser = ['--lib', 'es2022,dom'];
  const asNode = ['--module', 'nodenext'];
  const bundled = ['--module', 'esnext', '--moduleResolution', 'bundler'];
  for (const [what, words] of [
    ['ES module, nodenext', [...asNode, ...node, 'types.mts']],
    ['CommonJS, nodenext', [...asNode, ...node, 'types.cts']],
    ['ES module, bundler', [...bundled, ...node, 'types.mts']],
    ['ES module, bundler, in a browser', [...bundled, ...browser, 'types.mts']],
  ]) {
    const tsc = at('node_modules', 'typescript', 'bin', 'tsc');
    const { status, stdout, stderr } = run(process.execPath, [tsc, ...strict, ...words], { cwd: folder });
    check(status === 0, `types: ${what}`, stdout + stderr);
  }
}

/** Bundles an import of the package for a browser: `#platform` and `#native` then stand for what needs no Node. */
async function checkBrowser(folder) {
  writeFileSync(join(folder, 'browser.mjs'), `export * from 'hebb';\n`);
  const bundle = await rolldown({
    cwd: folder,
    input: 'browser.mjs',
    platform: 'browser',
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({ format: 'es' });
  const imports = output.flatMap((chunk) =>
    chunk.type === 'chunk' ? [...chunk.imports, ...chunk.dynamicImports] : [],
  );
  const foreign = imports.filter((name) => !output.some(({ fileName }) => fileName === name));
  check(foreign.length === 0, 'browser: a bundle imports nothing of Node', foreign.join(', '));
}

/** Trains in the folder, as an ES module and as CommonJS. */
function checkTraining(folder, what, backend) {
  for (const program of ['train.mjs', 'train.cjs']) {
    const { status, stdout, stderr } = run(process.execPath, [program], { cwd: folder });
    const name = `${what}: ${program} trains on ${backend}`;
    if (status !== 0) {
      check(false, name, stdout + stderr);
      continue;
    }
    const result = JSON.parse(stdout);
    const good =
      result.backend === backend &&
      result.version === version &&
      Math.abs(result.atTen - 19) < 0.1 &&
      result.answers.join() === '0,1,1,0' &&
      result.error.includes(join(folder, 'report.cjs')) &&
      result.notes.length === ['native', 'wasm', 'js'].indexOf(backend);
    check(good, name, stdout);
  }
}

/** The lines of an installation that Hebb's script wrote. */
const linesOf = (output) => output.split('\n').filter((line) => line.startsWith('native: '));

function checkInstallation(what, tarball, options, { backend, line }) {
  const folder = join(directory, what.replaceAll(/\W+/g, '-'));
  const lines = linesOf(install(tarball, folder, options));
  const good = line === null ? lines.length === 0 : lines.length === 1 && line.test(lines[0]);
  check(good, `${what}: ${line === null ? 'says nothing' : `says "${lines[0]}"`}`, lines.join('\n'));
  checkTraining(folder, what, backend);
  return folder;
}

async function checkInstallations(bare, complete) {
  const path = pathWithoutCompilers(join(directory, 'bin'));
  const built = { backend: 'native', line: /^native: built build\/Release\/hebb\.node in [\d.]+ s$/ };
  const prebuilt = {
    backend: 'native',
    line: new RegExp(`^native: uses the prebuilt prebuilds/${here}/hebb\\.node$`),
  };
  const fallen = {
    backend: 'wasm',
    line: /^native: not built \(.*python.*\).* Hebb falls back to WebAssembly\.$/i,
  };
  const ignoring = { words: ['--ignore-scripts'] };

  const folder = checkInstallation('with a compiler', bare, {}, built);
  checkTypes(folder);
  await checkBrowser(folder);
  const hebb = run(process.execPath, [join(folder, 'node_modules', '.bin', 'hebb'), 'doctor'], {
    cwd: folder,
  });
  check(hebb.status === 0 && hebb.stdout.includes('All is well'), 'hebb doctor', hebb.stdout + hebb.stderr);

  checkInstallation('without a compiler', bare, { path }, fallen);
  const scriptless = checkInstallation('ignore-scripts', bare, ignoring, { backend: 'wasm', line: null });
  rmSync(join(scriptless, 'node_modules', 'hebb', 'dist', 'wasm'), { recursive: true });
  checkTraining(scriptless, 'without WebAssembly either', 'js');
  checkInstallation('prebuilt, without a compiler', complete, { path }, prebuilt);
  checkInstallation('prebuilt, ignore-scripts', complete, ignoring, { backend: 'native', line: null });
  // A prebuilt addon that does not load here (made for another C library, say) is as good as none.
  const damaged = unpack(complete, join(directory, 'unpacked-damaged'));
  writeFileSync(join(damaged, 'prebuilds', here, 'hebb.node'), 'no addon');
  checkInstallation('unfit prebuilt', pack(damaged, join(directory, 'damaged')), { path }, fallen);
}

const unpacked = unpack(pack(root, join(directory, 'tarball')), join(directory, 'unpacked'));
// A checkout may have made prebuilds/: with them and without them are two cases here.
rmSync(join(unpacked, 'prebuilds'), { recursive: true, force: true });
const bare = pack(unpacked, join(directory, 'bare'));
const made = run(process.execPath, [at('scripts', 'prebuild.mjs'), `--out=${unpacked}`]);
check(made.status === 0, made.stdout.trim().split('\n').at(-1) ?? 'prebuilt', made.stdout + made.stderr);
const complete = pack(unpacked, join(directory, 'complete'));

checkContents(unpacked);
checkMetadata(complete);
await checkInstallations(bare, complete);
console.log(failures > 0 ? `package: ${failures} failed` : 'package: all passed');
process.exitCode = failures > 0 ? 1 : 0;
