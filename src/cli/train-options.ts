// `hebb train`: what it is and takes. Its code is in train.ts.

import type { Description } from './command.js';
import { choice, flag, names, number, wholeNumber, wholeNumbers, word } from './options.js';
import { computing } from './shared-options.js';

const options = {
  epochs: wholeNumber({
    help: 'passes over the training examples',
    fallback: null,
    fallbackHelp: '5; CSV: 5 to 200',
    minimum: 1,
  }),
  'batch-size': wholeNumber({
    help: 'examples an update of the weights',
    fallback: null,
    fallbackHelp: '128; CSV: 32',
    minimum: 1,
  }),
  hidden: wholeNumbers({
    help: "units of the hidden layers, or 'none'",
    fallback: null,
    fallbackHelp: '512; CSV: 64,32',
    minimum: 1,
  }),
  activation: word({ help: 'of the hidden layers: relu, tanh, ...', fallback: 'relu' }),
  optimizer: word({
    help: 'sgd, momentum, rmsprop, adam, ...',
    fallback: null,
    fallbackHelp: 'rmsprop; CSV: adam',
  }),
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
    help: 'share to validate on; CSV: to test with',
    fallback: null,
    fallbackHelp: '0; CSV: 0.2',
    minimum: 0,
    below: 1,
  }),
  examples: wholeNumber({
    help: 'images or rows to take, digits to draw',
    fallback: null,
    fallbackHelp: 'all; 10000 digits',
    minimum: 1,
  }),
  target: word({ help: 'CSV: the column to predict', fallback: null, fallbackHelp: 'the last one' }),
  task: choice(['classification', 'regression'], {
    value: 'TASK',
    help: 'CSV: classification or regression',
    fallback: null,
    fallbackHelp: 'by the target',
  }),
  ignore: names({ help: 'CSV: columns to leave out', fallback: [] }),
  header: choice(['yes', 'no'], {
    help: 'CSV: whether the first row has names',
    fallback: null,
    fallbackHelp: 'recognised',
  }),
  seed: wholeNumber({
    help: 'the same seed gives the same network',
    fallback: null,
    fallbackHelp: 'drawn, and shown',
    minimum: 0,
  }),
  ...computing,
  dtype: choice(['float32', 'float64'], { help: 'precision of weights and figures', fallback: 'float32' }),
  save: word({ value: 'FILE', help: 'save after each epoch, and on Ctrl-C', fallback: null }),
  resume: flag('go on from the file of --save, if it is there'),
  json: flag('write JSON lines to stdout, and nothing else'),
};

/** `hebb train` */
export const describeTrain = {
  name: 'train',
  summary: 'trains a network on pictures or a table, and tests it',
  words: '[mnist|fashion-mnist|digits|FILE.csv]',
  maximumWords: 1,
  wordsHelp: [
    ['mnist', '60,000 handwritten digits (the default); downloaded once (11 MB) if need be'],
    ['fashion-mnist', '60,000 pictures of clothing; downloaded once (31 MB) if need be'],
    ['digits', 'digits that Hebb draws itself; needs no download'],
    ['FILE.csv', 'a table: its columns are recognised, a fifth of its rows held out for the test'],
  ],
  options,
  examples: [
    ['hebb train mnist', '784-512(relu)-10(softmax), 5 epochs'],
    ['hebb train houses.csv --target price', 'regression or classification, as it is'],
    ['hebb train fashion-mnist --hidden 512,256 --dropout 0.2', 'two hidden layers'],
    ['hebb train mnist --optimizer adam --learning-rate 0.001', ''],
    ['hebb train digits --epochs 2 --seed 1 --json', 'for another program to read'],
    ['hebb train mnist --save digits.safetensors --resume', 'goes on where it was interrupted'],
    ['hebb train mnist --backend wasm', 'as it runs where there is no addon'],
  ],
} as const satisfies Description<typeof options>;
