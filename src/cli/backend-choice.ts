// The backend of a command that computes: as its options say, else the environment, else the fastest there is.

import type { BackendName } from '../backend/backend.js';
import { backendInfo, environmentOptions, setBackend } from '../backend/select.js';
import type { BackendFacts } from './report.js';

/** Makes the backend. */
export function chooseBackend(backend: BackendName | null, threads: number | null): BackendFacts {
  const forced = backend !== null ? '--backend' : process.env.HEBB_BACKEND ? 'HEBB_BACKEND' : null;
  const { name: standard, notes } = backend === null ? backendInfo() : { name: backend, notes: [] };
  if (backend !== null || threads !== null) {
    const environment = environmentOptions();
    setBackend(standard, { ...environment, threads: threads ?? environment.threads });
  }
  const { name, isa, threads: used } = backendInfo();
  const why = notes.map((note) => `not ${note}`);
  if (forced !== null) why.push(`as ${forced} says`);
  else if (why.length === 0) why.push('the fastest there is');
  return { name, isa, threads: used, why };
}
