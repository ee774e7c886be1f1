// The errors that Hebb throws itself. Messages are one sentence or two: what was expected, what came, what to do.

/** Base class of all errors that Hebb throws on purpose. */
export class HebbError extends Error {
  override name = 'HebbError';
}

/** Wrong rank, dimensions, dtype or argument value. */
export class ArgumentError extends HebbError {
  override name = 'ArgumentError';
}

/** A backend, instruction set or thread count that was asked for is not to be had. */
export class BackendError extends HebbError {
  override name = 'BackendError';
}

/** A program that an executor refuses to load. */
export class ProgramError extends HebbError {
  override name = 'ProgramError';
}

/** An instruction failed while it ran: an index or label out of range, a value that is not finite. */
export class RunError extends HebbError {
  override name = 'RunError';
  /**
   * @param reason name of the entry of `runErrors`
   * @param source what the failed instruction came from
   */
  constructor(
    message: string,
    readonly reason: string,
    readonly source?: Source,
  ) {
    super(message);
  }
}

/** What an instruction came from. */
export interface Source {
  /** Name of the op, e.g. `matMul`. */
  readonly op: string;
  /** Layers it was called in, outermost first, joined by `/`; empty outside layers. */
  readonly scope: string;
  /** Made where the op was called, for its stack; only there when a program is traced. */
  readonly trace?: Error;
}
