// The examples, one a chapter, in the order of the guide "From one neuron to MNIST" (docs/guide). Each file exports
// `run(chapter)`, which is the chapter: it says what happens, does it, prints what came out and draws it. `npx hebb
// example NAME` runs one.

/** Name (of the file), what it shows, and the dtype that its text computes in. */
export const examples = [
  { name: 'neuron', title: 'One neuron', dtype: 'float64' },
  {
    name: 'network-221',
    title: 'A network of two inputs, two hidden neurons and one output',
    dtype: 'float64',
  },
  { name: 'two-layer', title: 'Two layers without biases', dtype: 'float64' },
  { name: 'perceptron', title: 'The perceptron', dtype: 'float64' },
  { name: 'multilayer', title: 'From the perceptron to networks of several layers', dtype: 'float32' },
  { name: 'hopfield', title: 'The Hopfield network, a memory', dtype: 'float32' },
  { name: 'descent', title: 'Gradient descent, seen', dtype: 'float64' },
  { name: 'tensors', title: 'Tensors', dtype: 'float32' },
  { name: 'mnist', title: 'Handwritten digits: MNIST', dtype: 'float32' },
  { name: 'ablation', title: 'Deleting neurons', dtype: 'float32' },
];

/** The module of an example. */
export const load = (name) => import(new URL(`./${name}.mjs`, import.meta.url).href);
