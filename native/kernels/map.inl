// map: an expression over a grid, in units of some thousand elements: parts of a row, or runs of whole rows.

namespace hebb {
namespace {

/** Rows and row length of a grid. */
struct Rows {
  int64_t rows;
  int64_t length;
};
HEBB_INLINE Rows rowsOf(const Expression& e) {
  Rows r = {1, 1};
  for (int d = 0; d + 1 < e.rank; d++) r.rows *= e.dims[d];
  if (e.rank > 0) r.length = e.dims[e.rank - 1];
  return r;
}

/** Elements of a unit: about a sixteenth, so that threads end together, unless that would be too few or too many. */
HEBB_INLINE int64_t mapUnitOf(const Rows& r) {
  constexpr int64_t least = 4096, most = 16384;
  const int64_t part = r.rows * r.length / 16 / 256 * 256;
  return part < least ? least : part > most ? most : part;
}

void splitMap(const Task& task, Split* split) {
  const Rows r = rowsOf(*task.expression);
  if (r.rows == 0 || r.length == 0) return;
  const int64_t mapUnit = mapUnitOf(r);
  if (r.length > mapUnit) {
    split->units = r.rows * ((r.length + mapUnit - 1) / mapUnit);
  } else {
    const int64_t rowsPerUnit = mapUnit / r.length;
    split->units = (r.rows + rowsPerUnit - 1) / rowsPerUnit;
  }
  split->nanoseconds =
      static_cast<double>(r.rows) * (static_cast<double>(r.length) * task.expression->cost + 20);
  split->resumable = true;
}

/** Pointers to the beginning of row `row` of the grid; `index` gets its coordinates. */
HEBB_OUTLINE void seekRow(const Expression& e, char* const* bases, int64_t row, int64_t* index,
                          char** operands) {
  const int count = e.inputCount + e.outputCount;
  for (int o = 0; o < count; o++) operands[o] = bases[o];
  for (int d = e.rank - 2; d >= 0; d--) {
    index[d] = row % e.dims[d];
    row /= e.dims[d];
    for (int o = 0; o < count; o++) operands[o] += index[d] * e.operands[o].strides[d] * e.operands[o].bytes;
  }
}
HEBB_OUTLINE void nextRow(const Expression& e, int64_t* index, char** operands) {
  const int count = e.inputCount + e.outputCount;
  for (int d = e.rank - 2; d >= 0; d--) {
    const bool carry = ++index[d] == e.dims[d];
    const int64_t steps = carry ? 1 - e.dims[d] : 1;
    for (int o = 0; o < count; o++) operands[o] += steps * e.operands[o].strides[d] * e.operands[o].bytes;
    if (!carry) return;
    index[d] = 0;
  }
}

template <class T>
void mapUnits(const Task& task, int64_t begin, int64_t end, Scratch& scratch) {
  const Expression& e = *task.expression;
  const Rows r = rowsOf(e);
  const int64_t mapUnit = mapUnitOf(r);
  Chain& chain = beginExpression<T>(scratch, e, r.length);
  int64_t index[contract::kLimitRank];
  char* operands[contract::kLimitOperands];
  if (r.length > mapUnit) {
    const int64_t parts = (r.length + mapUnit - 1) / mapUnit;
    for (int64_t unit = begin; unit < end; unit++) {
      seekRow(e, task.operands, unit / parts, index, operands);
      const int64_t from = unit % parts * mapUnit;
      const int64_t left = r.length - from;
      evaluateRow<T>(chain, operands, from, left < mapUnit ? left : mapUnit);
    }
    return;
  }
  const int64_t rowsPerUnit = mapUnit / r.length;
  const int64_t last = end * rowsPerUnit < r.rows ? end * rowsPerUnit : r.rows;
  seekRow(e, task.operands, begin * rowsPerUnit, index, operands);
  for (int64_t row = begin * rowsPerUnit; row < last; row++) {
    evaluateRow<T>(chain, operands, 0, r.length);
    nextRow(e, index, operands);
  }
}

void runMap(const Task& task, const Split&, int, int64_t begin, int64_t end, Scratch& scratch) {
  switch (task.dtype) {
    case contract::kDtypeInt32: mapUnits<Int32>(task, begin, end, scratch); break;
    case contract::kDtypeFloat32: mapUnits<Float32>(task, begin, end, scratch); break;
    default: mapUnits<Float64>(task, begin, end, scratch);
  }
  // Before anyone is told that the unit is done.
  if (task.expression->streams) streamFence();
}

}  // namespace
}  // namespace hebb
