// What can be wrong with a file of weights, a model or a checkpoint: one class, one sentence.

import { HebbError } from '../contract/errors.js';

/** A file (or what a handler gave) that is foreign, damaged, truncated, too large, or does not fit the model. */
export class FormatError extends HebbError {
  override name = 'FormatError';

  /**
   * @param source the file it is about
   * @param problem what was expected and what came
   */
  constructor(
    readonly source: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${source}: ${problem}`, options);
  }
}

/** A name from a file, fit for a message: quoted, and cut where it is long. */
export function quoted(name: unknown): string {
  const text = String(typeof name === 'string' ? name : (JSON.stringify(name) ?? typeof name));
  return `'${text.length > 80 ? `${text.slice(0, 77)}...` : text}'`;
}
