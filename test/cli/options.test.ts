import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/errors.js';
import {
  choice,
  flag,
  number,
  parseOptions,
  wholeNumber,
  wholeNumbers,
  word,
} from '../../src/cli/options.js';

const options = {
  epochs: wholeNumber({ help: '', fallback: 5, minimum: 1 }),
  seed: wholeNumber({ help: '', fallback: null, minimum: 0 }),
  hidden: wholeNumbers({ help: '', fallback: [512], minimum: 1 }),
  'learning-rate': number({ help: '', fallback: null, above: 0 }),
  dropout: number({ help: '', fallback: 0, minimum: 0, below: 1 }),
  optimizer: word({ help: '', fallback: 'rmsprop' }),
  backend: choice(['native', 'wasm', 'js'], { help: '', fallback: null }),
  json: flag('', 'j'),
};
const parse = (...args: string[]) => parseOptions('train', options, args);
const failure = (...args: string[]): string => {
  try {
    parse(...args);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error(`${args.join(' ')} was accepted`);
};

describe('values', () => {
  it('are the fallbacks where nothing is given', () => {
    expect(parse()).toEqual({
      values: {
        epochs: 5,
        seed: null,
        hidden: [512],
        'learning-rate': null,
        dropout: 0,
        optimizer: 'rmsprop',
        backend: null,
        json: false,
      },
      words: [],
    });
  });

  it('come after a space or an equals sign, before and after other words', () => {
    const { values, words } = parse(
      '--epochs',
      '3',
      'mnist',
      '--hidden=512,256',
      '--learning-rate',
      '1e-3',
      '--dropout=0.25',
      '--optimizer',
      'adam',
      '--backend',
      'wasm',
      '--json',
    );
    expect(words).toEqual(['mnist']);
    expect(values).toEqual({
      epochs: 3,
      seed: null,
      hidden: [512, 256],
      'learning-rate': 0.001,
      dropout: 0.25,
      optimizer: 'adam',
      backend: 'wasm',
      json: true,
    });
  });

  it('know one letter for a flag, none for a list and the last of two', () => {
    const { values } = parse('-j', '--hidden', 'none', '--epochs', '1', '--epochs', '2');
    expect([values.json, values.hidden, values.epochs]).toEqual([true, [], 2]);
  });

  it('are not looked for after --', () => {
    expect(parse('--', '--json')).toMatchObject({ words: ['--json'], values: { json: false } });
  });
});

describe('what is refused', () => {
  it.each([
    [['--epochs', '0'], "--epochs: expected a whole number of at least 1, got '0'"],
    [['--epochs', '-1'], "--epochs: expected a whole number of at least 1, got '-1'"],
    [['--epochs', '2.5'], "--epochs: expected a whole number of at least 1, got '2.5'"],
    [['--epochs', '1e2'], "--epochs: expected a whole number of at least 1, got '1e2'"],
    [['--epochs='], "--epochs: expected a whole number of at least 1, got ''"],
    [['--seed', '9007199254740992'], "--seed: expected a whole number of at least 0, got '9007199254740992'"],
    [['--hidden', '512,'], "--hidden: expected a whole number of at least 1, got ''"],
    [['--hidden', '512,0'], "--hidden: expected a whole number of at least 1, got '0'"],
    [['--learning-rate', '0'], "--learning-rate: expected a number above 0, got '0'"],
    [['--learning-rate', 'fast'], "--learning-rate: expected a number above 0, got 'fast'"],
    [['--learning-rate', 'Infinity'], "--learning-rate: expected a number above 0, got 'Infinity'"],
    [['--dropout', '1'], "--dropout: expected a number of at least 0 and below 1, got '1'"],
    [['--backend', 'wsam'], "--backend: expected native, wasm or js, got 'wsam'; did you mean 'wasm'?"],
    [['--backend', 'gpu'], "--backend: expected native, wasm or js, got 'gpu'"],
    [['--epochs'], '--epochs needs a value: --epochs N'],
    [['--optimizer', '--json'], '--optimizer needs a value: --optimizer NAME'],
    [['--json=yes'], "--json takes no value, got 'yes'"],
    [['--epoch', '3'], 'train has no option --epoch; did you mean --epochs?'],
    [['--learningrate', '3'], 'train has no option --learningrate; did you mean --learning-rate?'],
    [['--colour'], 'train has no option --colour'],
    [['-x'], 'train has no option -x'],
    [['--__proto__'], 'train has no option --__proto__'],
    [['--constructor', '1'], 'train has no option --constructor'],
  ])('%j', (args, message) => {
    expect(failure(...args)).toBe(message);
  });
});
