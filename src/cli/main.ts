#!/usr/bin/env node
// `hebb`: the command line of Hebb, as a process.

import { run } from './run.js';
import { processSurroundings } from './terminal.js';

void run(process.argv.slice(2), processSurroundings()).then((exitCode) => {
  // Set, not process.exit(): what was written to a pipe still has to leave. A failed write has set it already.
  process.exitCode ??= exitCode;
});
