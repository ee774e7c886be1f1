// The interpreter: goes from plan to plan, enters and leaves loops, and stops where it is told to. Everything that a run
// needs to go on stands in its state words (stateFields of src/contract/instructions.ts), so it can stop after any unit.
// What happens when is exactly as in src/backend/js/executor.ts.
//
// The thread that runs this leads; of a long instruction the others take units too (threads.ts).

import {
  requestAbort,
  requestNone,
  requestPause,
  runErrorLoopCount,
  runErrorNone,
  stateCount0,
  stateDepth,
  stateDetail0,
  stateDetail1,
  stateError,
  stateLoopPc0,
  statePc,
  stateProgress,
  stateRequest,
  stateTurn0,
  stateUnit,
  statusAborted,
  statusDone,
  statusFailed,
  statusYielded,
} from './generated/contract';
import {
  imageOrigins,
  imagePlans,
  imageSlots,
  imageViewCount,
  kernelBoundary,
  kernelControl,
  kernelLoop,
  kernelLoopEnd,
  kernelRandom,
  loopEndPlanLoop,
  loopPlanAfter,
  loopPlanBody,
  loopPlanCount,
  loopPlanCountSlot,
  loopPlanMoves,
  loopPlanMovesEnd,
  planCost,
  planKernel,
  planNext,
  planPc,
  planPreparation,
  planSlice,
  planUnits,
  runEveryUnit,
  runHasBoundary,
  runStopAtBoundary,
  statusBroken,
} from '../src/backend/wasm/layout';
import { now } from './clock';
import { advanceState } from './random';
import { isWorthSharing, share, shared } from './threads';
import { runKernel, runUnits } from './units';
import { detail0, detail1, fail, word } from './work';

/** Nanoseconds of work between looks at the clock. */
const clockWork: i32 = 50000;

/** Address of a state word. */
// @ts-ignore: decorator
@inline
function stateWord(state: usize, field: i32): usize {
  return state + ((<usize>field) << 2);
}

/** Moves the views of a loop by `turns` turns. */
function moveViews(loop: usize, turns: i32): void {
  let move = load<usize>(loop + loopPlanMoves);
  const end = load<usize>(loop + loopPlanMovesEnd);
  while (move < end) {
    const slot = load<usize>(move);
    store<usize>(slot, load<usize>(slot) + turns * load<i32>(move, 4));
    move += 8;
  }
}

/** Sets all slots to where the state says that its loops stand. */
function placeViews(image: usize, state: usize): void {
  memory.copy(
    load<usize>(image + imageSlots),
    load<usize>(image + imageOrigins),
    load<usize>(image + imageViewCount) << 2,
  );
  const depth = load<i32>(stateWord(state, stateDepth));
  for (let d = 0; d < depth; d++) {
    const turn = load<i32>(stateWord(state, stateTurn0 + d));
    if (turn > 0) moveViews(planAt(image, load<i32>(stateWord(state, stateLoopPc0 + d))), turn);
  }
}

/** The plan of the instruction at a place in the code. */
// @ts-ignore: decorator
@inline
function planAt(image: usize, pc: i32): usize {
  return load<usize>(load<usize>(image + imagePlans) + ((<usize>pc) << 2));
}

/** Notes an error in the state. */
function noteError(state: usize, code: i32): void {
  store<i32>(stateWord(state, stateError), code);
  store<i32>(stateWord(state, stateDetail0), detail0);
  store<i32>(stateWord(state, stateDetail1), detail1);
}

/** The turns that a loop is to make; -1 where it may not make as many. */
function turnsOf(loop: usize): i32 {
  const most = word(loop, loopPlanCount);
  const slot = load<usize>(loop + loopPlanCountSlot);
  if (slot == 0) return most;
  const wanted = load<i32>(load<usize>(slot));
  if (wanted >= 0 && wanted <= most) return wanted;
  fail(runErrorLoopCount, wanted, most);
  return -1;
}

/** Ends a turn of the innermost loop: the plan that comes next. */
function endTurn(loopEnd: usize, state: usize): usize {
  const loop = load<usize>(loopEnd + loopEndPlanLoop);
  const d = load<i32>(stateWord(state, stateDepth)) - 1;
  const turn = load<i32>(stateWord(state, stateTurn0 + d)) + 1;
  const count = load<i32>(stateWord(state, stateCount0 + d));
  if (turn < count) {
    store<i32>(stateWord(state, stateTurn0 + d), turn);
    moveViews(loop, 1);
    return load<usize>(loop + loopPlanBody);
  }
  moveViews(loop, 1 - count);
  store<i32>(stateWord(state, stateDepth), d);
  store<i32>(stateWord(state, stateTurn0 + d), 0);
  store<i32>(stateWord(state, stateCount0 + d), 0);
  store<i32>(stateWord(state, stateLoopPc0 + d), 0);
  return load<usize>(loopEnd + planNext);
}

