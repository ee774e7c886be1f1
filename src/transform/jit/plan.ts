// Lays the values that lie in the arena out in it: two may overlap in memory if they are never live at the same time.
// Largest first, each into the smallest gap that holds it (best fit). That the optimum is NP-hard and this is within a
// few per cent of it on networks: Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference (2020).

import { dtypeBytes } from '../../contract/dtypes.js';
import { arenaUnitBytes } from '../../contract/instructions.js';
import type { Graph, ValueId } from './graph.js';
import type { Timeline } from './liveness.js';
import type { Places } from './places.js';

/** A block of the arena, in units of 64 bytes, and when it is in use. */
export interface ArenaBlock {
  /** Root of the class of values that lie there. */
  readonly root: ValueId;
  readonly unit: number;
  readonly units: number;
  readonly first: number;
  readonly last: number;
}

export interface ArenaPlan {
  readonly blocks: readonly ArenaBlock[];
  /** Size of the arena. */
  readonly bytes: number;
  /** What the values would take, each in memory of its own. */
  readonly naiveBytes: number;
}

interface Piece {
  readonly root: ValueId;
  readonly units: number;
  readonly first: number;
  readonly last: number;
}

/** The place for a piece among blocks that are live with it, sorted by place. */
function bestFit(piece: Piece, others: readonly ArenaBlock[]): number {
  let best = -1;
  let bestGap = Infinity;
  let end = 0;
  for (const block of others) {
    const gap = block.unit - end;
    if (gap >= piece.units && gap < bestGap) {
      best = end;
      bestGap = gap;
    }
    end = Math.max(end, block.unit + block.units);
  }
  return best >= 0 ? best : end;
}

export function planArena(graph: Graph, timeline: Timeline, places: Places): ArenaPlan {
  const pieces: Piece[] = [];
  let naiveUnits = 0;
  for (const { id, dtype, length, origin } of graph.values) {
    if (origin.kind !== 'computed') continue;
    const units = Math.ceil((length * dtypeBytes[dtype]) / arenaUnitBytes);
    if (timeline.span(id) && places.isFree(id)) naiveUnits += units;
    if (places.root(id) !== id) continue;
    const spans = places.members(id).flatMap((v) => timeline.span(v) ?? []);
    if (spans.length === 0) continue;
    const first = Math.min(...spans.map((s) => s.first));
    const last = Math.max(...spans.map((s) => s.last));
    pieces.push({ root: id, units, first, last });
  }
  pieces.sort((a, b) => b.units - a.units || a.first - b.first);
  const blocks: ArenaBlock[] = [];
  let size = 0;
  for (const piece of pieces) {
    const others = blocks.filter((b) => b.first <= piece.last && piece.first <= b.last);
    const unit = bestFit(
      piece,
      others.sort((a, b) => a.unit - b.unit),
    );
    blocks.push({ ...piece, unit });
    size = Math.max(size, unit + piece.units);
  }
  return { blocks, bytes: size * arenaUnitBytes, naiveBytes: naiveUnits * arenaUnitBytes };
}
