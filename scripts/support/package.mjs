// Packing the package, installing it into empty folders and running programs there, as its users would.

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { at, root } from './paths.mjs';

/** npm as a script to give to Node: a PATH without compilers may have no npm either. */
function npmScript() {
  const given = process.env.npm_execpath;
  if (given && existsSync(given)) return given;
  const places = [
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    '/usr/share/nodejs/npm/bin/npm-cli.js',
  ];
  const found = places.find(existsSync);
  if (!found) throw new Error('npm was not found beside Node: run this with `npm run check:package`');
  return found;
}

/** Environment of a child: this one's without what npm and Hebb set for this run. */
function cleanEnvironment(more = {}) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_(registry|cache|nodedir))|HEBB_|NODE_OPTIONS|INIT_CWD)/i.test(name),
  );
  return { ...Object.fromEntries(kept), ...more };
}

/** Runs a command to its end. @returns {{ status: number | null, stdout: string, stderr: string }} */
export function run(command, words, { cwd = root, env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd,
    encoding: 'utf8',
    env: cleanEnvironment(env),
    maxBuffer: 1 << 26,
  });
  return { status, stdout: stdout ?? '', stderr: (stderr ?? '') + (error ? `${error.message}\n` : '') };
}

function runOrThrow(command, words, options) {
  const result = run(command, words, options);
  if (result.status !== 0) throw new Error(`${words.join(' ')}:\n${result.stdout}${result.stderr}`);
  return result;
}

/** Packs a directory as it is, without running its scripts. @returns path of the tarball */
export function pack(directory, destination) {
  mkdirSync(destination, { recursive: true });
  const words = [npmScript(), 'pack', '--ignore-scripts', '--json', '--pack-destination', destination];
  const [{ filename }] = JSON.parse(runOrThrow(process.execPath, words, { cwd: directory }).stdout);
  return join(destination, filename);
}

/** Unpacks a tarball. @returns the directory of the package in it */
export function unpack(tarball, directory) {
  mkdirSync(directory, { recursive: true });
  runOrThrow('tar', ['-xzf', tarball, '-C', directory]);
  return join(directory, 'package');
}

/** Files below a directory, as paths from it with forward slashes. */
export function filesOf(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/** A PATH on which there are Node and a shell, and nothing that compiles. */
export function pathWithoutCompilers(directory) {
  mkdirSync(directory, { recursive: true });
  symlinkSync(process.execPath, join(directory, 'node'));
  for (const name of ['sh', 'env', 'uname', 'ldd']) {
    const found = (process.env.PATH ?? '')
      .split(delimiter)
      .map((place) => join(place, name))
      .find(existsSync);
    if (found) symlinkSync(found, join(directory, name));
  }
  return directory;
}

/**
 * Makes an empty folder, copies the programs of test/package into it and installs a tarball there.
 * @param {string} tarball
 * @param {string} folder
 * @param {{ path?: string, words?: string[] }} options another PATH; further words for npm
 * @returns what npm and the package's install script wrote
 */
export function install(tarball, folder, { path, words = [] } = {}) {
  mkdirSync(folder, { recursive: true });
  cpSync(at('test', 'package'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const command = [
    'install',
    '--foreground-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    ...words,
    tarball,
  ];
  const env = path === undefined ? {} : { PATH: path };
  const { stdout, stderr } = runOrThrow(process.execPath, [npmScript(), ...command], { cwd: folder, env });
  return stdout + stderr;
}

/** Reads a JSON file. */
export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
