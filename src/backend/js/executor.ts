// The interpreter of programs: walks through the instructions, enters and leaves loops, and stops where it is told to.
// Everything that a run needs to go on stands in its state words (stateFields), so it can pause after any unit.

import { decodeInstructions, decodeProgram, type DecodedInstruction } from '../../contract/decoding.js';
import { arrayConstructors, type TypedArray } from '../../contract/dtypes.js';
import { limits, requests, runErrors, stateAt, type Status } from '../../contract/instructions.js';
import type { AdvanceOptions } from '../backend.js';
import { fault, View, type Kernel } from './kernel.js';
import { createKernel } from './kernels.js';
import { memoryOf } from './memory.js';
import { Residents } from './residents.js';

/** Scalar operations between looks at the clock: some tens of microseconds of work. */
const clockWork = 1 << 15;

interface Loop {
  readonly count: number;
  readonly countView: View | null;
  readonly moves: readonly { readonly view: View; readonly stride: number }[];
  /** Place in the plan of the first instruction of the body, and of the first one behind it. */
  readonly body: number;
  readonly end: number;
}

/** One instruction of the plan; a boundary has neither kernel nor loop, and no units. */
interface Instruction {
  readonly pc: number;
  readonly units: number;
  /** Of a unit. */
  readonly work: number;
  readonly run: Kernel['run'];
  readonly loop: Loop | null;
}

const notRun = (): number => 0;

/** A decoded program: every view and kernel made once. Its arrays are set by `bind`. */
export class Plan {
  private readonly views: View[];
  private readonly instructions: Instruction[] = [];
  /** pc -> place in `instructions`. */
  private readonly places: Int32Array;
  private readonly hasBoundary: boolean;
  private readonly arrays: (TypedArray | null)[];
  /** Of a small program with loops: its values in the backend's own memory, where they are while it advances. */
  private readonly residents: Residents | null;
  /** Buffers by their number among the bound ones. */
  private readonly boundBuffers: number[] = [];
  private readonly codeWords: number;
  // The loops that are open, the outermost first: their places in the plan, and the turn and count of each.
  private readonly open = new Int32Array(limits.loopDepth);
  private readonly turns = new Int32Array(limits.loopDepth);
  private readonly counts = new Int32Array(limits.loopDepth);

  /**
   * @param words a checked program
   * @throws RangeError if there is no memory for the arena
   */
  constructor(words: Int32Array) {
    const program = decodeProgram(words);
    const list = decodeInstructions(program);
    // Moving in and out is worth it where instructions run over and over.
    this.residents = list.some(({ name }) => name === 'loop') ? Residents.of(program) : null;
    const arena = this.residents ? null : new ArrayBuffer(program.arenaBytes);
    this.arrays = program.buffers.map((b, number) => {
      if (b.bound >= 0) this.boundBuffers[b.bound] = number;
      return b.bound >= 0 || !arena ? null : new arrayConstructors[b.dtype](arena, b.arenaByte, b.length);
    });
    this.views = program.views.map(({ buffer, offset }) => {
      const { dtype } = program.buffers[buffer];
      if (!this.residents) return new View(buffer, offset, dtype);
      const residence = this.residents.places[buffer];
      const memory = memoryOf[dtype];
      const view = new View(buffer, residence.from / memory.BYTES_PER_ELEMENT + offset, dtype, residence);
      view.array = memory;
      return view;
    });
    this.codeWords = program.header.codeWords;
    this.places = new Int32Array(this.codeWords + 1);
    list.forEach((instruction, place) => (this.places[instruction.pc] = place));
    this.places[this.codeWords] = list.length;
    list.forEach((instruction, place) => {
      const kernel = createKernel(instruction, this.views, program.constants);
      this.instructions.push({
        pc: instruction.pc,
        units: kernel?.units ?? 0,
        work: kernel?.work ?? 0,
        run: kernel?.run ?? notRun,
        loop: instruction.name === 'loop' ? this.loopOf(instruction, place) : null,
      });
    });
    this.hasBoundary = list.some((instruction) => instruction.name === 'boundary');
  }

  private loopOf(instruction: DecodedInstruction, place: number): Loop {
    const { count, countView, bodyWords } = instruction.fields;
    return {
      count,
      countView: countView < 0 ? null : this.views[countView],
      moves: instruction.moves!.map((m) => ({ view: this.views[m.view], stride: m.stride })),
      body: place + 1,
      end: this.places[instruction.pc + instruction.length + bodyWords],
    };
  }

  /** Ties bound buffers to arrays, in the order of their numbers; null unties them. */
  bind(bound: readonly TypedArray[] | null): void {
    if (this.residents) {
      this.residents.bound = bound;
      return;
    }
    this.boundBuffers.forEach((buffer, number) => (this.arrays[buffer] = bound ? bound[number] : null));
    for (const view of this.views) {
      const array = this.arrays[view.buffer];
      if (array) view.array = array;
    }
  }

  /** Goes on from where `state` stands until done, failed, or told to stop. */
  advance(state: Int32Array, options: AdvanceOptions = {}): Status {
    if (state[stateAt.error] !== runErrors.none.code) return 'failed';
    if (!this.residents) return this.walk(state, options);
    this.residents.moveIn();
    try {
      return this.walk(state, options);
    } finally {
      this.residents.moveOut();
    }
  }

