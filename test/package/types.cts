// The same for CommonJS: `require` of an ES module, which Node has since 20.19.

import hebb = require('hebb');

const x = hebb.tensor2d([[1, 2]]);
export const sum: hebb.Tensor = x.add(1).sum();
// @ts-expect-error a number of rows is not a list
hebb.eye([3]);
const model: hebb.Sequential = hebb.sequential({
  layers: [hebb.layers.dense({ units: 1, inputShape: [2] })],
});
model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
exports.model = model;
