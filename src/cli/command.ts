// What a command of `hebb` is: its description, from which the help is made, and its code, loaded when it is called.

import type { Options, Values } from './options.js';
import type { Surroundings } from './terminal.js';

/** A command's call: its options' values and the other words. */
export interface Call<O extends Options> {
  readonly values: Values<O>;
  readonly words: readonly string[];
}

/** What a command is and takes. */
export interface Description<O extends Options = Options> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The words it takes besides options, as the usage line shows them; empty for none. */
  readonly words: string;
  /** The most words it takes. */
  readonly maximumWords: number;
  /** Lines that say what those words can be: the word, and what it means. */
  readonly wordsHelp: readonly (readonly [string, string])[];
  readonly options: O;
  /** Command lines, and what each is for. */
  readonly examples: readonly (readonly [string, string])[];
}

/** A command that can be called. */
export interface Command extends Description {
  /** Parses its words and runs it; the exit code. */
  run(args: readonly string[], surroundings: Surroundings): Promise<number>;
}
