// The life of a run. A call runs its program to the end at once. A background run goes in slices; between them the event
// loop has its turn, progress is reported, an abort takes effect, and those who wait for a boundary get it: reads of
// Variables, and other programs that write what this one uses or use what it writes. Those that only read the same
// Variables run side by side. A program runs once at a time; further runs queue.

import { platform } from '#platform';
import { requests, stateAt, type Status } from '../../contract/instructions.js';
import type { Run } from '../../backend/backend.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable, VariableGuard } from '../../tensor/variable.js';
import type { Leaf } from './arguments.js';
import type { Bound, Loaded } from './loaded.js';

/** How to run in the background. */
export interface RunOptions {
  /** Aborts at the next boundary: Variables keep the values of the last completed step. */
  readonly signal?: AbortSignal;
  /** Called now and then with the number of boundaries passed. */
  readonly onProgress?: (boundaries: number) => void;
  /** Least milliseconds between two calls of `onProgress`; default 50. */
  readonly interval?: number;
}

/**
 * Milliseconds of a slice. Where slices run in this thread, short, and stopping anywhere, so that the event loop gets
 * its turn; where the backend has threads of its own, long, and stopping at boundaries only.
 */
const slices = { here: 12, elsewhere: 60 } as const;

/** Background runs below this estimate run at once: going to another thread and back takes about 20. */
const tinyMicroseconds = 150;

/** Milliseconds for which the event loop may be kept from its turn by tiny runs awaited one after the other. */
const patience = 2;

/** Knows whether the event loop has had its turn lately: `await` alone does not give it one. */
class EventLoopWatch {
  private since = 0;
  private isWaiting = false;

  hadItsTurn(): boolean {
    const now = performance.now();
    if (!this.isWaiting) {
      this.isWaiting = true;
      this.since = now;
      void platform.yieldToEventLoop().then(() => {
        this.isWaiting = false;
      });
    }
    return now - this.since < patience;
  }
}

const eventLoop = new EventLoopWatch();

/** Runs that have begun. */
let begun = 0;

/** A run in the background, queued, on, or ended. */
export class Activity implements VariableGuard {
  readonly promise: Promise<Tensor[]>;
  private resolve!: (results: Tensor[]) => void;
  private reject!: (reason: unknown) => void;
  private run: Run | null = null;
  private bound: Bound | null = null;
  private ended = false;
  /** Whether a slice is under way, or about to be. */
  private slicing = false;
  /** How a slice that was cut short by `wait` or `finishNow` ended, unless it just yielded. */
  private outcome: Status | null = null;
  /** Whether the run stands at a boundary (also at its start). */
  private atRest = true;
  private progressBefore = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly guests: Activity[] = [];
  private guest: Activity | null = null;
  /** Hosts that stand still for this run. */
  private readonly heldHosts = new Set<Activity>();
  private readonly guardsBefore = new Map<Variable, VariableGuard | null>();
  /** The place among the runs in the order in which they began. */
  private order = 0;

  constructor(
    private readonly loaded: Loaded,
    private readonly leaves: readonly Leaf[],
    private readonly options: RunOptions,
    private readonly onEnd: (activity: Activity) => void,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    options.signal?.addEventListener('abort', this.onAbort);
  }

  /** Runs in the background from here on. Never rejects: what goes wrong is the promise's. */
  async start(): Promise<void> {
    try {
      const host = this.nextHost();
      if (host) host.receive(this);
      else await this.slices();
    } catch (error) {
      this.end(() => this.reject(error));
    }
  }

  /** Runs to the end in this thread, now. */
  finishNow(): void {
    if (this.ended) return;
    try {
      for (const host of this.hosts()) host.wait();
      const run = this.begin();
      this.guest?.finishNow();
      this.stopSlice(run);
      this.loaded.refresh();
      run.state[stateAt.request] = requests.none;
      let status = this.outcome ?? 'yielded';
      while (status === 'yielded') status = run.advance();
      this.settle(status);
    } catch (error) {
      this.end(() => this.reject(error));
    }
  }

  wait(): void {
    if (this.ended || !this.run) return;
    this.guest?.wait();
    this.stopSlice(this.run);
    // Where slices stop anywhere, or the program has no boundaries, go on to where Variables are whole.
    if (!this.atRest && this.outcome === null) {
      this.run.state[stateAt.request] = requests.none;
      const { hasBoundaries } = this.loaded.compiled;
      this.keep(this.run.advance(hasBoundaries ? { stopAt: 'boundary', budget: 0 } : {}));
    }
    this.atRest = true;
    this.progressBefore = this.run.state[stateAt.progress];
    this.loaded.markWritten();
  }

