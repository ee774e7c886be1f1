// `npm run docs:guide`: fills the guide "From one neuron to MNIST" (docs/guide/en.md, zh.md) with what the examples do:
// between <!-- example:NAME --> and <!-- /example --> goes a whole chapter with its explanations, between
// <!-- example:NAME#SECTION --> and <!-- /example --> the code of a section, what it printed and its pictures, which lie in docs/guide/pictures. The
// examples run on WebAssembly with plain SIMD, whose bits are the same everywhere; times are left out.
//   --check    writes nothing; fails where the guide is not current. Needs dist/ (`npm run build`). Words and code have to
//              be the same; of the figures, which move a little whenever a kernel rounds in another order, most.
//   NAME...    only these examples

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { examples, load } from '../examples/index.mjs';
import { at } from './support/paths.mjs';

const hebb = await import(pathToFileURL(at('dist', 'index.js')).href);
const viz = await import(pathToFileURL(at('dist', 'viz', 'index.js')).href);
const isCheck = process.argv.includes('--check');
const chosen = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const documents = ['en', 'zh'].map((language) => at('docs', 'guide', `${language}.md`));
const pictureFolder = at('docs', 'guide', 'pictures');
/** Longest line of a printed result. */
const widestLine = 100;

/** Keeps what an example says, section by section. */
class GuideChapter {
  sections = [];
  quick = false;

  /** @param name of the example */
  constructor(name) {
    this.name = name;
  }

  draw = async (name, make) => {
    const picture = await make(viz);
    this.sections.at(-1).pictures.push({ file: `${this.name}-${name}.svg`, svg: picture.svg() });
  };

  section = (id, title, explanation) => {
    this.sections.push({
      id,
      title,
      explanation: explanation.replace(/\s+/g, ' ').trim(),
      lines: [],
      pictures: [],
    });
  };

  print = Object.assign((text) => void this.sections.at(-1).lines.push(wrap(text)), {
    time: () => undefined,
  });
}

/** A text in lines of at most `width` characters. */
function wrap(text, width = widestLine) {
  return text.replace(new RegExp(`(.{1,${width}})(?: *\\n| +|$)`, 'g'), '$1\n').trimEnd();
}

/**
 * The code of each section of an example: what stands between its call of `section` and the next, without calls
 * of `draw` and the indentation.
 */
function codeOf(name) {
  const source = readFileSync(at('examples', `${name}.mjs`), 'utf8');
  const body = source.slice(source.indexOf('export async function run('));
  const code = new Map();
  const parts = body.split(/^ {2}section\(\s*/m).slice(1);
  for (const part of parts) {
    const id = part.split("'")[1];
    // The call of `section` ends with `);`, on a line of its own or at the end of the first.
    const rest = part.slice(part.search(/\);$/m) + 2);
    const statements = rest
      .split(/^ {2}return |^}/m)[0]
      .replace(/^ *await draw\((?:[^\n]*\);\n|[^\n]*\n(?:[^\n]*\n)*? {2}\}?\);\n)/gm, '')
      .replace(/^ {2}/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
    code.set(id, statements);
  }
  return code;
}

/** Runs an example; its sections, or null where its data are not here. */
async function runExample({ name, dtype }) {
  hebb.setDefaultDtype(dtype);
  const chapter = new GuideChapter(name);
  try {
    await (await load(name)).run(chapter);
  } catch (error) {
    if (!(error instanceof hebb.DatasetUnavailableError)) throw error;
    console.log(`guide: ${name} is left as it is: ${error.message}`);
    return null;
  }
  return chapter.sections;
}

const fence = (language, text) => `\`\`\`${language}\n${text}\n\`\`\``;

/** A section as Markdown. */
function show(section, code) {
  const parts = [];
  if (code !== '') parts.push(fence('js', code));
  if (section.lines.length > 0) parts.push(fence('text', section.lines.join('\n')));
  for (const { file } of section.pictures) parts.push(`![${section.title}](pictures/${file})`);
  return parts.join('\n\n');
}

