import { describe, expect, it } from 'vitest';
import { suggest, unknownName } from '../../src/platform/suggest.js';

const names = ['sgd', 'momentum', 'rmsprop', 'adam', 'meanSquaredError', 'mnist', 'fashion-mnist', 'digits'];

describe('suggest', () => {
  it.each([
    ['rmsprob', 'rmsprop'],
    ['RMSProp', 'rmsprop'],
    ['adma', 'adam'],
    ['mean_squared_error', 'meanSquaredError'],
    ['mean-squared-eror', 'meanSquaredError'],
    ['mnits', 'mnist'],
    ['fashionMnist', 'fashion-mnist'],
    ['fashion', 'fashion-mnist'],
    ['digit', 'digits'],
  ])('takes %s for %s', (name, expected) => {
    expect(suggest(name, names)).toBe(expected);
  });

  it.each(['', 'x', 'transformer', 'cifar10'])('suggests nothing for %j', (name) => {
    expect(suggest(name, names)).toBeUndefined();
  });

  it('writes one sentence', () => {
    expect(unknownName('dataset', 'mnits', ['mnist', 'digits'])).toBe(
      "unknown dataset 'mnits': did you mean 'mnist'? (there are: mnist, digits)",
    );
    expect(unknownName('dataset', 'words', ['mnist', 'digits'])).toBe(
      "unknown dataset 'words' (there are: mnist, digits)",
    );
  });
});
