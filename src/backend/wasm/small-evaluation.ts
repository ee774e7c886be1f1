// The expression of a small grid (a few vectors), made ready for evaluateSmall of assembly/evaluate.ts: for the steps of
// small networks it is not the arithmetic that costs, but finding out where operands are. Here every register has a
// place in the image, constants stand there in full, and each operand of a step is the address of a pointer: of a
// register's, or of the slot of a view that is read, or written, where it is.

import { limits } from '../../contract/instructions.js';
import { microCode } from '../../contract/micro-operations.js';
import type { Step } from './fusion.js';
import type { ImageWriter } from './image.js';
import * as layout from './layout.js';

/** What the writer knows of an operand. */
export interface SmallOperand {
  /** Address of its record, see operandBytes of layout.ts; 0 for the value that a reduce consumes. */
  readonly address: number;
  readonly slot: number;
  readonly kind: number;
  /** Whether the loops may use it where it is. */
  readonly direct: boolean;
  readonly outer: readonly number[];
  readonly column: number;
}

/** An expression and its grid. */
export interface SmallGrid {
  readonly steps: readonly Step[];
  readonly outerDims: readonly number[];
  readonly columns: number;
  readonly points: number;
  readonly operands: readonly SmallOperand[];
  /** Step -> output that its values may go to at once. */
  readonly outputs: ReadonlyMap<number, number>;
  /** Code of the compute dtype. */
  readonly compute: number;
  /** Elements of a vector. */
  readonly lanes: number;
}

/** Whether a grid of so many points, of elements of so many bytes, is small. */
export function isSmall(points: number, bytes: number): boolean {
  return points > 0 && points * bytes <= layout.smallRegisterBytes;
}

/** Writes the steps. @returns where they begin and end */
export function writeSmallSteps(image: ImageWriter, grid: SmallGrid): { begin: number; end: number } {
  const { operands, points, lanes } = grid;
  const strided = operands.map((operand) =>
    operand.kind === layout.operandStrided ? placesOf(grid, operand) : null,
  );
  const places = strided.map((list) => (list ? writePlaces(image, list) : 0));
  const isRuns = strided.map((list) =>
    list?.every((p, i) => i % lanes === 0 || p === list[i - 1] + 1) ? 1 : 0,
  );
  // Pointers to blocks of the registers' own, and to where each register's value is at present.
  const own = new Array<number>(limits.registers).fill(0);
  const present = new Array<number>(limits.registers).fill(0);
  const ownPointer = (register: number): number => {
    if (own[register] === 0)
      own[register] = writePointer(image, image.reserveVectors(layout.smallRegisterBytes));
    return own[register];
  };
  const pointer = (register: number): number => present[register] || ownPointer(register);
  const steps: number[][] = [];
  grid.steps.forEach(({ operation, target, inputs }, s) => {
    const [a, b] = inputs;
    if (operation === microCode.load) {
      const { direct, slot, kind, address } = operands[a];
      if (direct && kind === layout.operandLinear) present[target] = slot;
      else {
        present[target] = ownPointer(target);
        steps.push([operation, present[target], slot, address, places[a], isRuns[a]]);
      }
    } else if (operation === microCode.constant) {
      const block = image.reserveVectors(layout.smallRegisterBytes);
      image.fillVectors(block, layout.smallRegisterBytes, a, grid.compute);
      present[target] = writePointer(image, block);
    } else if (operation === microCode.store) {
      const { address, slot, kind } = operands[b];
      if (address === 0) steps.push([microCode.constant, pointer(a), a * 8, 0, 0]);
      else if (present[a] !== slot || kind !== layout.operandLinear)
        steps.push([operation, pointer(a), slot, address, places[b], isRuns[b]]);
    } else {
      const output = grid.outputs.get(s);
      // What an operation does not use has to be there to be read.
      const from = [0, 1, 2, 3, 4].map((i) => pointer(inputs[i] ?? a));
      const whole = points % lanes === 0;
      present[target] = output !== undefined && whole ? operands[output].slot : ownPointer(target);
      steps.push([operation, present[target], ...from]);
    }
  });
  const begin = image.reserve(steps.length * layout.smallStepBytes);
  steps.forEach((step, i) =>
    step.forEach((word, field) => image.put(begin + i * layout.smallStepBytes + 4 * field, word)),
  );
  return { begin, end: begin + steps.length * layout.smallStepBytes };
}

function writePointer(image: ImageWriter, address: number): number {
  const pointer = image.reserve(4);
  image.put(pointer, address);
  return pointer;
}

/** Elements from an operand's first to that of each point, in the order of the grid. */
function placesOf({ outerDims, columns, points }: SmallGrid, operand: SmallOperand): number[] {
  return Array.from({ length: points }, (_, point) => {
    let place = (point % columns) * operand.column;
    let row = Math.floor(point / columns);
    for (let d = outerDims.length - 1; d >= 0; d--) {
      place += (row % outerDims[d]) * operand.outer[d];
      row = Math.floor(row / outerDims[d]);
    }
    return place;
  });
}

function writePlaces(image: ImageWriter, places: readonly number[]): number {
  const table = image.reserve(4 * places.length);
  places.forEach((place, i) => image.put(table + 4 * i, place));
  return table;
}
