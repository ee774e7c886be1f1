// softmax over rows, and what it shares with cross_entropy: a row's maximum and the sum of its exponentials,
// in the lanes and chunks of reduce.

namespace hebb {
namespace {

/** Elements that a unit of rows has, roughly. */
constexpr int64_t kRowUnit = 4096;

HEBB_INLINE int64_t rowsPerUnit(int64_t columns) {
  return columns < kRowUnit ? kRowUnit / (columns + 1) + 1 : 1;
}

/** The largest of a row, NaN if there is one. */
template <class T>
typename T::Element rowMaximum(const typename T::Element* row, int64_t n) {
  auto lanes = startLanes<T, MaximumOf<T>>();
  // max is exact: chunks and order do not matter.
  for (int64_t i = 0; i < n; i += kBlock) {
    takeIntoLanes<T, MaximumOf<T>>(lanes, row + i, static_cast<int>(n - i < kBlock ? n - i : kBlock));
  }
  return finishLanes<T, MaximumOf<T>>(lanes);
}

/** values[i] = exp(row[i] - max). */
template <class T>
void shiftedExponentials(typename T::Element* values, const typename T::Element* row, typename T::Element max,
                         int n) {
  const auto shift = broadcast<T>(max);
  int i = 0;
  using Vectors = Packed<T, kPackVectors>;
  for (; i + kPackVectors * T::width <= n; i += kPackVectors * T::width) {
    typename Vectors::Vector x;
#pragma GCC unroll 4
    for (int v = 0; v < kPackVectors; v++) x.vectors[v] = load<T>(row + i + v * T::width) - shift;
    x = exponential<Vectors>(x);
#pragma GCC unroll 4
    for (int v = 0; v < kPackVectors; v++) store<T>(values + i + v * T::width, x.vectors[v]);
  }
  for (; i + T::width <= n; i += T::width) store<T>(values + i, exponential<T>(load<T>(row + i) - shift));
  if (i < n) storePartial(values + i, exponential<T>(loadPartial<T>(row + i, n - i) - shift), n - i);
}

/** Sum over a row of value(i .. i + n - 1), which fills blocks, in lanes and chunks. */
template <class T, class Values>
HEBB_INLINE typename T::Element rowSum(int64_t columns, const Values& values) {
  using E = typename T::Element;
  E block[kBlock];
  E total = 0;
  for (int64_t c = 0; c < columns; c += contract::kReduceChunk) {
    const int64_t end = c + contract::kReduceChunk < columns ? c + contract::kReduceChunk : columns;
    auto lanes = startLanes<T, SumOf<T>>();
    for (int64_t i = c; i < end; i += kBlock) {
      const int n = static_cast<int>(end - i < kBlock ? end - i : kBlock);
      values(block, i, n);
      takeIntoLanes<T, SumOf<T>>(lanes, block, n);
    }
    const E sum = finishLanes<T, SumOf<T>>(lanes);
    total = c == 0 ? sum : total + sum;
  }
  return total;
}

/** Sum of exp(x - max) over a row; `kept`, if not null, gets the exponentials. */
template <class T>
typename T::Element sumOfExponentials(const typename T::Element* row, int64_t columns,
                                      typename T::Element max, typename T::Element* kept) {
  using E = typename T::Element;
  return rowSum<T>(columns, [&](E* block, int64_t i, int n) {
    shiftedExponentials<T>(block, row + i, max, n);
    if (kept) __builtin_memcpy(kept + i, block, static_cast<size_t>(n) * sizeof(E));
  });
}

template <class T>
HEBB_INLINE typename T::Element scalarLogarithm(typename T::Element x) {
  return logarithm<T>(broadcast<T>(x))[0];
}

/**
 * Rows of at most 16 elements, as the logits of classes are: each element is a lane of its row's reductions, nothing
 * leaves the registers, and as no row waits for another the CPU works on several at a time.
 */
template <class T>
struct ShortRows {
  using E = typename T::Element;
  using Vector = typename T::Vector;
  using Mask = typename T::Mask;
  static constexpr int vectors = contract::kReduceLanes / T::width;
  using Row = Vector[vectors];

  int columns;
  Mask beyond[vectors];  // all ones in the lanes that have no element

  explicit ShortRows(int64_t n) : columns(static_cast<int>(n)) {
    typename T::MaskElement lanes[contract::kReduceLanes];
    for (int l = 0; l < contract::kReduceLanes; l++) lanes[l] = l < columns ? 0 : -1;
    __builtin_memcpy(beyond, lanes, sizeof beyond);
  }
  static bool fits(int64_t columns) { return columns <= contract::kReduceLanes; }

