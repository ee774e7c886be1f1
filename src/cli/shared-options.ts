// Options that several commands have.

import { choice, wholeNumber } from './options.js';

/** Of every command that computes. */
export const computing = {
  backend: choice(['native', 'wasm', 'js'], {
    help: 'what computes',
    fallback: null,
    fallbackHelp: 'the fastest there is',
  }),
  threads: wholeNumber({
    help: 'threads that compute',
    fallback: null,
    fallbackHelp: 'as many as there are CPUs',
    minimum: 1,
  }),
};
