// What stands behind '#native' outside Node: an addon cannot be loaded there. In Node it is native.ts.

import { BackendError } from '../contract/errors.js';
import type { Backend, BackendOptions } from './backend.js';

/** @throws BackendError always */
export function createNativeBackend(_options: BackendOptions): Backend {
  throw new BackendError('the native backend needs Node.js');
}
