// Pictures as a problem to learn: pixels of 0 to 255 in, the probability of each class out.

import type { Dataset } from '../data/index.js';
import { layers } from '../nn/layers/index.js';
import type { Problem } from './problem.js';

const epochs = 5;

/** A data set of labelled images as a problem. */
export function pictureProblem({ name, train, test, classNames }: Dataset): Problem {
  const inputShape = train.images.shape.slice(1);
  return {
    name,
    thing: 'image',
    train: { inputs: train.images, targets: train.labels },
    validation: null,
    test: { inputs: test.images, targets: test.labels },
    // Scaled inside the program, a batch at a time: the images stay bytes in memory.
    first: [layers.flatten({ inputShape }), layers.rescaling({ scale: 1 / 255 })],
    width: inputShape.reduce((product, size) => product * size, 1),
    output: { classes: classNames.length },
    epochs,
    metadata: { input: 'pictures', dataset: name, classNames },
  };
}
