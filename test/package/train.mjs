// What a program of a user does with the installed package, as an ES module: trains a small network, and says in JSON
// what it ran on.

import * as hebb from 'hebb';
import { report } from './report.cjs';

await report(hebb);
