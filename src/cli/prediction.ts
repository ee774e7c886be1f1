// A prediction, in words for people and by name for programs.

import { quantity } from './format.js';

/** What a model says of an input. */
export interface Prediction {
  /** The file or row, as it was given. */
  readonly input: string;
  /** Number of the row in its file, from 1 after the header; null where there is but one. */
  readonly row: number | null;
  /** Name of the column that was predicted. */
  readonly target?: string;
  /** Of a regression. */
  readonly value?: number;
  /** Of a classification: each class with its probability. */
  readonly probabilities?: readonly (readonly [string, number])[];
  /** Of a picture: its size, and what was done to it. */
  readonly picture?: {
    readonly width: number;
    readonly height: number;
    readonly inverted: boolean;
    readonly resized: boolean;
  };
}

/** Others that are shown beside the likeliest class. */
const mostOthers = 3;
/** Less is not worth showing. */
const leastShown = 0.001;

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

const byProbability = (
  probabilities: readonly (readonly [string, number])[],
): (readonly [string, number])[] => [...probabilities].sort(([, a], [, b]) => b - a);

/** `seven.png: 7, 98.3% (9 1.2%)` */
export function describePrediction(prediction: Prediction): string {
  const { input, row, target, value, probabilities = [], picture } = prediction;
  const place = row === null ? input : `${input} row ${row}`;
  const subject = target === undefined ? place : `${place}: ${target}`;
  if (value !== undefined) return `${subject} ${quantity(value)}`;
  const [[name, probability], ...rest] = byProbability(probabilities);
  const others = rest
    .slice(0, mostOthers)
    .filter(([, share]) => share >= leastShown)
    .map(([other, share]) => `${other} ${percent(share)}`);
  const dark = picture?.inverted ? '; dark on light, inverted' : '';
  const beside = others.length > 0 ? ` (${others.join(', ')})` : '';
  return `${subject}${target === undefined ? ':' : ''} ${name}, ${percent(probability)}${beside}${dark}`;
}

/** `{input, row, target, class, probability, probabilities}` or `{input, row, target, value}` */
export function namedPrediction({ probabilities, picture, row, ...others }: Prediction): object {
  const placed = { ...others, ...(row === null ? {} : { row }) };
  if (!probabilities) return placed;
  const [[name, probability]] = byProbability(probabilities);
  return {
    ...placed,
    ...picture,
    class: name,
    probability,
    probabilities: Object.fromEntries(probabilities),
  };
}
