import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { version } from '../../src/platform/version.js';
import { hebb } from './surroundings.js';

const { version: packageVersion } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

describe('hebb', () => {
  it('says its version, which is the package’s', async () => {
    expect(version).toBe(packageVersion);
    for (const word of ['--version', '-V']) {
      expect(await hebb(word)).toMatchObject({ code: 0, out: `${packageVersion}\n`, err: '' });
    }
  });

  it('explains itself when asked, and when nothing is asked of it', async () => {
    const { code, out, err } = await hebb('--help');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Usage: hebb <command> \[options\]$/m);
    expect(out).toMatch(/^ {2}train \[mnist\|fashion-mnist\|digits\|FILE\.csv\] {2}\S/m);
    expect(out).toMatch(/^ {2}doctor {2}/m);
    expect(out).toMatch(/^ {2}hebb train mnist {2}/m);
    expect(await hebb('-h')).toMatchObject({ code: 0, out });
    expect(await hebb('help')).toMatchObject({ code: 0, out });
    expect(await hebb()).toMatchObject({ code: 2, out: '', err: out });
  });

  it('explains a command with its options, their defaults and examples', async () => {
    const { code, out } = await hebb('train', '--help');
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: hebb train \[mnist\|fashion-mnist\|digits\|FILE\.csv\] \[options\]$/m);
    for (const option of [
      /--epochs N .*\(default: 5; .*CSV.*\)$/m,
      /--batch-size N .*\(default: 128; CSV: 32\)$/m,
      /--hidden N,N .*\(default: 512; CSV: 64,32\)$/m,
      /--activation NAME .*\(default: relu\)$/m,
      /--optimizer NAME .*\(default: rmsprop; CSV: adam\)$/m,
      /--learning-rate X .*\(default: the optimizer's own\)$/m,
      /--dropout X .*\(default: 0\)$/m,
      /--validation-split X /m,
      /--seed N /m,
      /--backend native\|wasm\|js /m,
      /--threads N /m,
      /--dtype float32\|float64 .*\(default: float32\)$/m,
      /--json {2}/m,
      /-h, --help {2}/m,
    ]) {
      expect(out).toMatch(option);
    }
    expect(out).toMatch(/^Examples:\n {2}hebb train mnist {2}/m);
    expect(await hebb('help', 'train')).toMatchObject({ code: 0, out });
    expect(await hebb('--help', 'train')).toMatchObject({ code: 0, out });
    expect(await hebb('train', 'mnist', '-h')).toMatchObject({ code: 0, out });
    expect((await hebb('doctor', '--help')).out).toMatch(/^Usage: hebb doctor \[options\]$/m);
  });

  it('keeps every help line within 100 columns', async () => {
    for (const args of [[], ['train'], ['evaluate'], ['predict'], ['example'], ['bench'], ['doctor']]) {
      const { out } = await hebb(...args, '--help');
      expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    }
  });
});

describe('wrong usage', () => {
  it.each([
    [
      ['trian', 'mnist'],
      "hebb: unknown command 'trian': did you mean 'train'? (there are: train, evaluate, predict, example, bench, doctor); see hebb --help",
    ],
    [['help', 'docter'], /^hebb: unknown command 'docter': did you mean 'doctor'\?/],
    [
      ['--epochs', '3'],
      'hebb: expected a command before --epochs: train, evaluate, predict, example, bench, doctor; see hebb --help',
    ],
    [
      ['train', '--epoch', '3'],
      'hebb: train has no option --epoch; did you mean --epochs?; see hebb train --help',
    ],
    [['train', 'mnist', 'digits'], "hebb: train has no use for 'digits'; see hebb train --help"],
    [['doctor', 'mnist'], "hebb: doctor has no use for 'mnist'; see hebb doctor --help"],
  ])('%j exits with 2 and one line', async (args, message) => {
    const { code, out, err } = await hebb(...args);
    expect([code, out]).toEqual([2, '']);
    if (typeof message === 'string') expect(err).toBe(`${message}\n`);
    else expect(err).toMatch(message);
    expect(err.match(/\n/g)).toHaveLength(1);
  });

  it('shows the stack with --debug, wherever it stands', async () => {
    for (const args of [
      ['--debug', 'trian'],
      ['trian', '--debug'],
    ]) {
      const { code, err } = await hebb(...args);
      expect(code).toBe(2);
      expect(err).toMatch(/^hebb: unknown command 'trian'.*\nUsageError: .*\n\s+at .*run\.ts/);
    }
  });
});
