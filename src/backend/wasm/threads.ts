// The threads of a WebAssembly backend: helpers, who take units of whatever run is on, and one deputy, who leads runs in
// the background. Each is a worker that enters WebAssembly once and stays there (assembly/threads.ts, deputy.ts); they
// start when the first program wants them, and nobody waits for them to come.

import { platform } from '#platform';
import { HebbError } from '../../contract/errors.js';
import type { PlatformWorker } from '../../platform/platform.js';
import * as layout from './layout.js';
import type { LinearMemory } from './memory.js';

/** Most threads. */
export const maximumThreads = 64;

/** What a worker runs. When it traps it says so in shared memory, as others may be waiting there for it. */
const source = `
  const { module, memory, workSpace, number, isDeputy, wakes, broken } = data;
  try {
    const imports = { env: { memory, now: () => performance.now(), finished: post } };
    new WebAssembly.Instance(module, imports).exports.serve(workSpace, number, isDeputy);
  } catch (error) {
    const words = new Int32Array(memory.buffer);
    Atomics.store(words, broken, 1);
    for (const word of wakes) Atomics.notify(words, word);
    post(String(error));
  }
`;

/** A call that the deputy is to make. */
interface Call {
  readonly address: number;
  readonly ticket: number;
  resolve(status: number): void;
  reject(reason: Error): void;
}

const word = (address: number): number => address >> 2;
const poolWord = (field: number): number => word(layout.poolArea + field);

/** Longest sleep of a thread that waits for the deputy, before it looks whether that is still there. */
const patience = 50;

export class Threads {
  private workers: PlatformWorker[] = [];
  private started = false;
  private failure = '';
  private tickets = 0;
  /** In the order in which they are made; the first one is under way. */
  private readonly calls: Call[] = [];

  /** @param count threads that compute at the same time, the caller's included */
  constructor(
    private readonly module: WebAssembly.Module,
    private readonly memory: LinearMemory,
    readonly count: number,
  ) {}

  /** Why there is only one thread although more were wanted; empty if that is not so. */
  get problem(): string {
    return this.failure;
  }

  /** Whether there are, or will be, more threads than one. */
  get several(): boolean {
    return this.count > 1 && this.failure === '';
  }

  /** Whether the deputy has come. */
  get hasDeputy(): boolean {
    return this.several && this.read(layout.poolDeputy) === 1;
  }

  /** Threads that have come. */
  get present(): number {
    return this.read(layout.poolHelpers) + 1;
  }

  /** Starts the workers, if they are not; they come some time later. */
  start(): void {
    if (this.started || !this.several) return;
    this.started = true;
    this.memory.words[poolWord(layout.poolMayBlock)] = platform.mayBlock() ? 1 : 0;
    try {
      for (let number = 1; number <= this.count; number++) this.workers.push(this.startWorker(number));
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private startWorker(number: number): PlatformWorker {
    const { memory, module } = this;
    const data = {
      module,
      memory: memory.memory,
      workSpace: memory.allocate(layout.workBytes, 'a thread').address,
      number,
      isDeputy: number === this.count,
      wakes: [poolWord(layout.poolPublished), poolWord(layout.poolCalled)],
      broken: poolWord(layout.poolBroken),
    };
    return platform.startWorker(source, data, {
      message: (message) => {
        if (typeof message === 'number') this.finished(message);
        else this.fail(String(message));
      },
      failed: (reason) => this.fail(reason),
    });
  }

  /**
   * Has the deputy make a call, after those that it was given before.
   * @param address of the run's block, with the call written
   * @returns the status that it ended with; rejects if a thread has trapped
   */
  call(address: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const ticket = (this.tickets = (this.tickets + 1) | 0);
      const { words } = this.memory;
      words[word(address + layout.callTicket)] = ticket;
      words[word(address + layout.callStatus)] = layout.callPending;
      this.calls.push({ address, ticket, resolve, reject });
      if (this.calls.length === 1) this.next();
    });
  }

  /** Whether a call has been given to the deputy, and it is not known to have ended. */
  has(address: number): boolean {
    return this.calls.some((call) => call.address === address);
  }

  /**
   * Blocks until a call has ended. One that has not begun is taken back.
   * @param taken the status of a call that is taken back
   * @returns the status
   * @throws HebbError if a thread has trapped
   */
  await(address: number, taken: number): number {
    const index = this.calls.findIndex((call) => call.address === address);
    if (index > 0) {
      this.calls.splice(index, 1)[0].resolve(taken);
      return taken;
    }
    const { words } = this.memory;
    const at = word(address + layout.callStatus);
    while (Atomics.load(words, at) === layout.callPending && this.read(layout.poolBroken) === 0) {
      if (platform.mayBlock()) Atomics.wait(words, at, layout.callPending, patience);
    }
    const status = Atomics.load(words, at);
    if (status < 0) throw this.error();
    this.finished(this.calls[0].ticket);
    return status;
  }

  /** Lets all threads go; those that compute end their instruction first. */
  stop(): void {
    const { words } = this.memory;
    Atomics.store(words, poolWord(layout.poolStop), 1);
    for (const field of [layout.poolPublished, layout.poolCalled]) {
      Atomics.add(words, poolWord(field), 1);
      Atomics.notify(words, poolWord(field));
    }
  }

  /** The error of a run that a thread's trap has ended. */
  error(reason = 'it has trapped'): HebbError {
    this.fail(reason);
    return new HebbError(
      `a thread of the WebAssembly backend has stopped (${this.failure}): what it was to compute is lost, ` +
        'and later programs run on one thread',
    );
  }

  private read(field: number): number {
    return Atomics.load(this.memory.words, poolWord(field));
  }

  /** Gives the deputy the first call. */
  private next(): void {
    for (const worker of this.workers) worker.hold(this.calls.length > 0);
    if (this.calls.length === 0) return;
    const { words } = this.memory;
    Atomics.store(words, poolWord(layout.poolCall), this.calls[0].address);
    Atomics.add(words, poolWord(layout.poolCalled), 1);
    Atomics.notify(words, poolWord(layout.poolCalled));
  }

  /** The first call has ended, unless it is one of which that is known. */
  private finished(ticket: number): void {
    if (this.calls[0]?.ticket !== ticket) return;
    const { address, resolve, reject } = this.calls.shift()!;
    const status = this.memory.words[word(address + layout.callStatus)];
    if (status === layout.statusBroken) reject(this.error());
    else resolve(status);
    this.next();
  }

  /** A worker could not be started, or has trapped: from now on there is one thread. */
  private fail(reason: string): void {
    if (this.failure !== '') return;
    this.failure = reason;
    const { words } = this.memory;
    Atomics.store(words, poolWord(layout.poolBroken), 1);
    Atomics.store(words, poolWord(layout.poolHelpers), 0);
    this.stop();
    for (const call of this.calls.splice(0)) call.reject(this.error());
    for (const worker of this.workers) worker.hold(false);
  }
}
