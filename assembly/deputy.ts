// The deputy: the thread that leads runs in the background, so that the one with the event loop is free.

import {
  callBudget,
  callFlags,
  callImage,
  callInstructions,
  callState,
  callStatus,
  callTicket,
  poolArea,
  poolCall,
  poolCalled,
  poolDeputy,
  poolStop,
} from '../src/backend/wasm/layout';
import { now } from './clock';
import { run } from './run';
import { spin } from './threads';

/** Tells the event loop that a call has ended. */
// @ts-ignore: decorator
@external('env', 'finished')
declare function finished(ticket: i32): void;

/** The life of the deputy: returns when all are told to leave. */
export function lead(): void {
  atomic.store<i32>(poolArea + poolDeputy, 1);
  while (atomic.load<i32>(poolArea + poolStop) == 0) {
    const seen = atomic.load<i32>(poolArea + poolCalled);
    const call = atomic.load<i32>(poolArea + poolCall);
    if (call != 0) make(call);
    else if (!spin(poolArea + poolCalled, seen)) atomic.wait<i32>(poolArea + poolCalled, seen, -1);
  }
}

function make(call: usize): void {
  const status = run(
    load<usize>(call + callImage),
    call + callState,
    now() + load<f64>(call + callBudget),
    load<i32>(call + callFlags),
    load<i32>(call + callInstructions),
    1,
  );
  const ticket = load<i32>(call + callTicket);
  // From the last store on, the block may be used for something else.
  atomic.store<i32>(poolArea + poolCall, 0);
  atomic.store<i32>(call + callStatus, status);
  atomic.notify(call + callStatus, -1);
  finished(ticket);
}
