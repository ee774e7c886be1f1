// What goes wrong on a command line, and how each command ends: exit codes.

/** Exit codes. One that a signal interrupted ends with 128 plus its number (Ctrl-C: 130). */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** The command line cannot be understood: an unknown option, a value out of range. */
export class UsageError extends Error {
  override name = 'UsageError';
}
