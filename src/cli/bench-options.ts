// `hebb bench`: what it is and takes. Its code is in bench.ts.

import type { Description } from './command.js';
import { flag, names, wholeNumbers, word } from './options.js';

const options = {
  backend: names({ help: 'backends to measure', fallback: [], fallbackHelp: 'all' }),
  threads: wholeNumbers({
    help: 'numbers of threads to measure with',
    fallback: null,
    fallbackHelp: 'one, and all',
    minimum: 1,
  }),
  quick: flag('fewer and shorter runs'),
  json: word({ value: 'FILE', help: "write the results to a file, or with '-' to stdout", fallback: null }),
};

/** `hebb bench` */
export const describeBench = {
  name: 'bench',
  summary: 'measures how fast this machine trains',
  words: '[PART...]',
  maximumWords: Infinity,
  wordsHelp: [
    ['PART', 'peak, gemm, map: the limits of the machine, products, elementwise functions'],
    ['', 'mnist, wide, small-net: training; predict, latency: what a call costs'],
    ['', 'growth, memory: how time grows, that memory does not (default: all of them)'],
  ],
  options,
  examples: [
    ['hebb bench mnist small-net', ''],
    ['hebb bench mnist --backend native,wasm --threads 1', ''],
    ['hebb bench --quick --json results.json', ''],
  ],
} as const satisfies Description<typeof options>;
