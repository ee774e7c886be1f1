// The limits of the machine: multiply-adds in registers, an ordinary copy. What other parts are compared with.

import { availableParallelism } from 'node:os';
import { cyclesASecond, loopInstructionSets, loopTime, peak } from '../loops.mjs';
import { round } from '../measure.mjs';

const copied = 16 << 20;

export default function peaks({ threads }) {
  const rows = [];
  const counts = threads ?? [...new Set([1, availableParallelism()])];
  const row = (work, isa, count, value, unit) =>
    void (
      value &&
      rows.push({
        work,
        label: `${isa}, ${count} thread${count > 1 ? 's' : ''}`,
        isa,
        threads: count,
        value: round(value),
        unit,
      })
    );
  const clock = cyclesASecond();
  if (clock)
    rows.push({ work: 'clock', label: '1 thread', threads: 1, value: round(clock / 1e9), unit: 'GHz' });
  const [best, ...others] = loopInstructionSets();
  if (!best) return rows;
  for (const count of counts) {
    for (const isa of [best, ...others]) {
      row('multiply-adds, float32', isa, count, peak('float32', count, isa) / 1e9, 'GFLOP/s');
    }
    row('multiply-adds, float64', best, count, peak('float64', count) / 1e9, 'GFLOP/s');
    row('multiply-adds, bfloat16', best, count, peak('bfloat16', count) / 1e9, 'GFLOP/s');
    const arrays = [new Float32Array(copied), new Float32Array(copied)];
    loopTime('copy', count, 1, arrays);
    row(
      'copy of 16 M floats, read + written',
      best,
      count,
      (copied * 8) / loopTime('copy', count, 9, arrays) / 1e9,
      'GB/s',
    );
  }
  return rows;
}
