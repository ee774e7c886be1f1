// `hebb train`: what it is and takes. Its code is in train.ts.

import type { Description } from './command.js';
import { choice, flag, number, wholeNumber, wholeNumbers, word } from './options.js';

const options = {
  epochs: wholeNumber({ help: 'passes over the training images', fallback: 5, minimum: 1 }),
  'batch-size': wholeNumber({ help: 'images an update of the weights', fallback: 128, minimum: 1 }),
  hidden: wholeNumbers({
    help: "units of the hidden layers, first to last, or 'none'",
    fallback: [512],
    minimum: 1,
  }),
  activation: word({ help: 'activation of the hidden layers: relu, tanh, ...', fallback: 'relu' }),
  optimizer: word({ help: 'sgd, momentum, rmsprop, adam, ...', fallback: 'rmsprop' }),
  'learning-rate': number({
    help: 'step size of the optimizer',
    fallback: null,
    fallbackHelp: "the optimizer's own",
    above: 0,
  }),
  dropout: number({
    help: 'share of each hidden layer left out in training',
    fallback: 0,
    minimum: 0,
    below: 1,
  }),
  'validation-split': number({
    help: 'share of the training images to validate on instead',
    fallback: 0,
    minimum: 0,
    below: 1,
  }),
  examples: wholeNumber({
    help: 'images to train with, digits to draw',
    fallback: null,
    fallbackHelp: 'all; 10000 digits',
    minimum: 1,
  }),
  seed: wholeNumber({
    help: 'the same seed gives the same network',
    fallback: null,
    fallbackHelp: 'drawn, and shown',
    minimum: 0,
  }),
  backend: choice(['native', 'wasm', 'js'], {
    help: 'what computes',
    fallback: null,
    fallbackHelp: 'the fastest there is',
  }),
  threads: wholeNumber({
    help: 'threads that compute',
    fallback: null,
    fallbackHelp: 'as many as there are CPUs',
    minimum: 1,
  }),
  dtype: choice(['float32', 'float64'], { help: 'precision of weights and figures', fallback: 'float32' }),
  json: flag('write JSON lines to stdout, and nothing else'),
};

/** `hebb train` */
export const describeTrain = {
  name: 'train',
  summary: 'trains a network on pictures and tests it',
  words: '[mnist|fashion-mnist|digits]',
  maximumWords: 1,
  wordsHelp: [
    ['mnist', '60,000 handwritten digits (the default); downloaded once (11 MB) if need be'],
    ['fashion-mnist', '60,000 pictures of clothing; downloaded once (31 MB) if need be'],
    ['digits', 'digits that Hebb draws itself; needs no download'],
  ],
  options,
  examples: [
    ['hebb train mnist', '784-512(relu)-10(softmax), 5 epochs'],
    ['hebb train fashion-mnist --hidden 512,256 --dropout 0.2', 'two hidden layers'],
    ['hebb train mnist --optimizer adam --learning-rate 0.001', ''],
    ['hebb train digits --epochs 2 --seed 1 --json', 'for another program to read'],
    ['hebb train mnist --backend wasm', 'as it runs where there is no addon'],
  ],
} as const satisfies Description<typeof options>;
