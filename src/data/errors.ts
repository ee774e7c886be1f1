// What can be wrong with data that comes from outside. Each message is one sentence: what, where, what to do.

/** A file that is not what it should be: foreign, truncated, too large, or with other contents than expected. */
export class DataFormatError extends Error {
  override name = 'DataFormatError';

  /**
   * @param file the file it is about
   * @param problem what was expected and what came
   */
  constructor(
    readonly file: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${file}: ${problem}`, options);
  }
}

/** A data set that is neither on this machine nor to be had from the network. */
export class DatasetUnavailableError extends Error {
  override name = 'DatasetUnavailableError';

  /**
   * @param dataset its name, as in `HEBB_DATASETS/<name>`
   * @param directories where it was looked for, in order
   */
  constructor(
    readonly dataset: string,
    readonly directories: readonly string[],
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