  atBoundary<R>(read: () => R): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push(() => {
        try {
          resolve(read());
        } catch (error) {
          reject(error);
        }
      });
      this.askForBoundary();
    });
  }

  /** Lets another run that uses the same Variables go ahead at the next boundary, to its end. */
  private receive(guest: Activity): void {
    this.guests.push(guest);
    this.askForBoundary();
  }

  private askForBoundary(): void {
    if (this.run && this.loaded.compiled.hasBoundaries) {
      Atomics.store(this.run.state, stateAt.request, requests.pause);
    }
  }

  private readonly onAbort = (): void => {
    if (!this.run) this.end(() => this.reject(this.options.signal!.reason));
    else if (this.mayAbort) Atomics.store(this.run.state, stateAt.request, requests.abort);
  };

  /** A program without boundaries is one step: it is completed, unless it leaves nothing behind. */
  private get mayAbort(): boolean {
    return this.loaded.compiled.hasBoundaries || this.loaded.written.length === 0;
  }

  /** Other runs that are on and use Variables that this one writes, or write what it uses; the oldest first. */
  private hosts(): Activity[] {
    const hosts = new Set<Activity>();
    const add = (guard: VariableGuard | null): void => {
      if (guard instanceof Activity && guard !== this) hosts.add(guard);
    };
    for (const { guard_ } of this.loaded.variables) add(guard_);
    for (const { readers_ } of this.loaded.written) readers_.forEach(add);
    return [...hosts].sort((a, b) => a.order - b.order);
  }

  /**
   * A run that has to stand still before this one may go ahead. As everyone asks the oldest first, no two runs wait for
   * each other.
   */
  private nextHost(): Activity | undefined {
    return this.hosts().find((host) => !this.heldHosts.has(host));
  }

  private begin(): Run {
    if (this.run) return this.run;
    this.bound = this.loaded.bind(this.leaves);
    this.run = this.loaded.executable.start(this.bound.bindings);
    this.order = ++begun;
    for (const variable of this.loaded.variables) variable.readers_.add(this);
    for (const variable of this.loaded.written) {
      variable.readers_.delete(this);
      this.guardsBefore.set(variable, variable.guard_);
      variable.guard_ = this;
    }
    return this.run;
  }

  private async slices(): Promise<void> {
    if (this.ended) return;
    const { backend, compiled } = this.loaded;
    const elsewhere = backend.runsInBackground;
    const stopAt = elsewhere && compiled.hasBoundaries ? 'boundary' : 'instruction';
    const budget = elsewhere ? slices.elsewhere : slices.here;
    const { signal, onProgress, interval = 50 } = this.options;
    const run = this.begin();
    let reported = performance.now();
    for (;;) {
      if (!elsewhere) await platform.yieldToEventLoop();
      if (this.ended) return;
      // Others may have had their turn meanwhile: with a wait, an assignment, a call.
      this.loaded.refresh();
      const isAwaited = this.waiting.length > 0 || this.guests.length > 0;
      const pausing = isAwaited && compiled.hasBoundaries;
      const aborting = signal?.aborted && this.mayAbort;
      const request = aborting ? requests.abort : pausing ? requests.pause : requests.none;
      Atomics.store(run.state, stateAt.request, request);
      this.progressBefore = run.state[stateAt.progress];
      if (this.outcome === null) {
        this.atRest = false;
        this.slicing = elsewhere;
        this.keep(elsewhere ? await run.advanceAsync({ budget, stopAt }) : run.advance({ budget, stopAt }));
        this.slicing = false;
        if (this.ended) return;
      }
      if (this.outcome !== null) break;
      const passed = run.state[stateAt.progress] > this.progressBefore;
      this.atRest = stopAt === 'boundary' || (pausing && passed);
      if (this.atRest) await this.serve();
      if (this.ended) return;
      if (onProgress && performance.now() - reported >= interval) {
        reported = performance.now();
        onProgress(run.state[stateAt.progress]);
        if (this.ended) return;
      }
    }
    this.settle(this.outcome);
  }

  /** The run stands at a boundary: lets those who waited for it have their turn. */
  private async serve(): Promise<void> {
    if (this.waiting.length === 0 && this.guests.length === 0) return;
    this.loaded.markWritten();
    for (const read of this.waiting.splice(0)) read();
    for (let guest = this.guests.shift(); guest; guest = this.guests.shift()) {
      this.guest = guest;
      await guest.asGuestOf(this);
      this.guest = null;
    }
  }

  /** Runs to its end while `host`, and others that it has to wait for, stand still. */
  private async asGuestOf(host: Activity): Promise<void> {
    this.heldHosts.add(host);
    if (this.ended) return;
    await this.start();
    // Where another host took it in, it ends later.
    await this.promise.catch(() => {});
  }

  /** Stops a slice that is under way in another thread at its next boundary. */
  private stopSlice(run: Run): void {
    if (this.slicing && this.loaded.backend.runsInBackground) {
      run.wait();
      this.atRest = this.loaded.compiled.hasBoundaries;
    }
  }

  private keep(status: Status): void {
    if (status !== 'yielded') this.outcome ??= status;
  }

  private settle(status: Status): void {
    const run = this.run!;
    const error = status === 'failed' ? this.loaded.errorOf(run.state) : null;
    this.end(() => {
      if (error) this.reject(error);
      else if (status === 'aborted') this.reject(this.options.signal?.reason);
      else this.resolve([...this.bound!.results]);
    });
  }

  private end(report: () => void): void {
    if (this.ended) return;
    this.ended = true;
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.run?.close();
    this.loaded.markWritten();
    for (const variable of this.loaded.variables) variable.readers_.delete(this);
    for (const [variable, guard] of this.guardsBefore) variable.guard_ = guard;
    report();
    for (const read of this.waiting.splice(0)) read();
    for (const guest of this.guests.splice(0)) void guest.start();
    this.onEnd(this);
  }
}

