// Surroundings of a command for tests: what it writes is kept, and it can be interrupted.

import { run } from '../../src/cli/run.js';
import { Interruption, type Output, type Surroundings } from '../../src/cli/terminal.js';

/** An output that keeps what is written to it. */
export class KeptOutput implements Output {
  text = '';

  constructor(
    readonly isTerminal = false,
    readonly columns = 80,
  ) {}

  write(text: string): void {
    this.text += text;
  }

  /** The lines, without the empty one after the last line end. */
  get lines(): string[] {
    return this.text.replace(/\n$/, '').split('\n');
  }
}

/** Surroundings without a process. */
export class KeptSurroundings implements Surroundings {
  readonly stdout: KeptOutput;
  readonly stderr: KeptOutput;
  private readonly controller = new AbortController();
  readonly signal = this.controller.signal;

  constructor({ isTerminal = false, columns = 80 } = {}) {
    this.stdout = new KeptOutput(isTerminal, columns);
    this.stderr = new KeptOutput(isTerminal, columns);
  }

  /** What Ctrl-C does. */
  interrupt(exitCode = 130): void {
    this.controller.abort(new Interruption(exitCode));
  }
}

/** Runs `hebb` with these words and returns what came of it. */
export async function hebb(
  ...args: string[]
): Promise<{ code: number; out: string; err: string; surroundings: KeptSurroundings }> {
  const surroundings = new KeptSurroundings();
  const code = await run(args, surroundings);
  return { code, out: surroundings.stdout.text, err: surroundings.stderr.text, surroundings };
}
