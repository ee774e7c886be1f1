// Threads share the units of long instructions. The thread that leads a run opens a job; helpers, who wait for one
// inside WebAssembly, take units until there are none left, as the leader does. Each begins with a part of its own, so
// that it meets the rows that it had in the instruction before, which are still in its caches; then it takes from the
// others' parts. Which thread computes a unit changes nothing, since what a unit computes depends on shapes only. The
// same protocol as native/threads.cc: whoever looks at a job counts as its user, and the leader neither leaves nor
// changes a job that has users.

import { runErrorNone } from './generated/contract';
import {
  jobBytes,
  jobCode,
  jobDetail0,
  jobDetail1,
  jobFailedUnit,
  jobLock,
  jobOpen,
  jobPartCount,
  jobParts,
  jobPlan,
  jobUsers,
  jobWaiting,
  maximumParts,
  partBytes,
  partEnd,
  partNext,
  planCost,
  planPreparation,
  planSlice,
  planUnits,
  poolArea,
  poolBroken,
  poolHelpers,
  poolJobs,
  poolMayBlock,
  poolPublished,
  poolSleepers,
  poolStop,
  statusBroken,
} from '../src/backend/wasm/layout';
import { now } from './clock';
import { runUnits } from './units';
import { detail0, detail1, fail, thread, word } from './work';

/** Nanoseconds of work below which an instruction stays with its leader: a hand-off takes 0.5 microseconds. */
const worthSharing: i32 = 5000;
/** ... below which sleeping helpers are left asleep: waking one takes 15. */
const worthWaking: i32 = 30000;
/** Nanoseconds of work between looks at the clock. */
const clockWork: i32 = 50000;
/**
 * Turns of waiting for a change before a thread goes to sleep: some 100 microseconds. With a tenth of it helpers slept
 * between the products of a step, and two threads took 1.6 ms for what now takes 1.1.
 */
const spins: i32 = 200000;
/** Nanoseconds after which a leader that sleeps looks whether a helper has trapped. */
const longestWait: i64 = 10_000_000;

/** The first unit that is not done after share(). */
export let shared: i32 = 0;

/** Whether helpers would shorten this instruction. */
export function isWorthSharing(plan: usize): bool {
  const units = word(plan, planUnits);
  if (units < 2 || (units <= word(plan, planSlice) && word(plan, planCost) < worthSharing)) return false;
  return atomic.load<i32>(poolArea + poolHelpers) > 0;
}

/** Roughly the nanoseconds of a unit. */
function unitCost(plan: usize): i32 {
  return word(plan, planCost) / min(word(plan, planUnits), word(plan, planSlice));
}

/**
 * Runs the units of a plan from `begin` on, together with the helpers; those that prepare come before all others.
 * Leaves in `shared` how far it came.
 * @param deadline moment after which no more units are begun; f64.MAX_VALUE for none
 * @returns an error code, or statusBroken
 */
export function share(plan: usize, begin: i32, deadline: f64, leader: i32): i32 {
  const preparation = word(plan, planPreparation);
  if (begin < preparation) {
    const code = shareUnits(plan, begin, preparation, deadline, leader);
    if (code != runErrorNone || shared < preparation) return code;
    begin = preparation;
  }
  return shareUnits(plan, begin, word(plan, planUnits), deadline, leader);
}

function shareUnits(plan: usize, begin: i32, end: i32, deadline: f64, leader: i32): i32 {
  const job = poolArea + poolJobs + leader * jobBytes;
  const timed = deadline < f64.MAX_VALUE;
  store<usize>(job + jobPlan, plan);
  store<i32>(job + jobFailedUnit, i32.MAX_VALUE);
  store<i32>(job + jobCode, runErrorNone);
  // What may stop at any unit is one part, as it has then done the first so many.
  divide(job, begin, end, timed ? 1 : atomic.load<i32>(poolArea + poolHelpers) + 1);
  atomic.store<i32>(job + jobOpen, 1);
  atomic.add<i32>(poolArea + poolPublished, 1);
  if (<f64>unitCost(plan) * (end - begin) > worthWaking && atomic.load<i32>(poolArea + poolSleepers) > 0) {
    atomic.notify(poolArea + poolPublished, -1);
  }

  shared = end;
  if (timed) takeUntil(job, plan, deadline);
  else takeUnits(job, plan, 0);
  atomic.store<i32>(job + jobOpen, 0);
  if (!awaitHelpers(job, leader)) return statusBroken;
  const code = load<i32>(job + jobCode);
  return code == runErrorNone ? code : fail(code, load<i32>(job + jobDetail0), load<i32>(job + jobDetail1));
}

/** Makes `count` parts of units begin .. end-1, if there are as many. */
function divide(job: usize, begin: i32, end: i32, count: i32): void {
  const units = end - begin;
  const parts = min(min(count, units), maximumParts);
  store<i32>(job + jobPartCount, parts);
  for (let p = 0; p < parts; p++) {
    const part = job + jobParts + p * partBytes;
    atomic.store<i32>(part + partNext, begin + <i32>((<i64>units * p) / parts));
    store<i32>(part + partEnd, begin + <i32>((<i64>units * (p + 1)) / parts));
  }
}