  HEBB_INLINE int lanesOf(int v) const {
    const int left = columns - v * T::width;
    return left < 0 ? 0 : left < T::width ? left : T::width;
  }
  HEBB_INLINE void read(Row& x, const E* row) const {
    for (int v = 0; v < vectors; v++) x[v] = loadPartial<T>(row + v * T::width, lanesOf(v));
  }
  HEBB_INLINE void write(E* row, const Row& x) const {
    for (int v = 0; v < vectors; v++) storePartial(row + v * T::width, x[v], lanesOf(v));
  }
  HEBB_INLINE E maximumOf(const Row& x) const {
    const Mask neutral = bits<Mask>(broadcast<T>(MaximumOf<T>::neutral));
    Row y;
    for (int v = 0; v < vectors; v++) y[v] = bits<Vector>(bits<Mask>(x[v]) | (beyond[v] & neutral));
    return finishVectors<T, MaximumOf<T>>(y);
  }
  /** exp(x - max), and 0 beyond the row. @return the sum */
  HEBB_INLINE E exponentialsOf(Row& x, E max) const {
    Row y;
    for (int v = 0; v < vectors; v++) {
      x[v] = bits<Vector>(bits<Mask>(exponential<T>(x[v] - broadcast<T>(max))) & ~beyond[v]);
      y[v] = x[v];
    }
    return finishVectors<T, SumOf<T>>(y);
  }
  static HEBB_INLINE void divide(Row& x, E divisor) {
    for (int v = 0; v < vectors; v++) x[v] = x[v] / broadcast<T>(divisor);
  }
};

void splitSoftmax(const Task& task, Split* split) {
  const int64_t rows = task.words[contract::kSoftmaxRows];
  const int64_t columns = task.words[contract::kSoftmaxColumns];
  if (rows == 0 || columns == 0) return;
  split->units = (rows + rowsPerUnit(columns) - 1) / rowsPerUnit(columns);
  const bool isShort = columns <= contract::kReduceLanes && task.words[contract::kSoftmaxLog] == 0;
  split->nanoseconds =
      static_cast<double>(rows) * (isShort ? 10 : static_cast<double>(columns) * 0.8 + 30);
  split->resumable = true;
}

template <class T>
void softmaxUnits(const Task& task, int64_t begin, int64_t end) {
  using E = typename T::Element;
  const int64_t rows = task.words[contract::kSoftmaxRows];
  const int64_t columns = task.words[contract::kSoftmaxColumns];
  const bool isLog = task.words[contract::kSoftmaxLog] != 0;
  const int64_t perUnit = rowsPerUnit(columns);
  const int64_t last = end * perUnit < rows ? end * perUnit : rows;
  if (ShortRows<T>::fits(columns) && !isLog) {
    const ShortRows<T> shortRows(columns);
    for (int64_t r = begin * perUnit; r < last; r++) {
      typename ShortRows<T>::Row x;
      shortRows.read(x, reinterpret_cast<const E*>(task.views[0]) + r * columns);
      shortRows.divide(x, shortRows.exponentialsOf(x, shortRows.maximumOf(x)));
      shortRows.write(reinterpret_cast<E*>(task.views[1]) + r * columns, x);
    }
    return;
  }
  for (int64_t r = begin * perUnit; r < last; r++) {
    const E* in = reinterpret_cast<const E*>(task.views[0]) + r * columns;
    E* out = reinterpret_cast<E*>(task.views[1]) + r * columns;
    const E max = rowMaximum<T>(in, columns);
    if (isLog) {
      const E logarithm = scalarLogarithm<T>(sumOfExponentials<T>(in, columns, max, nullptr));
#pragma GCC ivdep
      for (int64_t c = 0; c < columns; c++) out[c] = in[c] - max - logarithm;
    } else {
      const E sum = sumOfExponentials<T>(in, columns, max, out);
      for (int64_t c = 0; c < columns; c++) out[c] = out[c] / sum;
    }
  }
}

void runSoftmax(const Task& task, const Split&, int, int64_t begin, int64_t end, Scratch&) {
  if (task.dtype == contract::kDtypeFloat32) return softmaxUnits<Float32>(task, begin, end);
  softmaxUnits<Float64>(task, begin, end);
}

}  // namespace
}  // namespace hebb
