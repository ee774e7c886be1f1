// `hebb` as a process: what cannot be seen from inside.

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../src/platform/version.js';
import { transpileSource } from './transpiled.js';

let main: string;
let remove: () => void;
const children = new Set<ChildProcess>();

beforeAll(() => {
  const transpiled = transpileSource();
  main = join(transpiled.directory, 'cli', 'main.js');
  remove = transpiled.remove;
});
afterAll(() => remove());
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

interface Ending {
  code: number | null;
  signal: string | null;
  out: string;
  err: string;
}

/** Starts `hebb`; `onOutput` sees all it has written so far, unless it writes to the file given. */
function hebb(
  args: string[],
  onOutput: (child: ChildProcess, out: string) => void = () => {},
  stdout: 'pipe' | number = 'pipe',
): Promise<Ending> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', stdout, 'pipe'] });
  children.add(child);
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    onOutput(child, out);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      children.delete(child);
      resolve({ code, signal, out, err });
    });
  });
}

/** A training that would go on for minutes. */
const long = [
  'train',
  'digits',
  '--examples',
  '600',
  '--hidden',
  '16',
  '--epochs',
  '100000',
  '--backend',
  'js',
];

describe('the process', () => {
  it('ends with the exit code of what it did', async () => {
    expect(await hebb(['--version'])).toEqual({ code: 0, signal: null, out: `${version}\n`, err: '' });
    expect(await hebb(['trian'])).toMatchObject({ code: 2, out: '' });
  });

  it('comes to rest at Ctrl-C, and says where', async () => {
    let sent = false;
    const { code, signal, out, err } = await hebb([...long, '--json'], (child, text) => {
      if (sent || !text.includes('"event":"epoch"')) return;
      sent = true;
      child.kill('SIGINT');
    });
    expect([code, signal, err]).toEqual([130, null, '']);
    const last = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
    expect(last).toMatchObject({ event: 'stopped', dataset: 'digits' });
  });

  it.skipIf(!existsSync('/dev/full'))('fails where its output cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    try {
      const { code, err } = await hebb(['--help'], () => {}, full);
      expect([code, err]).toEqual([
        1,
        'hebb: cannot write the output: ENOSPC: no space left on device, write\n',
      ]);
    } finally {
      closeSync(full);
    }
  });

  it('stops without a word when nobody reads on', async () => {
    const { code, signal, err } = await hebb(long, (child, text) => {
      if (/^epoch .*\nepoch /m.test(text)) child.stdout?.destroy();
    });
    expect([code, signal, err]).toEqual([141, null, '']);
  });
});
