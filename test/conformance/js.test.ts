// The conformance suite on the js backend.

import { describeConfigurations } from '../support/backends.js';
import { conformance } from './suite.js';

describeConfigurations(
  (c) => c.backend === 'js',
  (_, backend) => conformance(backend),
);
