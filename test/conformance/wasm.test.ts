// The conformance suite on both builds of the WebAssembly backend.

import { describeConfigurations } from '../support/backends.js';
import { conformance } from './suite.js';

describeConfigurations(
  (c) => c.backend === 'wasm',
  (_, backend) => conformance(backend),
);