/** The documents with all blocks of an example filled. */
function fill(text, name, sections) {
  const code = codeOf(name);
  const block = new RegExp(`(<!-- example:${name}(?:#([\\w-]+))? -->\\n)[\\s\\S]*?(<!-- /example -->)`, 'g');
  return text.replace(block, (_, open, id, close) => {
    const shown = id === undefined ? sections : sections.filter((section) => section.id === id);
    if (shown.length === 0)
      throw new Error(`the guide has a section ${name}#${id}, which the example has not`);
    const content = shown.map((section) => {
      const body = show(section, code.get(section.id) ?? '');
      return id === undefined ? `### ${section.title}\n\n${wrap(section.explanation, 118)}\n\n${body}` : body;
    });
    return `${open}\n${content.join('\n\n')}\n\n${close}`;
  });
}

hebb.setBackend('wasm', { isa: 'simd' });
const before = documents.map((path) => readFileSync(path, 'utf8'));
const after = [...before];
/** All pictures of the examples that ran. */
const pictures = [];
for (const example of examples) {
  if (chosen.length > 0 && !chosen.includes(example.name)) continue;
  const sections = await runExample(example);
  if (!sections) continue;
  pictures.push(...sections.flatMap((section) => section.pictures));
  after.forEach((text, i) => {
    const missing = sections.filter(
      ({ id }) =>
        !text.includes(`<!-- example:${example.name} -->`) &&
        !text.includes(`<!-- example:${example.name}#${id} -->`),
    );
    if (missing.length > 0) throw new Error(`${documents[i]} lacks ${example.name}#${missing[0].id}`);
    after[i] = fill(text, example.name, sections);
  });
}

const numberPattern = /-?\d+(?:\.\d+)?(?:e-?\d+)?/g;

/** What differs between two texts of a document: the first line whose words do, or too many figures; null for nothing. */
function differenceOf(is, shall) {
  const words = (text) =>
    text
      .replace(numberPattern, '#')
      .replace(/[^\S\n]+/g, ' ')
      .split('\n');
  const [old, now] = [words(is), words(shall)];
  const line = now.findIndex((text, n) => text !== old[n]);
  if (line >= 0 || old.length !== now.length) {
    return `line ${line + 1}:\n- ${is.split('\n')[line]}\n+ ${shall.split('\n')[line]}`;
  }
  const figures = (text) =>
    [...text.matchAll(/^```text\n([\s\S]*?)^```/gm)].flatMap(
      ([, output]) => output.match(numberPattern) ?? [],
    );
  const [oldFigures, newFigures] = [figures(is).map(Number), figures(shall).map(Number)];
  const far = newFigures.filter((x, i) => Math.abs(x - oldFigures[i]) > 0.05 * Math.abs(x) + 0.001).length;
  return far > newFigures.length / 10
    ? `${far} of ${newFigures.length} figures are off by more than 5 %`
    : null;
}

let stale = 0;
/** The words of a picture: its figures move as those of the text do, and versions of zlib compress pixels differently. */
const comparable = (svg) =>
  (svg.match(/<text[^>]*>[^<]*/g) ?? [])
    .map((text) => text.replace(/.*>/, ''))
    .filter((text) => !/\d/.test(text))
    .join('\n');

/** Writes a picture, or says that it is not the one that is there. */
function keepPicture({ file, svg }) {
  const path = join(pictureFolder, file);
  if (
    existsSync(path) &&
    (isCheck
      ? comparable(readFileSync(path, 'utf8')) === comparable(svg)
      : readFileSync(path, 'utf8') === svg)
  )
    return;
  if (isCheck) {
    console.error(`${path} is not what the examples draw; run \`npm run docs:guide\``);
    stale++;
  } else {
    mkdirSync(pictureFolder, { recursive: true });
    writeFileSync(path, svg);
    console.log(`guide: drew ${path}`);
  }
}
pictures.forEach(keepPicture);
documents.forEach((path, i) => {
  if (after[i] === before[i]) return;
  if (isCheck) {
    const difference = differenceOf(before[i], after[i]);
    if (difference === null) return;
    console.error(`${path} is not what the examples say; run \`npm run docs:guide\`\n${difference}`);
    stale++;
  } else {
    writeFileSync(path, after[i]);
    console.log(`guide: filled ${path}`);
  }
});
process.exitCode = stale > 0 ? 1 : 0;
