// Compiles the addon with node-gyp: build/Release/hebb.node. What happened is kept in build/native-build.json (and the
// compiler's words in build/native-build.log) for `hebb doctor`. A machine without a compiler or Python is no error,
// unless HEBB_REQUIRE names `native`.
//   --clean    from nothing, not only what changed      --verbose    show the compiler's output

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { findHeaders } from './support/headers.mjs';
import { at, isMain, required, root } from './support/paths.mjs';
import { unpackSources } from './support/sources.mjs';

const addon = at('build', 'Release', 'hebb.node');

/** The node-gyp to use: the one installed here, else the one that npm brings. */
function findNodeGyp() {
  const local = createRequire(import.meta.url);
  try {
    return local.resolve('node-gyp/bin/node-gyp.js');
  } catch {
    // not installed: go on
  }
  const fromEnvironment = process.env.npm_config_node_gyp;
  if (fromEnvironment && existsSync(fromEnvironment)) return fromEnvironment;
  const npm = process.env.npm_execpath;
  if (npm) {
    const bundled = join(dirname(npm), '..', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
    if (existsSync(bundled)) return bundled;
  }
  return undefined;
}

/** The line of a failed build's output that says most. */
function reasonFrom(output) {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('gyp info'));
  const telling = [
    /Could not find any Python/i,
    /not found: make|make: not found|spawn make/i,
    /(g\+\+|cc1plus|c\+\+|clang).*(not found|No such file)/i,
    /^make.*: (No such file or directory|Command not found|not found)/,
    /find VS/i,
    /\b(fatal )?error: /,
    /undefined reference/,
    /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|getaddrinfo|bad response/,
    /stack Error: /,
    /ERR!/,
  ];
  const line =
    telling.map((pattern) => lines.find((text) => pattern.test(text))).find(Boolean) ?? lines.at(-1);
  return (line ?? 'no output').replace(/^gyp ERR! (stack )?(Error: )?/, '').replaceAll(root, '.');
}

function record(result, log) {
  mkdirSync(at('build'), { recursive: true });
  writeFileSync(at('build', 'native-build.json'), JSON.stringify(result, null, 2) + '\n');
  if (log !== undefined) writeFileSync(at('build', 'native-build.log'), log);
}

/** Builds the addon. Returns {ok, reason, seconds}; never throws for want of a compiler. */
export function buildNative({ clean = false, verbose = false } = {}) {
  const start = Date.now();
  const finish = (ok, reason, log) => {
    const result = {
      ok,
      reason,
      node: process.versions.node,
      platform: process.platform,
      arch: process.arch,
      seconds: Math.round((Date.now() - start) / 100) / 10,
      date: new Date().toISOString(),
    };
    record(result, log);
    return result;
  };

  const nodeGyp = findNodeGyp();
  if (!nodeGyp) return finish(false, 'node-gyp was not found', '');
  unpackSources();

  // An incremental build is only right for the Node it was configured for.
  const stamp = `${process.version} ${process.platform} ${process.arch} ${process.execPath}`;
  const stampFile = at('build', 'configured-for.txt');
  const same = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (clean || !same) rmSync(at('build'), { recursive: true, force: true });

  const headers = findHeaders();
  const jobs = Math.max(2, Math.min(8, availableParallelism()));
  const run = (...command) =>
    spawnSync(
      process.execPath,
      [nodeGyp, ...command, '--release', ...(headers ? [`--nodedir=${headers}`] : [])],
      {
        cwd: root,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        env: { ...process.env, CLICOLOR: '0' },
        stdio: verbose ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      },
    );

  let log = '';
  for (const command of [['configure'], ['build', '-j', String(jobs)]]) {
    const { status, stdout, stderr, error } = run(...command);
    log += `${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`;
    if (status !== 0) {
      // An addon of earlier sources must not pass for the new one.
      if (existsSync(addon)) rmSync(addon);
      return finish(false, verbose ? 'see above' : reasonFrom(log), log);
    }
  }
  writeFileSync(stampFile, stamp);
  return finish(true, '', log);
}

/** Builds, prints one line, and returns the exit code. */
export function buildNativeAndTell(options) {
  const { ok, reason, seconds } = buildNative(options);
  if (ok) {
    console.log(`native: built build/Release/hebb.node in ${seconds} s`);
    return 0;
  }
  console.log(
    `native: not built (${reason}); build/native-build.log has the details. Hebb falls back to WebAssembly.`,
  );
  return required().has('native') ? 1 : 0;
}

if (isMain(import.meta.url)) {
  process.exitCode = buildNativeAndTell({
    clean: process.argv.includes('--clean'),
    verbose: process.argv.includes('--verbose'),
  });
}