/** Blocks until the program's Variables are not in the middle of a step of a background run. */
export function waitToUse({ variables, written }: Loaded): void {
  for (const variable of variables) variable.waitToUse_(false);
  for (const variable of written) variable.waitToUse_(true);
}

/** The runs of one program, one after the other. */
export class RunQueue {
  private readonly activities: Activity[] = [];

  constructor(readonly loaded: Loaded) {}

  /** Runs now, after what is queued, and returns the results. */
  call(leaves: readonly Leaf[]): readonly Tensor[] {
    while (this.activities.length > 0) this.activities[0].finishNow();
    const { loaded } = this;
    waitToUse(loaded);
    const { bindings, results } = loaded.bind(leaves);
    const run = loaded.executable.start(bindings);
    let status: Status = 'yielded';
    try {
      while (status === 'yielded') status = run.advance();
    } finally {
      run.close();
      loaded.markWritten();
    }
    if (status === 'failed') throw loaded.errorOf(run.state);
    return results;
  }

  /** Runs in the background. */
  callAsync(leaves: readonly Leaf[], options: RunOptions = {}): Promise<Tensor[]> {
    if (options.signal?.aborted) return Promise.reject(options.signal.reason as Error);
    if (this.mayRunAtOnce()) return this.callAtOnce(leaves);
    const activity = new Activity(this.loaded, leaves, options, (ended) => this.next(ended));
    this.activities.push(activity);
    if (this.activities.length === 1) void activity.start();
    return activity.promise;
  }

  /** Whether a hand-over to another thread would take longer than the run, and nobody is in its way. */
  private mayRunAtOnce(): boolean {
    const { executable, variables, written } = this.loaded;
    return (
      executable.microseconds <= tinyMicroseconds &&
      this.activities.length === 0 &&
      variables.every((v) => v.guard_ === null) &&
      written.every((v) => v.readers_.size === 0) &&
      eventLoop.hadItsTurn()
    );
  }

  /** A promise all the same: what goes wrong is its rejection. */
  private callAtOnce(leaves: readonly Leaf[]): Promise<Tensor[]> {
    try {
      return Promise.resolve([...this.call(leaves)]);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Gives the program's memory back once what is queued has run. */
  dispose(): void {
    while (this.activities.length > 0) this.activities[0].finishNow();
    this.loaded.executable.dispose();
  }

  private next(ended: Activity): void {
    const at = this.activities.indexOf(ended);
    this.activities.splice(at, 1);
    if (at === 0 && this.activities.length > 0) void this.activities[0].start();
  }
}
