// What `hebb bench` uses of run.mjs.

/** What there is to measure: part -> one line on it. */
export declare const parts: Readonly<Record<string, string>>;

/** One figure. */
export interface BenchRow {
  readonly part: string;
  /** What was measured. */
  readonly work: string;
  /** Where: backend, instruction set and threads, readable and apart. */
  readonly label?: string;
  readonly backend?: string;
  readonly isa?: string;
  readonly threads?: number;
  readonly value: number;
  readonly unit: string;
  /** Share of the machine's peak, from 0 to 1. */
  readonly ofPeak?: number;
  readonly goal?: { readonly least: number } | { readonly most: number };
  /** Whether the goal is met. */
  readonly met?: boolean;
}

/** What a run of benchmarks gives: JSON as it is. */
export interface BenchResults {
  readonly date: string;
  readonly quick: boolean;
  readonly machine: Readonly<Record<string, unknown>>;
  readonly rows: readonly BenchRow[];
}

export interface BenchOptions {
  /** Parts; default: all. */
  names?: readonly string[];
  /** Default: native, wasm and js. */
  backends?: readonly string[];
  /** Numbers of threads; default: one, and all. */
  threads?: readonly number[];
  /** Fewer and shorter runs. */
  quick?: boolean;
  /** Gets each readable line; default: console.log. */
  log?: (line: string) => void;
}

/** @throws RangeError if there is no such part */
export declare function bench(options?: BenchOptions): Promise<BenchResults>;
