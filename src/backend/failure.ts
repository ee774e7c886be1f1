// From error codes to sentences.

import { ProgramError, RunError, type Source } from '../contract/errors.js';
import { programErrors, runErrors, stateAt } from '../contract/instructions.js';

/** The error for a program that was refused. */
export function programError(code: number, at: number): ProgramError {
  const entry = Object.values(programErrors).find((e) => e.code === code);
  return new ProgramError(
    `The program cannot be loaded: ${entry?.sentence ?? `error ${code}`} (word ${at}).`,
  );
}

/** Where a source is: `dense_1: matMul`. */
export function describeSource(source: Source): string {
  return source.scope ? `${source.scope}: ${source.op}` : source.op;
}

/** The error for a run whose state says that it failed. */
export function runError(state: Int32Array, source: Source | undefined): RunError {
  const code = state[stateAt.error];
  const [reason, entry] = Object.entries(runErrors).find(([, e]) => e.code === code) ?? [
    'unknown',
    undefined,
  ];
  const sentence = (entry?.sentence ?? `error ${code}`)
    .replace('{0}', String(state[stateAt.detail0]))
    .replace('{1}', String(state[stateAt.detail1]));
  const where = source ? `${describeSource(source)}: ` : '';
  return new RunError(`${where}${sentence}.${traceLine(source)}`, reason, source);
}

/** Where Hebb's own modules lie, as stacks name it: the folder above this one, as an address and as a path. */
const ownRoot = new URL('..', import.meta.url).href;
const ownPath = decodeURIComponent(new URL('..', import.meta.url).pathname).replace(/^\/(?=[A-Za-z]:)/, '');

/** The innermost line of the user's code in a stack, ` at f (file:line:column)`; empty if there is none. */
export function userLine(stack: string | undefined): string {
  const frames = stack?.split('\n').slice(1) ?? [];
  const users = frames.find(
    (f) =>
      !f.includes(ownRoot) &&
      !f.replaceAll('\\', '/').includes(ownPath) &&
      !/node:internal|<anonymous>/.test(f),
  );
  return users ? users.replace(/^\s*at /, ' at ') : '';
}

/** The line of the user's code that made an instruction, if the trace recorded it. */
export function traceLine(source: Source | undefined): string {
  const line = userLine(source?.trace?.stack);
  return line && ` Made${line}.`;
}
