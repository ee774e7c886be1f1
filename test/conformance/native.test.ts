// The conformance suite on each instruction set of the native backend, on one thread and on two.

import { describeConfigurations } from '../support/backends.js';
import { conformance } from './suite.js';

describeConfigurations(
  (c) => c.backend === 'native',
  (_, backend) => conformance(backend),
);
