// check: fails at the first element that is NaN or infinite.

import type { DecodedInstruction } from '../../contract/decoding.js';
import { runErrors } from '../../contract/instructions.js';
import { fault, floats, unitWork, type Kernel, type View, type Views } from './kernel.js';

export class CheckKernel implements Kernel {
  readonly units: number;
  readonly work: number;
  private readonly count: number;
  private readonly input: View;

  constructor(instruction: DecodedInstruction, views: Views) {
    this.count = instruction.fields.count;
    this.input = views[instruction.fields.input];
    this.units = Math.max(1, Math.ceil(this.count / unitWork));
    this.work = Math.min(this.count, unitWork);
  }

  readonly run = (unit: number): number => {
    const values = floats(this.input);
    const first = unit * unitWork;
    const end = Math.min(this.count, first + unitWork);
    for (let i = first; i < end; i++) {
      const x = values[this.input.offset + i];
      // Of NaN and the infinities, x - x is NaN.
      if (x - x !== 0) {
        fault.detail0 = i;
        return runErrors.notFinite.code;
      }
    }
    return 0;
  };
}
