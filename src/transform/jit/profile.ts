// Where the time of a program goes: a run of one instruction at a time, each timed.

import {
  instructionNames,
  stateAt,
  headerFields,
  type InstructionName,
} from '../../contract/instructions.js';
import type { Leaf } from './arguments.js';
import type { Loaded } from './loaded.js';
import { waitToUse } from './run.js';

/** One instruction of a program, with all the times it ran. */
export interface ProfileEntry {
  /** The ops that it was made from, and the layer. */
  readonly op: string;
  readonly scope: string;
  readonly instruction: InstructionName;
  /** How often it ran. */
  readonly count: number;
  /** In all. */
  readonly milliseconds: number;
  /** Of the time of all instructions, from 0 to 1. */
  readonly share: number;
}

/** Runs the program for its time per instruction, the slowest first. Variables are written as in any run. */
export function profileRun(loaded: Loaded, leaves: readonly Leaf[]): ProfileEntry[] {
  waitToUse(loaded);
  const { program } = loaded.executable;
  const code = program.words[headerFields.indexOf('codeAt')];
  const run = loaded.executable.start(loaded.bind(leaves).bindings);
  const times = new Map<number, { count: number; milliseconds: number }>();
  try {
    for (;;) {
      const pc = run.state[stateAt.pc];
      const begin = performance.now();
      const status = run.advance({ instructions: 1 });
      const milliseconds = performance.now() - begin;
      if (status === 'failed') throw loaded.errorOf(run.state);
      if (code + pc < program.words.length) {
        const entry = times.get(pc) ?? { count: 0, milliseconds: 0 };
        entry.count++;
        entry.milliseconds += milliseconds;
        times.set(pc, entry);
      }
      if (status === 'done') break;
    }
  } finally {
    run.close();
    loaded.markWritten();
  }
  const total = [...times.values()].reduce((sum, t) => sum + t.milliseconds, 0);
  return [...times]
    .map(([pc, { count, milliseconds }]) => {
      const { op, scope } = program.sources[loaded.sourceAt(pc)];
      const instruction = instructionNames[program.words[code + pc]];
      return { op, scope, instruction, count, milliseconds, share: total > 0 ? milliseconds / total : 0 };
    })
    .sort((a, b) => b.milliseconds - a.milliseconds);
}