/** Takes units until there are none: of part number `own` first, then of those that follow it. @returns whether there were any */
function takeUnits(job: usize, plan: usize, own: i32): bool {
  const parts = load<i32>(job + jobPartCount);
  let any = false;
  for (let i = 0; i < parts; i++) {
    const part = job + jobParts + ((own + i) % parts) * partBytes;
    const end = load<i32>(part + partEnd);
    // To look first spares the others' counters.
    while (atomic.load<i32>(part + partNext) < end) {
      const unit = atomic.add<i32>(part + partNext, 1);
      if (unit >= end) break;
      any = true;
      take(job, plan, unit);
    }
  }
  return any;
}

/** Takes units of a job of one part, until there are none or it is late; leaves in `shared` how far that came. */
function takeUntil(job: usize, plan: usize, deadline: f64): void {
  const next = job + jobParts + partNext;
  const end = load<i32>(job + jobParts + partEnd);
  const cost = unitCost(plan);
  let ahead = clockWork;
  for (;;) {
    const unit = atomic.add<i32>(next, 1);
    if (unit >= end) return;
    take(job, plan, unit);
    ahead -= cost;
    if (ahead > 0) continue;
    ahead = clockWork;
    if (now() >= deadline) {
      shared = min(end, atomic.xchg<i32>(next, end));
      return;
    }
  }
}

/** Runs one unit; where it fails, that is noted, and no units behind it are given out. */
function take(job: usize, plan: usize, unit: i32): void {
  const code = runUnits(plan, unit, unit + 1);
  if (code == runErrorNone) return;
  const parts = load<i32>(job + jobPartCount);
  for (let p = 0; p < parts; p++) {
    const part = job + jobParts + p * partBytes;
    const end = load<i32>(part + partEnd);
    if (end > unit) atomic.store<i32>(part + partNext, end);
  }
  while (atomic.cmpxchg<i32>(job + jobLock, 0, 1) != 0) {}
  // All units before this one are taken, so the first failure is the same on any number of threads.
  if (unit < load<i32>(job + jobFailedUnit)) {
    store<i32>(job + jobFailedUnit, unit);
    store<i32>(job + jobCode, code);
    store<i32>(job + jobDetail0, detail0);
    store<i32>(job + jobDetail1, detail1);
  }
  atomic.store<i32>(job + jobLock, 0);
}

/**
 * Waits until no helper uses a closed job. That takes as long as a unit; where it takes longer, because other processes
 * have the helper's CPU, this thread gives up its own, if it may sleep.
 * @returns false where a helper has trapped
 */
function awaitHelpers(job: usize, leader: i32): bool {
  const maySleep = leader != 0 || load<i32>(poolArea + poolMayBlock) != 0;
  let turns = 0;
  let users = atomic.load<i32>(job + jobUsers);
  while (users != 0) {
    if (atomic.load<i32>(poolArea + poolBroken) != 0) return false;
    if (maySleep && ++turns > spins) {
      atomic.store<i32>(job + jobWaiting, 1);
      atomic.wait<i32>(job + jobUsers, users, longestWait);
      atomic.store<i32>(job + jobWaiting, 0);
    }
    users = atomic.load<i32>(job + jobUsers);
  }
  return true;
}

/** Takes units of a job, if it is open. @returns whether there were any */
function helpWith(job: usize): bool {
  if (atomic.load<i32>(job + jobOpen) == 0) return false;
  let helped = false;
  atomic.add<i32>(job + jobUsers, 1);
  if (atomic.load<i32>(job + jobOpen) != 0) helped = takeUnits(job, load<usize>(job + jobPlan), thread);
  atomic.sub<i32>(job + jobUsers, 1);
  if (atomic.load<i32>(job + jobWaiting) != 0) atomic.notify(job + jobUsers, 1);
  return helped;
}

/** The life of a helper: returns when all are told to leave. */
export function help(): void {
  atomic.add<i32>(poolArea + poolHelpers, 1);
  while (atomic.load<i32>(poolArea + poolStop) == 0) {
    const seen = atomic.load<i32>(poolArea + poolPublished);
    const caller = helpWith(poolArea + poolJobs);
    const deputy = helpWith(poolArea + poolJobs + jobBytes);
    if (!caller && !deputy && !spin(poolArea + poolPublished, seen)) {
      atomic.add<i32>(poolArea + poolSleepers, 1);
      atomic.wait<i32>(poolArea + poolPublished, seen, -1);
      atomic.sub<i32>(poolArea + poolSleepers, 1);
    }
  }
}

/** Waits a moment for a word to change. @returns whether it has */
export function spin(at: usize, seen: i32): bool {
  for (let i = 0; i < spins; i++) {
    if (atomic.load<i32>(at) != seen) return true;
  }
  return false;
}
