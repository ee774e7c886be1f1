// The WebAssembly module: what JavaScript can call.

import { programVersion } from './generated/contract';

/** Version of the contract this module was built from. */
export function version(): i32 {
  return programVersion;
}
