// A progress bar: one line at the bottom of a terminal, drawn over itself. Where there is no terminal it draws nothing.
// Node writes lines and knows the terminal's width; a library for this would be larger than the rest of the command line.

import type { Output } from './terminal.js';

/** Milliseconds between two drawings: more often, nobody sees it and slow terminals fall behind. */
const interval = 50;
const widest = 30;
const narrowest = 8;

/** One line, cut to the terminal's width: `label [=====>....] details`, where that is too narrow `label 62% details`. */
export function barLine(label: string, fraction: number, details: string, columns: number): string {
  const done = Math.min(1, Math.max(0, fraction));
  // The last column stays free: some terminals begin a new line as soon as it is written to.
  const room = columns - 1;
  const width = Math.min(widest, room - label.length - details.length - ' [] '.length);
  const shown =
    width < narrowest ? `${String(Math.floor(done * 100)).padStart(3)}%` : `[${arrow(done, width)}]`;
  return `${label} ${shown} ${details}`.slice(0, Math.max(room, 0));
}

function arrow(fraction: number, width: number): string {
  const full = Math.floor(fraction * width);
  return full === width ? '='.repeat(width) : `${'='.repeat(full)}>${'.'.repeat(width - full - 1)}`;
}

/** A line that is drawn anew at each `update`, and gone after `clear`. */
export class ProgressBar {
  private drawn = false;
  private last = -Infinity;

  constructor(private readonly output: Output) {}

  /** Whether anything can be seen of it. */
  get visible(): boolean {
    return this.output.isTerminal;
  }

  /**
   * @param label what is under way, before the bar
   * @param fraction how much of it is done, 0 to 1
   * @param details figures, after the bar
   */
  update(label: string, fraction: number, details: string): void {
    const now = performance.now();
    if (!this.visible || now - this.last < interval) return;
    this.last = now;
    this.drawn = true;
    // Carriage return, the line, erase to its end (ECMA-48 EL): written at once, so that it does not flicker.
    this.output.write(`\r${barLine(label, fraction, details, this.output.columns)}\u001b[K`);
  }

  /** Wipes the line out, so that ordinary lines can be written. */
  clear(): void {
    if (this.drawn) this.output.write('\r\u001b[K');
    this.drawn = false;
    this.last = -Infinity;
  }
}
