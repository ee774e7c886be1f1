// Where a command writes and what can interrupt it. Commands see only this, so that tests can run them in process.

import { constants } from 'node:os';
import type { WriteStream } from 'node:tty';
import { exitCodes } from './errors.js';

/** A stream of text for someone to read, or for a pipe or a file. */
export interface Output {
  write(text: string): void;
  /** Whether a line on it can be rewritten. */
  readonly isTerminal: boolean;
  /** Characters a line. */
  readonly columns: number;
}

/** What surrounds a command. */
export interface Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted by Ctrl-C and the like; its reason is then an `Interruption`. */
  readonly signal: AbortSignal;
}

/** Why a command has to stop before its end: the reason of the signal. */
export class Interruption extends Error {
  override name = 'Interruption';

  /** @param exitCode what the process ends with */
  constructor(readonly exitCode: number) {
    super('interrupted');
  }
}

/** The exit code of an aborted signal, or undefined where it is not aborted. */
export function interruptionCode(signal: AbortSignal): number | undefined {
  return signal.aborted && signal.reason instanceof Interruption ? signal.reason.exitCode : undefined;
}

/** 128 plus the number of the signal, as shells report a process that a signal ended. */
const codeOfSignal = (name: 'SIGINT' | 'SIGTERM' | 'SIGPIPE'): number => 128 + (constants.signals[name] ?? 0);

function outputOf(stream: WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    get isTerminal() {
      return stream.isTTY === true && process.env.TERM !== 'dumb';
    },
    get columns() {
      return stream.columns || 80;
    },
  };
}

/**
 * The surroundings of this process. The first Ctrl-C (or SIGTERM) aborts the signal, so that a command can come to rest;
 * the second ends the process. A reader that goes away (`hebb ... | head`) aborts it too.
 */
export function processSurroundings(): Surroundings {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(codeOfSignal(name));
      controller.abort(new Interruption(codeOfSignal(name)));
    });
  }
  // Without a listener a closed pipe or a full disk would end the process with a stack trace.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const isClosed = error.code === 'EPIPE';
    const exitCode = isClosed ? codeOfSignal('SIGPIPE') : exitCodes.failed;
    // It may come when the command is done already.
    process.exitCode = exitCode;
    if (controller.signal.aborted) return;
    if (!isClosed) process.stderr.write(`hebb: cannot write the output: ${error.message}\n`);
    controller.abort(new Interruption(exitCode));
  });
  process.stderr.on('error', () => undefined);
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    signal: controller.signal,
  };
}
