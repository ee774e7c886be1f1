// In a fresh process: milliseconds from import to the first result, and of the first trace of the MNIST step.

const start = performance.now();
const hebb = await import('hebb');
hebb.setBackend(process.argv[2]);
hebb.add([1, 2], [3, 4]).dataSync();
const first = performance.now() - start;

const { mnistModel } = await import('../measure.mjs');
const model = mnistModel(hebb);
const x = hebb.zeros([128, 28, 28], 'uint8');
const y = hebb.zeros([128], 'int32');
const before = performance.now();
await model.trainOnBatch(x, y);
const withTrace = performance.now() - before;
const again = performance.now();
await model.trainOnBatch(x, y);
console.log(JSON.stringify({ first, trace: withTrace - (performance.now() - again) }));
