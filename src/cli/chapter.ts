// A chapter of examples/ on a terminal: its explanations wrapped, its results indented, its pictures as files and, on a
// terminal, as text as well.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HebbError } from '../contract/errors.js';
import type * as viz from '../viz/index.js';
import type { Output } from './terminal.js';

/** What draws: `hebb/viz`. */
export type Viz = typeof viz;

/** What a chapter is given. */
export interface ChapterOptions {
  readonly title: string;
  /** The directory of its pictures, their ending, and what their names begin with; null for none. */
  readonly pictures: { readonly out: string; readonly format: string; readonly prefix: string } | null;
  /** Whether it shall do less, for a slow backend. */
  readonly quick: boolean;
  readonly stdout: Output;
  /** Where it is aborted, the chapter ends at the next line it prints. */
  readonly signal: AbortSignal;
}

/** Prints a result. */
export interface Print {
  (line: string): void;
  /** The same for what depends on the machine, such as times. */
  time(line: string): void;
}

/** Longest line. */
const widestLine = 110;
/** What results begin with. */
const indent = '    ';

/** What an example's `run` gets: where it explains itself and puts its results. */
export class Chapter {
  readonly quick: boolean;
  /** Prints a result; without `this`, as examples take it out of the chapter. */
  readonly print: Print;

  private cannotDraw = false;

  constructor(private readonly options: ChapterOptions) {
    this.quick = options.quick;
    const width = Math.min(options.stdout.columns, widestLine) - indent.length;
    const write = (text: string): void => this.write(wrap(text, width).replace(/^/gm, indent));
    this.print = Object.assign((line: string) => write(line), { time: write });
    this.write(`${options.title}\n${'='.repeat(options.title.length)}`);
  }

  /**
   * Begins a part of the chapter.
   * @param _id what documents call it
   * @param explanation some sentences; their line breaks do not count
   */
  readonly section = (_id: string, title: string, explanation: string): void => {
    const width = Math.min(this.options.stdout.columns, widestLine);
    this.write(
      `\n${title}\n${'-'.repeat(title.length)}\n${wrap(explanation.replace(/\s+/g, ' ').trim(), width)}\n`,
    );
  };

  /**
   * Draws a picture; where the libraries for that are not installed, says so once.
   * @param name of the file, after that of the example
   */
  readonly draw = async (name: string, make: (library: Viz) => Promise<viz.Picture>): Promise<void> => {
    const { pictures, stdout } = this.options;
    if (!pictures || this.cannotDraw) return;
    const path = join(pictures.out, `${pictures.prefix}-${name}.${pictures.format}`);
    try {
      const picture = await make(await import('../viz/index.js'));
      if (stdout.isTerminal) this.write(`\n${picture.text({ width: Math.min(stdout.columns, widestLine) })}`);
      await mkdir(pictures.out, { recursive: true });
      await picture.save(path);
    } catch (error) {
      // Only a library that is not installed; its error names the npm command.
      if (!(error instanceof HebbError) || !error.message.includes('npm install')) throw error;
      this.cannotDraw = true;
      this.write(`\n(Without pictures: ${error.message})`);
      return;
    }
    this.write(`${indent}picture: ${path}`);
  };

  private write(text: string): void {
    // Examples know of no signal: they stop where they tell something.
    this.options.signal.throwIfAborted();
    this.options.stdout.write(`${text}\n`);
  }
}

/** A text in lines of at most `width` characters, where its words allow that. */
function wrap(text: string, width: number): string {
  return text.replace(new RegExp(`(.{1,${width}})(?: *\\n| +|$)`, 'g'), '$1\n').trimEnd();
}
