// copy: a strided walk on both sides. Rows that are contiguous on both are moved as blocks; a transpose (one
// side contiguous along the last dimension, the other along the one before it) goes in small squares that
// stay in L1.

namespace hebb {
namespace {

constexpr int64_t kCopyUnit = 16384;
constexpr int64_t kCopySquare = 16;

/** The grid: the two innermost dimensions, and the planes outside them. */
struct CopyShape {
  int rank;
  const int32_t* dims;
  const int32_t* in;
  const int32_t* out;
  int64_t planes, rows, columns;
  int64_t inRow, inColumn, outRow, outColumn;
  int64_t bandRows, bands;
};
HEBB_INLINE CopyShape copyShapeOf(const Task& task) {
  CopyShape s;
  s.rank = task.words[contract::kCopyRank];
  s.dims = task.words + contract::kCopyTail;
  s.in = s.dims + s.rank;
  s.out = s.in + s.rank;
  const int64_t bytes = task.elementBytes;
  const int last = s.rank - 1;
  s.columns = s.rank > 0 ? s.dims[last] : 1;
  s.inColumn = s.rank > 0 ? s.in[last] * bytes : 0;
  s.outColumn = s.rank > 0 ? s.out[last] * bytes : 0;
  s.rows = s.rank > 1 ? s.dims[last - 1] : 1;
  s.inRow = s.rank > 1 ? s.in[last - 1] * bytes : 0;
  s.outRow = s.rank > 1 ? s.out[last - 1] * bytes : 0;
  s.planes = 1;
  for (int d = 0; d + 2 < s.rank; d++) s.planes *= s.dims[d];
  const int64_t rows = s.columns > 0 ? kCopyUnit / s.columns : 1;
  s.bandRows = rows < kCopySquare ? kCopySquare : rows;
  if (s.bandRows > s.rows) s.bandRows = s.rows;
  s.bands = s.bandRows > 0 ? (s.rows + s.bandRows - 1) / s.bandRows : 0;
  return s;
}

void splitCopy(const Task& task, Split* split) {
  const CopyShape s = copyShapeOf(task);
  split->units = s.columns > 0 ? s.planes * s.bands : 0;
  const double elements =
      static_cast<double>(s.planes) * static_cast<double>(s.rows) * static_cast<double>(s.columns);
  const bool isPlain = s.inColumn == task.elementBytes && s.outColumn == task.elementBytes;
  split->nanoseconds =
      elements * (isPlain ? 0.1 * task.elementBytes / 4 : 0.5) + 10 * static_cast<double>(s.planes);
  split->resumable = true;
}

template <class E>
void copyBand(const CopyShape& s, const char* in, char* out, int64_t rows) {
  constexpr int64_t bytes = sizeof(E);
  if (s.inColumn == bytes && s.outColumn == bytes) {
    for (int64_t r = 0; r < rows; r++) {
      __builtin_memcpy(out + r * s.outRow, in + r * s.inRow, static_cast<size_t>(s.columns * bytes));
    }
    return;
  }
  if (s.inColumn == 0 && s.outColumn == bytes) {
    for (int64_t r = 0; r < rows; r++) {
      const E value = *reinterpret_cast<const E*>(in + r * s.inRow);
      E* row = reinterpret_cast<E*>(out + r * s.outRow);
      for (int64_t c = 0; c < s.columns; c++) row[c] = value;
    }
    return;
  }
  for (int64_t r0 = 0; r0 < rows; r0 += kCopySquare) {
    const int64_t r1 = r0 + kCopySquare < rows ? r0 + kCopySquare : rows;
    for (int64_t c0 = 0; c0 < s.columns; c0 += kCopySquare) {
      const int64_t c1 = c0 + kCopySquare < s.columns ? c0 + kCopySquare : s.columns;
      for (int64_t r = r0; r < r1; r++) {
        for (int64_t c = c0; c < c1; c++) {
          *reinterpret_cast<E*>(out + r * s.outRow + c * s.outColumn) =
              *reinterpret_cast<const E*>(in + r * s.inRow + c * s.inColumn);
        }
      }
    }
  }
}

void runCopy(const Task& task, const Split&, int, int64_t begin, int64_t end, Scratch&) {
  const CopyShape s = copyShapeOf(task);
  for (int64_t unit = begin; unit < end; unit++) {
    int64_t plane = unit / s.bands;
    const int64_t row = unit % s.bands * s.bandRows;
    const char* in = task.views[0] + row * s.inRow;
    char* out = task.views[1] + row * s.outRow;
    for (int d = s.rank - 3; d >= 0; d--) {
      const int64_t index = plane % s.dims[d];
      plane /= s.dims[d];
      in += index * s.in[d] * task.elementBytes;
      out += index * s.out[d] * task.elementBytes;
    }
    const int64_t rows = s.rows - row < s.bandRows ? s.rows - row : s.bandRows;
    switch (task.elementBytes) {
      case 1: copyBand<uint8_t>(s, in, out, rows); break;
      case 4: copyBand<uint32_t>(s, in, out, rows); break;
      default: copyBand<uint64_t>(s, in, out, rows);
    }
  }
}

}  // namespace
}  // namespace hebb
