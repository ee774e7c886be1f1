// Cases of loop and boundary.

import type { KernelCall } from '../../../src/contract/calls.js';
import { ProgramWriter } from '../../../src/contract/encoding.js';
import { expression } from '../../../src/contract/expression.js';
import { operand } from '../building.js';
import { type Case, values, input } from './shared.js';

/** Loops: views that move forwards and backwards, nested, with a count from memory and none at all. */
export function* loopCases(): Generator<Case> {
  for (const turns of [0, 1, 5]) {
    const writer = new ProgramWriter();
    const source = writer.boundBuffer('float32', 60, 'read');
    const sum = writer.boundBuffer('float32', 20, 'both');
    const count = writer.boundBuffer('int32', 1, 'read');
    const from = writer.newView(source, 0);
    const to = writer.newView(sum, 16);
    const outer = writer.beginLoop(5, writer.view(count, 0), [
      { view: from, stride: 12 },
      { view: to, stride: -4 },
    ]);
    const inner = writer.beginLoop(3, -1, [{ view: from, stride: 4 }]);
    const add: KernelCall = {
      kernel: 'map',
      dtype: 'float32',
      dims: [4],
      expression: expression(2, (e, a, b) => e.add(e.mul(a, 0.5), b)),
      inputs: [operand(1, [4]), operand(0, [4])],
      outputs: [operand(1, [4])],
    };
    writer.call(add, (o) => (o === 0 ? from : to));
    writer.endLoop(inner);
    writer.call({ kernel: 'boundary' }, () => -1);
    writer.endLoop(outer);
    yield {
      name: `loop of ${turns} x 3`,
      covers: ['loop', 'boundary', 'map'],
      words: writer.finish(),
      arrays: [
        input('float32', values('float32', 60, 1)),
        { dtype: 'float32', array: values('float32', 20, 2), access: 'both' },
        input('int32', Int32Array.of(turns)),
      ],
      outputs: [1],
      tolerance: { ulp: 0 },
    };
  }
}
