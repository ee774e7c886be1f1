// What was recognised in a table, in lines for people.

import { countOf, quantity, thousands } from '../format.js';
import type { InputEncoding } from './encoding.js';
import type { TableFacts } from './problem.js';

/** Names that are listed before the rest is only counted. */
const mostNames = 12;

function list(texts: readonly string[]): string {
  const left = texts.length - mostNames;
  return left > 1 ? `${texts.slice(0, mostNames).join(', ')} and ${left} more` : texts.join(', ');
}

/** The lines, each with its title. */
export function describeTable(facts: TableFacts): string[] {
  const { dataset, rows, columns, header, trainRows, testRows, inputs, ignored, missing } = facts;
  const held = testRows > 0 ? `${thousands(testRows)} held out to test with` : 'none held out';
  const numbers = inputs.filter((input) => input.kind === 'number').map(({ name }) => name);
  const categories = inputs.filter(
    (input): input is Extract<InputEncoding, { kind: 'category' }> => input.kind === 'category',
  );
  const headed = header ? '' : ' without a header';
  return [
    `data      ${dataset}: ${countOf(rows, 'row')} of ${countOf(columns, 'column')}${headed}; ${thousands(trainRows)} to train with, ${held}`,
    ...(numbers.length > 0 ? [`numbers   ${list(numbers)}`] : []),
    ...(categories.length > 0
      ? [
          `texts     ${list(categories.map(({ name, categories: { length } }) => `${name} (${length} categories)`))}`,
        ]
      : []),
    ...(ignored.length > 0 ? [`left out  ${list(ignored.map(({ name, why }) => `${name} (${why})`))}`] : []),
    ...(missing.length > 0
      ? [`missing   ${list(missing.map(([name, count]) => `${name} ${count}`))}: ${howMissing(facts)}`]
      : []),
    `target    ${describeTarget(facts)}`,
  ];
}

/** What is done about missing values. */
function howMissing({ missing, target }: TableFacts): string {
  const isTarget = missing.some(([name]) => name === target);
  return [
    ...(missing.length > Number(isTarget) ? ['taken for the mean, or for no category'] : []),
    ...(isTarget ? ['rows without a target are left out'] : []),
  ].join('; ');
}

function describeTarget({ target, task, classes, range }: TableFacts): string {
  if (classes !== null) {
    const counted = classes.map(([name, count]) => `${name} ${thousands(count)}`);
    return `${target}: ${task}, ${classes.length} classes (${list(counted)})`;
  }
  const { least, largest, mean } = range ?? { least: NaN, largest: NaN, mean: NaN };
  return `${target}: ${task}, ${quantity(least)} to ${quantity(largest)}, mean ${quantity(mean)}`;
}