  private walk(state: Int32Array, options: AdvanceOptions): Status {
    const { instructions } = this;
    const budget = options.budget ?? Infinity;
    const deadline = budget === Infinity ? Infinity : performance.now() + budget;
    const onlyAtBoundary = this.hasBoundary && options.stopAt === 'boundary';
    // Without boundaries a request is obeyed anywhere: there is no step to complete.
    const requestAnywhere = !this.hasBoundary;
    // Nobody can change it meanwhile: this thread is all there is.
    const request = state[stateAt.request];
    let left = options.instructions ?? Infinity;
    const onlyTheClockStops = left === Infinity && (request === requests.none || !requestAnywhere);
    let work = budget > 0 ? 0 : clockWork;
    const workLimit = deadline === Infinity ? Infinity : clockWork;
    let late = false;

    let depth = this.resume(state);
    let place = this.places[state[stateAt.pc]];
    let unit = state[stateAt.unit];
    /** Where the innermost open loop ends. */
    let end = depth > 0 ? instructions[this.open[depth - 1]].loop!.end : -1;
    let status: Status = 'done';

    for (;;) {
      while (place === end) {
        const loop = instructions[this.open[depth - 1]].loop!;
        if (++this.turns[depth - 1] < this.counts[depth - 1]) {
          for (const { view, stride } of loop.moves) view.offset += stride;
          place = loop.body;
        } else {
          depth--;
          const turnsMoved = this.counts[depth] - 1;
          for (const { view, stride } of loop.moves) view.offset -= turnsMoved * stride;
          end = depth > 0 ? instructions[this.open[depth - 1]].loop!.end : -1;
        }
      }
      if (place === instructions.length) break;
      if (left <= 0) {
        status = 'yielded';
        break;
      }
      const { run, units, loop } = instructions[place];
      let stop = !onlyAtBoundary;
      let obey = requestAnywhere;
      if (units > 0) {
        let code = run(unit);
        work += instructions[place].work;
        if (code === 0 && ++unit < units) {
          obey = false;
        } else if (code === 0) {
          unit = 0;
          place++;
          left--;
          // On to the next ones that are a unit each, until it may be time to stop.
          while (onlyTheClockStops && place !== end && place < instructions.length && work < workLimit) {
            const next = instructions[place];
            if (next.units !== 1) break;
            code = next.run(0);
            if (code !== 0) break;
            work += next.work;
            place++;
          }
        }
        if (code !== 0) {
          fail(state, code);
          status = 'failed';
          break;
        }
      } else if (loop !== null) {
        const count = this.countOf(loop);
        if (count < 0) {
          fail(state, runErrors.loopCount.code);
          status = 'failed';
          break;
        }
        if (count === 0) place = loop.end;
        else {
          this.open[depth] = place;
          this.turns[depth] = 0;
          this.counts[depth] = count;
          depth++;
          place = loop.body;
          end = loop.end;
        }
        left--;
      } else {
        state[stateAt.progress]++;
        stop = true;
        obey = true;
        place++;
        left--;
      }
      if (work >= clockWork && deadline !== Infinity) {
        late = performance.now() >= deadline;
        if (budget > 0) work = 0;
      }
      if ((obey && request !== requests.none) || (late && stop)) {
        const obeyed = obey ? request : requests.none;
        if (obeyed === requests.pause) state[stateAt.request] = requests.none;
        status = obeyed === requests.abort ? 'aborted' : 'yielded';
        break;
      }
    }
    this.suspend(state, depth, place, unit);
    return status;
  }

  /** The turns that a loop is to make; -1, with the fault's details, if it may not make as many. */
  private countOf(loop: Loop): number {
    if (!loop.countView) return loop.count;
    const wanted = loop.countView.array[loop.countView.offset];
    if (wanted >= 0 && wanted <= loop.count) return wanted;
    fault.detail0 = wanted;
    fault.detail1 = loop.count;
    return -1;
  }

  /** Opens the loops that the state is in and moves their views; returns how many they are. */
  private resume(state: Int32Array): number {
    for (const view of this.views) view.offset = view.base;
    const depth = state[stateAt.depth];
    for (let d = 0; d < depth; d++) {
      this.open[d] = this.places[state[stateAt.loopPc0 + d]];
      this.turns[d] = state[stateAt.turn0 + d];
      this.counts[d] = state[stateAt.count0 + d];
      const loop = this.instructions[this.open[d]].loop!;
      for (const { view, stride } of loop.moves) view.offset += this.turns[d] * stride;
    }
    return depth;
  }

  private suspend(state: Int32Array, depth: number, place: number, unit: number): void {
    const { instructions } = this;
    state[stateAt.pc] = place < instructions.length ? instructions[place].pc : this.codeWords;
    state[stateAt.unit] = unit;
    state[stateAt.depth] = depth;
    for (let d = 0; d < limits.loopDepth; d++) {
      const isOpen = d < depth;
      state[stateAt.loopPc0 + d] = isOpen ? instructions[this.open[d]].pc : 0;
      state[stateAt.turn0 + d] = isOpen ? this.turns[d] : 0;
      state[stateAt.count0 + d] = isOpen ? this.counts[d] : 0;
    }
  }
}

function fail(state: Int32Array, code: number): void {
  state[stateAt.error] = code;
  state[stateAt.detail0] = fault.detail0;
  state[stateAt.detail1] = fault.detail1;
}
