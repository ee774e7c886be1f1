// The proof that no line separates two classes. On such examples the perceptron's weights stay bounded (Block and Levin
// 1970), so that they come back to a value that they had. What was added in between is then 0 in sum, and that says
// that a weighted average of one class is the same point as one of the other: it would have to be on both sides.

import { HebbError } from '../contract/errors.js';
import type { Tensor } from '../tensor/tensor.js';

/** Weighted averages of both classes that are the same point. */
export interface InseparabilityProof {
  /** Examples by number, with weights that add up to 1 in each class. */
  readonly low: readonly { readonly example: number; readonly weight: number }[];
  readonly high: readonly { readonly example: number; readonly weight: number }[];
  /** The average of both. */
  readonly point: readonly number[];
}

/** No line (plane, hyperplane) separates the classes: the perceptron would go on for ever. */
export class NotSeparableError extends HebbError {
  override name = 'NotSeparableError';

  constructor(
    message: string,
    readonly proof: InseparabilityProof,
  ) {
    super(message);
  }
}

/** State after a pass. */
interface Seen {
  readonly weights: readonly number[];
  readonly bias: number;
  /** Sum of the errors of each example so far. */
  readonly added: readonly number[];
}

/** How far two numbers may be apart that differ by rounding only, as a fraction of their size. */
const tolerances = { float32: 1e-5, float64: 1e-9 };

/** Watches a perceptron's passes until its weights come back. */
export class CycleWatch {
  private readonly seen: Seen[] = [];
  private readonly rows: number[][];
  private readonly labels: readonly number[];
  private readonly tolerance: number;
  private added: readonly number[];

  /**
   * @param inputs [examples, inputs]
   * @param labels [examples]
   * @param weights those at the start, [inputs]
   * @param bias that at the start
   */
  constructor(inputs: Tensor, labels: Tensor, weights: ArrayLike<number>, bias: number) {
    this.rows = inputs.arraySync() as number[][];
    this.labels = [...labels.dataSync()];
    this.tolerance = tolerances[inputs.dtype as 'float32' | 'float64'];
    this.added = this.labels.map(() => 0);
    this.seen.push({ weights: Array.from(weights), bias, added: this.added });
  }

  /**
   * Notes a pass.
   * @param errors label - output of each example
   * @throws NotSeparableError if the weights are those of an earlier pass, and errors were made since
   */
  see(errors: ArrayLike<number>, weights: ArrayLike<number>, bias: number): void {
    this.added = this.added.map((sum, i) => sum + errors[i]);
    const now = { weights: Array.from(weights), bias, added: this.added };
    for (const [pass, before] of this.seen.entries()) {
      if (!this.isSame(now, before)) continue;
      const proof = this.proofFrom(now.added.map((sum, i) => sum - before.added[i]));
      if (proof) throw new NotSeparableError(this.explain(proof, pass, now), proof);
    }
    this.seen.push(now);
  }

  private isSame(a: Seen, b: Seen): boolean {
    const close = (x: number, y: number): boolean =>
      Math.abs(x - y) <= this.tolerance * (Math.abs(x) + Math.abs(y) + 1e-3);
    return close(a.bias, b.bias) && a.weights.every((w, i) => close(w, b.weights[i]));
  }

  /** From what was added for each example between two equal states; null where the averages turn out to differ. */
  private proofFrom(added: readonly number[]): InseparabilityProof | null {
    const part = (sign: number): { example: number; weight: number }[] => {
      const chosen = added.flatMap((sum, example) =>
        sum * sign > 0 ? [{ example, weight: Math.abs(sum) }] : [],
      );
      const all = chosen.reduce((sum, { weight }) => sum + weight, 0);
      return chosen.map(({ example, weight }) => ({ example, weight: weight / all }));
    };
    const [high, low] = [part(1), part(-1)];
    if (high.length === 0 || low.length === 0) return null;
    const average = (chosen: readonly { example: number; weight: number }[]): number[] =>
      this.rows[0].map((_, d) =>
        chosen.reduce((sum, { example, weight }) => sum + weight * this.rows[example][d], 0),
      );
    const point = average(high);
    const other = average(low);
    // The proof stands by itself: it is checked, however the weights came back.
    const size = Math.max(...this.rows.flat().map(Math.abs), 1e-300);
    return point.every((x, d) => Math.abs(x - other[d]) <= this.tolerance * 10 * size)
      ? { low, high, point }
      : null;
  }

  private explain({ low, high, point }: InseparabilityProof, pass: number, { weights, bias }: Seen): string {
    const show = (values: readonly number[]): string =>
      `(${values.map((x) => Number(x.toPrecision(4))).join(', ')})`;
    const list = (chosen: readonly { example: number; weight: number }[]): string => {
      const isEven = chosen.every(({ weight }) => Math.abs(weight - chosen[0].weight) < 1e-6);
      const points = chosen
        .slice(0, 4)
        .map(
          ({ example, weight }) => `${isEven ? '' : `${weight.toFixed(3)} x `}${show(this.rows[example])}`,
        );
      const more = chosen.length > 4 ? ` and ${chosen.length - 4} more` : '';
      return points.join(isEven ? ' and ' : ' + ') + more;
    };
    const what = point.length === 2 ? 'straight line' : point.length === 3 ? 'plane' : 'hyperplane';
    return (
      `Perceptron: no ${what} separates these classes. After pass ${this.seen.length} the weights are ${show(weights)} ` +
      `and the bias ${Number(bias.toPrecision(4))}, as ${pass === 0 ? 'at the start' : `after pass ${pass}`}, and so it would go on for ever. The reason: the ` +
      `average of ${list(high)}, of the one class, is ${show(point)}, and so is that of ${list(low)}, of the other; one ` +
      `point cannot be on both sides of a ${what}. Give the network a hidden layer, or keep the best ${what} with ` +
      "variant 'pocket' and fit."
    );
  }
}
