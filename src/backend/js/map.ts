// map: an expression at every point of a grid. The work is in evaluate.ts and scalar.ts.

import { dtypeOf, gridOf, type DecodedInstruction } from '../../contract/decoding.js';
import { sizeOf } from '../../contract/calls.js';
import { ExpressionPlan } from './evaluate.js';
import { unitWork, type Kernel, type Views } from './kernel.js';
import { blockSize } from './memory.js';

export class MapKernel implements Kernel {
  readonly units: number;
  readonly work: number;
  private readonly plan: ExpressionPlan;
  private readonly points: number;
  private readonly pointsPerUnit: number;

  constructor(instruction: DecodedInstruction, views: Views, constants: Float64Array) {
    const dims = gridOf(instruction);
    this.plan = new ExpressionPlan(instruction.expression!, dtypeOf(instruction), dims, views, constants);
    this.points = sizeOf(dims);
    const steps = Math.max(this.plan.stepCount, 1);
    this.pointsPerUnit = Math.ceil(unitWork / steps / blockSize) * blockSize;
    this.units = Math.max(1, Math.ceil(this.points / this.pointsPerUnit));
    this.work = Math.min(this.points, this.pointsPerUnit) * steps;
  }

  readonly run = (unit: number): number => {
    const start = unit * this.pointsPerUnit;
    this.plan.evaluateAll(start, Math.min(this.points, start + this.pointsPerUnit));
    return 0;
  };
}
