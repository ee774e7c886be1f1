// `hebb doctor`: what it is and takes. Its code is in doctor.ts.

import type { Description } from './command.js';
import { flag } from './options.js';

const options = { json: flag('write one JSON object to stdout, and nothing else') };

/** `hebb doctor` */
export const describeDoctor = {
  name: 'doctor',
  summary: 'shows what Hebb found here, what it chose and why',
  words: '',
  maximumWords: 0,
  wordsHelp: [],
  options,
  examples: [
    ['hebb doctor', 'a faster backend was not taken: why?'],
    ['hebb doctor --json', 'to attach to a bug report'],
  ],
} as const satisfies Description<typeof options>;
