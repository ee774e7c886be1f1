// The WebAssembly module: what JavaScript can call. Memory is imported, shared by all threads and owned by JavaScript,
// which lays out everything in it (src/backend/wasm/); nothing here allocates. src/backend/wasm/layout.ts says where
// things are.

import { lead } from './deputy';
import { programVersion } from './generated/contract';
import { prepareMath } from './math';
import { prepareReduction } from './math64';
import { help } from './threads';
import { setWork } from './work';

export { run } from './run';

/** Version of the contract this module was built from. */
export function version(): i32 {
  return programVersion;
}

/** Before anything else: fills the tables, and tells this instance where its work space is. */
export function initialise(workSpace: usize): void {
  setWork(workSpace, 0);
  prepareMath();
  prepareReduction();
}

/**
 * A further thread, for as long as it lives, in an instance of its own.
 * @param number from 1 on
 * @param isDeputy it leads runs in the background, rather than help
 */
export function serve(workSpace: usize, number: i32, isDeputy: bool): void {
  setWork(workSpace, number);
  if (isDeputy) lead();
  else help();
}
