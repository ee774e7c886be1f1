// The WebAssembly module: what JavaScript can call. Memory is imported and owned by JavaScript, which lays out
// everything in it (src/backend/wasm/); nothing here allocates. src/backend/wasm/layout.ts says where things are.

import { programVersion } from './generated/contract';
import { prepareMath } from './math';
import { prepareReduction } from './math64';
import { setWork } from './work';

export { run } from './run';

/** Version of the contract this module was built from. */
export function version(): i32 {
  return programVersion;
}

/** Before anything else: fills the tables, and tells this instance where its work space is. */
export function initialise(workSpace: usize): void {
  setWork(workSpace);
  prepareMath();
  prepareReduction();
}
