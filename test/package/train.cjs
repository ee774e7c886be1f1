// The same as train.mjs, as CommonJS.

const hebb = require('hebb');
const { report } = require('./report.cjs');

report(hebb);
