// crossEntropy: softmax cross-entropy of rows of logits, and its gradient, without storing the probabilities.
//
// With m the largest logit of a row and s the sum of exp(z - m), -log softmax(z)[c] = log s - (z[c] - m).

import { dtypeOf, type DecodedInstruction } from '../../contract/decoding.js';
import type { FloatDType } from '../../contract/dtypes.js';
import { reduceChunk, runErrors } from '../../contract/instructions.js';
import { fault, floats, type Kernel, type View, type Views } from './kernel.js';
import { RowSum } from './lanes.js';
import { maximumOf, rowsPerUnit, sumOfExponentials } from './softmax.js';

export class CrossEntropyKernel implements Kernel {
  readonly units: number;
  readonly work: number;
  private readonly rows: number;
  private readonly columns: number;
  private readonly sparse: boolean;
  private readonly sum: RowSum;
  private readonly rowsPerUnit: number;
  private readonly logits: View;
  private readonly labels: View;
  private readonly loss: View | undefined;
  private readonly delta: View | undefined;

  constructor(instruction: DecodedInstruction, views: Views) {
    const { rows, columns, sparse, logits, labels, loss, delta } = instruction.fields;
    this.rows = rows;
    this.columns = columns;
    this.sparse = sparse === 1;
    this.sum = RowSum.of(dtypeOf(instruction) as FloatDType);
    this.rowsPerUnit = rowsPerUnit(2 * columns);
    this.units = Math.max(1, Math.ceil(rows / this.rowsPerUnit));
    this.work = Math.min(rows, this.rowsPerUnit) * columns * 40;
    this.logits = views[logits];
    this.labels = views[labels];
    this.loss = loss < 0 ? undefined : views[loss];
    this.delta = delta < 0 ? undefined : views[delta];
  }

  readonly run = (unit: number): number => {
    const first = unit * this.rowsPerUnit;
    const last = Math.min(this.rows, first + this.rowsPerUnit);
    for (let row = first; row < last; row++) {
      const code = this.sparse ? this.sparseRow(row) : this.denseRow(row);
      if (code !== 0) return code;
    }
    return 0;
  };

  private sparseRow(row: number): number {
    const { columns } = this;
    const label = this.labels.array[this.labels.offset + row];
    if (label < 0 || label >= columns) {
      fault.detail0 = label;
      fault.detail1 = columns - 1;
      return runErrors.labelOutOfRange.code;
    }
    const logits = floats(this.logits);
    const from = this.logits.offset + row * columns;
    const max = maximumOf(logits, from, columns);
    const sum = sumOfExponentials(logits, from, columns, max, this.sum);
    if (this.loss) {
      this.loss.array[this.loss.offset + row] = Math.log(sum) - (logits[from + label] - max);
    }
    if (this.delta) {
      const delta = floats(this.delta);
      const to = this.delta.offset + row * columns;
      for (let c = 0; c < columns; c++) {
        delta[to + c] = Math.exp(logits[from + c] - max) / sum - (c === label ? 1 : 0);
      }
    }
    return 0;
  }

  private denseRow(row: number): number {
    const { columns } = this;
    const logits = floats(this.logits);
    const labels = floats(this.labels);
    const from = this.logits.offset + row * columns;
    const truth = this.labels.offset + row * columns;
    const max = maximumOf(logits, from, columns);
    const sum = sumOfExponentials(logits, from, columns, max, this.sum);
    if (this.loss) {
      const logarithm = Math.log(sum);
      this.sum.start();
      for (let c = 0; c < columns; c += reduceChunk) {
        const end = Math.min(reduceChunk, columns - c);
        for (let i = 0; i < end; i++) {
          this.sum.chunk[i] = labels[truth + c + i] * (logarithm - (logits[from + c + i] - max));
        }
        this.sum.add(end);
      }
      this.loss.array[this.loss.offset + row] = this.sum.sum;
    }
    if (this.delta) {
      this.sum.start();
      for (let c = 0; c < columns; c += reduceChunk) {
        const end = Math.min(reduceChunk, columns - c);
        for (let i = 0; i < end; i++) this.sum.chunk[i] = labels[truth + c + i];
        this.sum.add(end);
      }
      const total = this.sum.sum;
      const delta = floats(this.delta);
      const to = this.delta.offset + row * columns;
      for (let c = 0; c < columns; c++) {
        delta[to + c] = (Math.exp(logits[from + c] - max) / sum) * total - labels[truth + c];
      }
    }
    return 0;
  }
}
