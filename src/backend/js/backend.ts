// The TypeScript backend: programs checked, decoded and interpreted in this thread. It runs everywhere, and it is what
// the other backends are compared with.

import { platform } from '#platform';
import { checkProgram } from '../../contract/checking.js';
import { boundBuffers, headerAt } from '../../contract/decoding.js';
import { newArray, type DType, type TypedArray } from '../../contract/dtypes.js';
import { BackendError, HebbError, ProgramError } from '../../contract/errors.js';
import { arenaUnitBytes, stateWords, type Status } from '../../contract/instructions.js';
import type { BoundBuffer, Program } from '../../contract/program.js';
import { ArrayHome, boundArrays } from '../array-home.js';
import type { AdvanceOptions, Backend, BackendOptions, Binding, Executable, Home, Run } from '../backend.js';
import { programError, runError } from '../failure.js';
import { Plan } from './executor.js';

function checkedPlan(words: Int32Array): Plan {
  const fault = checkProgram(words);
  if (fault) throw programError(fault.code, fault.at);
  try {
    return new Plan(words);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const mebibytes = (words[headerAt.arenaUnits] * arenaUnitBytes) / 2 ** 20;
    throw new ProgramError(
      `The program cannot be loaded: there is not enough memory for its arena of ${mebibytes.toFixed(1)} MiB. ` +
        'With smaller batches it needs less.',
      { cause: error },
    );
  }
}

/** An eager op made ready, and a copy of the words that it was made from. */
interface Prepared {
  readonly words: Int32Array;
  readonly plan: Plan;
  readonly bound: readonly BoundBuffer[];
  readonly state: Int32Array;
}

const prepared = new WeakMap<Int32Array, Prepared>();

/** The eager interpreter hands in the same words for the same op again, which need not be decoded again. */
function preparedFor(words: Int32Array): Prepared {
  let entry = prepared.get(words);
  if (!entry || !sameWords(entry.words, words)) {
    const plan = checkedPlan(words);
    const state = new Int32Array(stateWords);
    prepared.set(words, (entry = { words: words.slice(), plan, bound: boundBuffers(words), state }));
  }
  return entry;
}

function sameWords(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

class JsRun implements Run {
  readonly state = new Int32Array(stateWords);

  constructor(
    private readonly plan: Plan,
    private readonly onClose: () => void,
  ) {}

  advance(options?: AdvanceOptions): Status {
    return this.plan.advance(this.state, options);
  }

  async advanceAsync(options?: AdvanceOptions): Promise<Status> {
    await platform.yieldToEventLoop();
    return this.advance(options);
  }

  /** Nothing is ever under way while other code of this thread runs. */
  wait(): void {}

  close(): void {
    this.onClose();
  }
}

class JsExecutable implements Executable {
  readonly microseconds = Infinity;
  private plan: Plan | null;
  private readonly bound: readonly BoundBuffer[];
  private open: JsRun | null = null;

  constructor(readonly program: Program) {
    this.plan = checkedPlan(program.words);
    this.bound = boundBuffers(program.words);
  }

  start(bindings: readonly Binding[]): Run {
    const { plan } = this;
    if (plan === null) throw new HebbError('this program has been disposed');
    if (this.open !== null) throw new HebbError('this program is already running: close its run first');
    plan.bind(boundArrays(bindings, this.bound));
    const run = new JsRun(plan, () => {
      if (this.open !== run) return;
      this.open = null;
      plan.bind(null);
    });
    this.open = run;
    return run;
  }

  dispose(): void {
    this.plan = null;
  }
}

export class JsBackend implements Backend {
  readonly name = 'js';
  readonly isa = 'js';
  readonly threads = 1;
  readonly ownMemory = false;
  readonly runsInBackground = false;

  /** @throws BackendError if another instruction set is asked for */
  constructor(options: BackendOptions = {}) {
    if (options.isa !== undefined && options.isa !== 'js') {
      throw new BackendError(`the js backend has no instruction set '${options.isa}', only 'js'`);
    }
  }

  allocate(dtype: DType, length: number): TypedArray {
    return newArray(dtype, length);
  }

  createHome(dtype: DType, length: number): Home {
    return new ArrayHome(dtype, length);
  }

  execute(words: Int32Array, arrays: readonly TypedArray[], op: string, scope: string): void {
    const { plan, bound, state } = preparedFor(words);
    plan.bind(boundArrays(arrays, bound));
    state.fill(0);
    const status = plan.advance(state);
    plan.bind(null);
    if (status === 'failed') throw runError(state, { op, scope });
  }

  load(program: Program): Executable {
    return new JsExecutable(program);
  }
}
