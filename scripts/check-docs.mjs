// `npm run check -- docs`: the documents say what is so. Every link of README, CONTRIBUTING, ARCHITECTURE, CHANGELOG and
// docs/ leads somewhere; every path that they name exists; the programs in README run; the tables of docs/ are those
// of the exports; the API reference has no broken link. Needs dist/ (`npm run build`).

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { at, root } from './support/paths.mjs';

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...['docs', 'docs/guide', 'bench', 'examples'].flatMap((folder) =>
    readdirSync(at(folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
].map((name) => ({ name, text: readFileSync(at(name), 'utf8') }));

let failures = 0;
function fail(what) {
  console.error(what);
  failures++;
}

/** The text without fenced blocks: what looks like a link or a path there is an example. */
const prose = (text) => text.replace(/^```[\s\S]*?^```/gm, '');

/** Anchors of the headings, as hosts of repositories make them. */
function anchorsOf(text) {
  return [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function checkLinks({ name, text }) {
  for (const [, target] of prose(text).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^(https?|mailto):/.test(target)) continue;
    const [path, anchor] = target.split('#');
    const file = path === '' ? at(name) : join(root, dirname(name), path);
    if (!existsSync(file)) fail(`${name}: the link to ${target} leads nowhere`);
    else if (anchor && !anchorsOf(readFileSync(file, 'utf8')).includes(anchor)) {
      fail(`${name}: ${path || 'this file'} has no heading #${anchor}`);
    }
  }
}

/** What builds make: named, but not there in every checkout. */
const made = /^(dist|build|prebuilds|docs\/api|coverage|node_modules)(\/|$)/;

/** Whether `path`, which may have a * in its last part, exists. */
function exists(path) {
  if (!path.includes('*')) return existsSync(at(path));
  const folder = dirname(path);
  const pattern = new RegExp(
    `^${path
      .slice(folder.length + 1)
      .replaceAll('.', '\\.')
      .replaceAll('*', '.*')}$`,
  );
  return existsSync(at(folder)) && readdirSync(at(folder)).some((name) => pattern.test(name));
}

/** Paths in backticks: those that begin with a directory of the root. */
function checkPaths({ name, text }) {
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const beginning = new RegExp(
    `^(${folders.map((entry) => entry.name.replaceAll('.', '\\.')).join('|')})/[\\w.*/-]*$`,
  );
  for (const [, path] of prose(text).matchAll(/`([^`\s]+)`/g)) {
    if (beginning.test(path) && !made.test(path) && !exists(path)) fail(`${name}: there is no ${path}`);
  }
}

/**
 * The tree of ARCHITECTURE.md: each line has names, then two spaces or more, then what they are. Names end at the first
 * that is no path; the indentation says what they lie in.
 */
function checkTree({ name, text }) {
  const tree = /^```\n([\s\S]*?)^```/m.exec(text.slice(text.indexOf('## The tree')))?.[1] ?? '';
  const above = [];
  let checked = 0;
  for (const line of tree.split('\n').filter(Boolean)) {
    const depth = line.search(/\S/) / 2;
    const named = line
      .trim()
      .split(/ {2,}| (?=[a-z]+ )/)[0]
      .split(/[\s,]+/)
      .filter((word) => /^\.?[\w-]+(\/|\.\w+)$/.test(word));
    if (named.length === 0) continue; // the description goes on
    above.length = depth;
    for (const each of named) {
      checked++;
      if (!existsSync(at(...above, each)))
        fail(`${name}: its tree names ${[...above, each].join('')}, which is not there`);
    }
    above.push(named[0]);
  }
  if (checked < 20) fail(`${name}: only ${checked} names were found in its tree`);
}

/** Runs the programs of a document: the JavaScript after `<!-- run -->`. Other blocks are fragments. */
function runPrograms({ name, text }) {
  const programs = [...text.matchAll(/^<!-- run -->\n```js\n([\s\S]*?)^```/gm)].map(([, program]) => program);
  for (const program of programs) {
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: root,
      encoding: 'utf8',
      timeout: 300_000,
    });
    if (status !== 0) fail(`${name}: this program fails\n${program}${stderr}`);
  }
  if (programs.length === 0) fail(`${name}: there is no program in it`);
}

function runNode(...words) {
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
  if (status !== 0) failures++;
}

for (const document of documents) {
  checkLinks(document);
  checkPaths(document);
  if (document.name === 'ARCHITECTURE.md') checkTree(document);
  if (document.name === 'README.md') runPrograms(document);
}
runNode(at('scripts', 'docs-tables.mjs'), '--check');
runNode(at('node_modules', 'typedoc', 'bin', 'typedoc'), '--emit', 'none', '--logLevel', 'Warn');
if (failures > 0) process.exitCode = 1;