/** Opens a loop of `count` > 0 turns. */
function enterLoop(loop: usize, state: usize, count: i32): void {
  const d = load<i32>(stateWord(state, stateDepth));
  store<i32>(stateWord(state, stateDepth), d + 1);
  store<i32>(stateWord(state, stateTurn0 + d), 0);
  store<i32>(stateWord(state, stateCount0 + d), count);
  store<i32>(stateWord(state, stateLoopPc0 + d), word(loop, planPc));
}

/**
 * Goes on from where the state stands until the program is done, has failed, or is told to stop.
 * @param deadline moment on the clock of now(); f64.MAX_VALUE or more for none
 * @param flags bits run... of layout.ts
 * @param instructions how many to run at most
 * @param leader whose job this thread makes of a long instruction: 0 the caller's, 1 the deputy's
 * @returns a status of the contract, or statusBroken
 */
export function run(
  image: usize,
  state: usize,
  deadline: f64,
  flags: i32,
  instructions: i32,
  leader: i32,
): i32 {
  if (load<i32>(stateWord(state, stateError)) != runErrorNone) return statusFailed;
  placeViews(image, state);
  const timed = deadline < f64.MAX_VALUE;
  const onlyAtBoundary = (flags & runStopAtBoundary) != 0;
  // Without boundaries a request is obeyed anywhere: there is no step to complete.
  const requestAnywhere = (flags & runHasBoundary) == 0;
  let plan = planAt(image, load<i32>(stateWord(state, statePc)));
  let unit = load<i32>(stateWord(state, stateUnit));
  const everyUnit = (flags & runEveryUnit) != 0;
  let ahead = everyUnit ? 0 : clockWork;
  let late = false;
  let status = statusDone;
  if (unit > 0) runUnits(plan, 0, min(unit, word(plan, planPreparation)));

  for (;;) {
    const kernel = word(plan, planKernel);
    if (kernel == kernelLoopEnd) {
      plan = endTurn(plan, state);
      continue;
    }
    if (kernel > kernelBoundary) break;
    if (instructions <= 0) {
      status = statusYielded;
      break;
    }
    let complete = requestAnywhere;
    let mayStop = !onlyAtBoundary;
    if (kernel < kernelRandom && word(plan, planUnits) == 1) {
      const code = runKernel(kernel, plan, 0, 1);
      if (code != runErrorNone) {
        noteError(state, code);
        status = statusFailed;
        break;
      }
      ahead -= word(plan, planCost);
      plan = load<usize>(plan + planNext);
      instructions--;
      // Within a step nothing may stop it but the clock, and it is not yet time to look at that.
      if (ahead > 0 && !late && !requestAnywhere) continue;
    } else if (kernel < kernelControl) {
      const units = word(plan, planUnits);
      const slice = everyUnit ? 1 : word(plan, planSlice);
      let last = timed ? min(units, unit + slice) : units;
      let code = runErrorNone;
      if (!everyUnit && isWorthSharing(plan)) {
        code = share(plan, unit, mayStop && timed ? deadline : f64.MAX_VALUE, leader);
        last = shared;
        ahead = 0;
      } else code = runUnits(plan, unit, last);
      if (code == statusBroken) {
        status = statusBroken;
        break;
      }
      if (code != runErrorNone) {
        noteError(state, code);
        status = statusFailed;
        break;
      }
      ahead -= word(plan, planCost);
      if (last < units) {
        unit = last;
        complete = false;
      } else {
        if (kernel == kernelRandom) advanceState(plan);
        unit = 0;
        plan = load<usize>(plan + planNext);
        instructions--;
      }
    } else if (kernel == kernelLoop) {
      const count = turnsOf(plan);
      if (count < 0) {
        noteError(state, runErrorLoopCount);
        status = statusFailed;
        break;
      }
      if (count == 0) plan = load<usize>(plan + loopPlanAfter);
      else {
        enterLoop(plan, state, count);
        plan = load<usize>(plan + loopPlanBody);
      }
      instructions--;
    } else {
      const progress = stateWord(state, stateProgress);
      store<i32>(progress, load<i32>(progress) + 1);
      mayStop = true;
      complete = true;
      plan = load<usize>(plan + planNext);
      instructions--;
    }
    if (ahead <= 0) {
      if (!everyUnit) ahead = clockWork;
      if (timed) late = now() >= deadline;
    }
    const request = complete ? atomic.load<i32>(stateWord(state, stateRequest)) : requestNone;
    if (request != requestNone || (late && mayStop)) {
      if (request == requestPause) atomic.cmpxchg<i32>(stateWord(state, stateRequest), request, requestNone);
      status = request == requestAbort ? statusAborted : statusYielded;
      break;
    }
  }
  // A state never points to the end of a loop: that turn is ended, or the loop left, at once.
  while (word(plan, planKernel) == kernelLoopEnd) plan = endTurn(plan, state);
  store<i32>(stateWord(state, statePc), word(plan, planPc));
  store<i32>(stateWord(state, stateUnit), unit);
  return status;
}
