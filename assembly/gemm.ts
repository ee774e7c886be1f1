// gemm: matrix products. Its meaning stands in src/contract/instructions.ts, its definition is src/backend/js/gemm.ts.
// Every output is one chain of multiply-adds with k ascending, so no way of blocking changes a bit.
//
// Large products: B is packed once into panels of two vectors of columns (the first units), then units of rows each
// pack their rows of A, a block of k at a time, and run the register tile over all panels. A block of A (120 rows of
// up to 512) stays in the second cache, a panel of B in the first.
//
// Operands are read through strides of rows and columns, one of which is an element: that is all that transposing
// means. Reads may go some elements beyond a row's end, whose results are not stored.

import {
  gemmPlanA,
  gemmPlanABatch,
  gemmPlanB,
  gemmPlanBBatch,
  gemmPlanBRow,
  gemmPlanEpilogue,
  gemmPlanK,
  gemmPlanKBlock,
  gemmPlanM,
  gemmPlanN,
  gemmPlanOut,
  gemmPlanOutBatch,
  gemmPlanOutRow,
  gemmPlanOwnB,
  gemmPlanPackColumns,
  gemmPlanPackedB,
  gemmPlanPackUnits,
  gemmPlanPanel,
  gemmPlanRowUnits,
  workPanelA,
  workTile,
} from '../src/backend/wasm/layout';
import { evaluateRows } from './evaluate';
import { packColumns, packedB, packRows, tileColumns } from './gemm-pack';
import { narrowTile, tile, tileRows, wideTile } from './gemm-tiles';
import { addressIn, word, work } from './work';

export function gemm<T>(plan: usize, begin: i32, end: i32): void {
  const packUnits = word(plan, gemmPlanPackUnits);
  const n = word(plan, gemmPlanN);
  const rowUnits = word(plan, gemmPlanRowUnits);
  const ownB = word(plan, gemmPlanOwnB) != 0;
  for (let unit = begin; unit < end; unit++) {
    if (unit < packUnits) {
      const first = unit * word(plan, gemmPlanPackColumns);
      packColumns<T>(
        plan,
        addressIn(plan, gemmPlanB),
        first,
        min(first + word(plan, gemmPlanPackColumns), n),
      );
      continue;
    }
    const part = unit - packUnits;
    if (ownB) {
      const b = addressIn(plan, gemmPlanB) + part * word(plan, gemmPlanBBatch);
      if (word(plan, gemmPlanPackedB) != 0) packColumns<T>(plan, b, 0, n);
      for (let rows = 0; rows < rowUnits; rows++) multiplyUnit<T>(plan, part, rows, rowUnits);
    } else {
      const entry = part / rowUnits;
      multiplyUnit<T>(plan, entry, part - entry * rowUnits, rowUnits);
    }
  }
}

/** One of the units of rows of a batch entry. Those with a panel more are spread, so that threads end together. */
function multiplyUnit<T>(plan: usize, entry: i32, unit: i32, units: i32): void {
  const m = word(plan, gemmPlanM);
  const panels = (m + tileRows() - 1) / tileRows();
  const first = (unit * panels) / units;
  const last = ((unit + 1) * panels) / units;
  multiplyRows<T>(plan, entry, first * tileRows(), min(last * tileRows(), m));
}

/** Rows first .. last-1 of a batch entry, and their epilogue. */
function multiplyRows<T>(plan: usize, entry: i32, first: i32, last: i32): void {
  const panelRow = word(plan, gemmPlanPanel);
  const width = tileColumns<T>(plan);
  const k = word(plan, gemmPlanK);
  const kBlock = word(plan, gemmPlanKBlock);
  const n = word(plan, gemmPlanN);
  const padded = ((n + width - 1) / width) * width;
  const outRow = word(plan, gemmPlanOutRow);
  const a = addressIn(plan, gemmPlanA) + entry * word(plan, gemmPlanABatch);
  const b = addressIn(plan, gemmPlanB) + entry * word(plan, gemmPlanBBatch);
  const out = addressIn(plan, gemmPlanOut) + entry * word(plan, gemmPlanOutBatch);
  const packed = packedB(plan);
  const bRow = word(plan, gemmPlanBRow);
  for (let start = 0; start < k; start += kBlock) {
    const count = min(kBlock, k - start);
    packRows<T>(plan, a, first, last, start, count);
    const panelBytes = <usize>tileRows() * count * sizeof<T>();
    for (let column = 0; column < n; column += width) {
      const panel =
        packed != 0
          ? packed + (<usize>start * padded + <usize>column * count) * sizeof<T>()
          : b + start * bRow + <usize>column * sizeof<T>();
      const step = packed != 0 ? panelRow : bRow;
      const columns = min(width, n - column);
      let rows = work + workPanelA;
      let to = out + first * outRow + <usize>column * sizeof<T>();
      for (let row = first; row < last; row += tileRows()) {
        const rowCount = min(tileRows(), last - row);
        if (rowCount == tileRows() && columns == width) {
          if (panelRow == 32) tile<T>(rows, panelBytes, panel, step, to, outRow, start > 0);
          else wideTile<T>(rows, panelBytes, panel, step, to, outRow, start > 0);
        } else {
          const scratch = work + workTile;
          const bytes = columns * sizeof<T>();
          if (start > 0) moveTile<T>(scratch, 64, to, outRow, rowCount, columns);
          if (bytes <= 16) narrowTile<T>(rows, panelBytes, panel, step, scratch, start > 0);
          else if (bytes <= 32) tile<T>(rows, panelBytes, panel, step, scratch, 64, start > 0);
          else wideTile<T>(rows, panelBytes, panel, step, scratch, 64, start > 0);
          moveTile<T>(to, outRow, scratch, 64, rowCount, columns);
        }
        rows += panelBytes;
        to += tileRows() * outRow;
      }
    }
  }
  const epilogue = load<usize>(plan + gemmPlanEpilogue);
  if (epilogue != 0) {
    const row = entry * word(plan, gemmPlanM);
    evaluateRows<T>(epilogue, row + first, row + last);
  }
}

/** The part of a tile that lies within the output. */
function moveTile<T>(to: usize, toRow: i32, from: usize, fromRow: i32, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      store<T>(to + <usize>c * sizeof<T>(), load<T>(from + <usize>c * sizeof<T>()));
    }
    to += toRow;
    from += fromRow;
  }
}
