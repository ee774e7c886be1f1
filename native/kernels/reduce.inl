// reduce: the values of an expression, reduced along the middle dimension of outer x length x inner. Where
// inner is 1 sixteen lanes take the elements of a chunk in turn; elsewhere neighbouring outputs stand side by
// side. Chunks are combined in order, so that no result depends on how the work was shared: where there are
// few outputs the chunks are units of their own, whose results wait in the workspace.

#include <utility>

namespace hebb {
namespace {

/** Points that a unit evaluates, roughly. */
constexpr int64_t kReduceUnit = 16384;

template <class T>
struct SumOf {
  static HEBB_INLINE typename T::Vector apply(typename T::Vector a, typename T::Vector b) { return a + b; }
  static constexpr typename T::Element neutral = 0;
};
template <class T>
struct ProductOf {
  static HEBB_INLINE typename T::Vector apply(typename T::Vector a, typename T::Vector b) { return a * b; }
  static constexpr typename T::Element neutral = 1;
};
template <class T>
struct MaximumOf {
  static HEBB_INLINE typename T::Vector apply(typename T::Vector a, typename T::Vector b) {
    return maximum(a, b);
  }
  static constexpr typename T::Element neutral = -__builtin_inff();
};
template <class T>
struct MinimumOf {
  static HEBB_INLINE typename T::Vector apply(typename T::Vector a, typename T::Vector b) {
    return minimum(a, b);
  }
  static constexpr typename T::Element neutral = __builtin_inff();
};
template <>
struct MaximumOf<Int32> {
  static HEBB_INLINE IntVector apply(IntVector a, IntVector b) { return a > b ? a : b; }
  static constexpr int32_t neutral = -2147483647 - 1;
};
template <>
struct MinimumOf<Int32> {
  static HEBB_INLINE IntVector apply(IntVector a, IntVector b) { return a < b ? a : b; }
  static constexpr int32_t neutral = 2147483647;
};
template <class T>
struct AnyOf {
  static HEBB_INLINE typename T::Vector apply(typename T::Vector a, typename T::Vector b) {
    return Or::apply<T>(a, b);
  }
  static constexpr typename T::Element neutral = 0;
};
template <class T>
struct AllOf {
  static HEBB_INLINE typename T::Vector apply(typename T::Vector a, typename T::Vector b) {
    return And::apply<T>(a, b);
  }
  static constexpr typename T::Element neutral = 1;
};

/** Sixteen lanes of partial results, in memory between calls. */
template <class T>
struct alignas(64) Lanes {
  typename T::Element lane[contract::kReduceLanes];
};

/** Lanes of neutral elements. */
template <class T, class R>
HEBB_INLINE Lanes<T> startLanes() {
  Lanes<T> lanes;
  for (auto& lane : lanes.lane) lane = R::neutral;
  return lanes;
}

/** Takes n values in; value i goes to lane i % 16. All calls but a chunk's last bring a multiple of 16. */
template <class T, class R>
HEBB_OUTLINE void takeIntoLanes(Lanes<T>& lanes, const typename T::Element* values, int n) {
  constexpr int vectors = contract::kReduceLanes / T::width;
  typename T::Vector x[vectors];
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++) x[v] = load<T>(lanes.lane + v * T::width);
  int i = 0;
  for (; i + contract::kReduceLanes <= n; i += contract::kReduceLanes) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) x[v] = R::apply(x[v], load<T>(values + i + v * T::width));
  }
  if (i < n) {
    // The other lanes get the neutral element, which leaves them as they are: a sum of 0 and others is never
    // -0.
    Lanes<T> rest = startLanes<T, R>();
    for (int l = 0; l < n - i; l++) rest.lane[l] = values[i + l];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) x[v] = R::apply(x[v], load<T>(rest.lane + v * T::width));
  }
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++) store<T>(lanes.lane + v * T::width, x[v]);
}

/** Lane l with l + H; the lanes from H on no longer matter. */
template <class T, class R, int H, int... L>
HEBB_INLINE typename T::Vector foldLanes(typename T::Vector x, std::integer_sequence<int, L...>) {
  return R::apply(x, __builtin_shufflevector(x, x, ((L + H) % T::width)...));
}

/** Lane l with l + 8, then l + 4, l + 2, l + 1. */
template <class T, class R>
HEBB_INLINE typename T::Element finishVectors(typename T::Vector (&x)[contract::kReduceLanes / T::width]) {
  using All = std::make_integer_sequence<int, T::width>;
#pragma GCC unroll 4
  for (int half = contract::kReduceLanes / T::width / 2; half > 0; half /= 2) {
#pragma GCC unroll 4
    for (int v = 0; v < half; v++) x[v] = R::apply(x[v], x[v + half]);
  }
  if constexpr (T::width > 8) x[0] = foldLanes<T, R, 8>(x[0], All{});
  if constexpr (T::width > 4) x[0] = foldLanes<T, R, 4>(x[0], All{});
  if constexpr (T::width > 2) x[0] = foldLanes<T, R, 2>(x[0], All{});
  return foldLanes<T, R, 1>(x[0], All{})[0];
}
template <class T, class R>
HEBB_OUTLINE typename T::Element finishLanes(Lanes<T>& lanes) {
  constexpr int vectors = contract::kReduceLanes / T::width;
  typename T::Vector x[vectors];
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++) x[v] = load<T>(lanes.lane + v * T::width);
  return finishVectors<T, R>(x);
}

/** results[i] op values[i] for n neighbouring results. */
template <class T, class R>
HEBB_OUTLINE void mergeInto(typename T::Element* results, const typename T::Element* values, int n) {
  int i = 0;
  for (; i + T::width <= n; i += T::width) {
    store<T>(results + i, R::apply(load<T>(results + i), load<T>(values + i)));
  }
  if (i == n) return;
  const auto x = R::apply(loadPartial<T>(results + i, n - i), loadPartial<T>(values + i, n - i));
  storePartial(results + i, x, n - i);
}

/** Rows that are taken into neighbouring results at a time: as many streams as prefetchers follow. */
constexpr int kMergeRows = 8;

/**
 * results[i] op values[i] op values[stride + i] and so on for n neighbouring results and `rows` rows, a
 * result at a time in a register: through memory it would go once a row.
 */
template <class T, class R>
HEBB_OUTLINE void mergeRows(typename T::Element* results, const typename T::Element* values, int64_t stride,
                            int64_t rows, int n) {
  for (; rows >= kMergeRows; rows -= kMergeRows, values += kMergeRows * stride) {
    int i = 0;
    for (; i + T::width <= n; i += T::width) {
      auto x = load<T>(results + i);
#pragma GCC unroll 8
      for (int row = 0; row < kMergeRows; row++) x = R::apply(x, load<T>(values + row * stride + i));
      store<T>(results + i, x);
    }
    if (i == n) continue;
    auto x = loadPartial<T>(results + i, n - i);
    for (int row = 0; row < kMergeRows; row++) {
      x = R::apply(x, loadPartial<T>(values + row * stride + i, n - i));
    }
    storePartial(results + i, x, n - i);
  }
  for (; rows > 0; rows--, values += stride) mergeInto<T, R>(results, values, n);
}

/** What a reduction's walk over its operands needs to know of its kind. */
template <class T>
struct ReduceKind {
  using E = typename T::Element;
  Lanes<T> (*start)();
  void (*take)(Lanes<T>&, const E*, int);
  E (*finish)(Lanes<T>&);
  void (*merge)(E*, const E*, int);
  void (*mergeRows)(E*, const E*, int64_t, int64_t, int);
  E neutral;
};
template <class T, class R>
constexpr ReduceKind<T> makeReduceKind() {
  return {startLanes<T, R>, takeIntoLanes<T, R>, finishLanes<T, R>,
          mergeInto<T, R>,  mergeRows<T, R>,     R::neutral};
}
template <class T>
ReduceKind<T> reduceKindOf(int32_t kind) {
  switch (kind) {
    case contract::kReduceKindSum: return makeReduceKind<T, SumOf<T>>();
    case contract::kReduceKindProd: return makeReduceKind<T, ProductOf<T>>();
    case contract::kReduceKindMax: return makeReduceKind<T, MaximumOf<T>>();
    case contract::kReduceKindMin: return makeReduceKind<T, MinimumOf<T>>();
    case contract::kReduceKindAny: return makeReduceKind<T, AnyOf<T>>();
    default: return makeReduceKind<T, AllOf<T>>();
  }
}

/**
 * Outputs of a tile at most, where values are read as they lie in memory: rows of 4 KiB and more run at the
 * speed of memory, those of 1 KiB at 0.4 of it. A quarter of the outputs leaves other threads something to
 * do.
 */
constexpr int kWideTile = 2048;
HEBB_INLINE int64_t tileWidthOf(int64_t inner, bool isDirect) {
  if (inner <= kBlock) return inner;
  const int64_t quarter = (inner / 4 + kBlock - 1) / kBlock * kBlock;
  return !isDirect || quarter < kBlock ? kBlock : quarter < kWideTile ? quarter : kWideTile;
}

/** Sizes of a reduction and how it is cut. A tile is a number of neighbouring outputs of one outer index. */
struct ReduceShape {
  int64_t outer, length, inner;
  int64_t tileWidth, tilesPerOuter, tiles, chunks;
  bool apart;  // chunks are units of the first phase
  int64_t tilesPerUnit, chunksPerUnit, chunkGroups;
};
HEBB_INLINE ReduceShape reduceShapeOf(const Task& task) {
  const int32_t* w = task.words;
  const int32_t kind = w[contract::kReduceKind];
  const bool finds = kind == contract::kReduceKindArgMax || kind == contract::kReduceKindArgMin;
  ReduceShape s;
  s.outer = w[contract::kReduceOuter];
  s.length = w[contract::kReduceLength];
  s.inner = w[contract::kReduceInner];
  s.tileWidth = tileWidthOf(s.inner, !finds && task.expression->directResult >= 0);
  s.tilesPerOuter = s.tileWidth > 0 ? (s.inner + s.tileWidth - 1) / s.tileWidth : 0;
  s.tiles = s.outer * s.tilesPerOuter;
  s.chunks = (s.length + contract::kReduceChunk - 1) / contract::kReduceChunk;
  const int64_t chunkPoints = contract::kReduceChunk * (s.tileWidth > 0 ? s.tileWidth : 1);
  s.apart = !finds && s.tiles < 8 && s.chunks > 1 && s.tiles * s.chunks * chunkPoints > 4 * kReduceUnit;
  const int64_t perUnit = kReduceUnit / chunkPoints;
  s.chunksPerUnit = perUnit > 1 ? perUnit : 1;
  s.chunkGroups = (s.chunks + s.chunksPerUnit - 1) / s.chunksPerUnit;
  const int64_t tilePoints = (s.length + 1) * (s.tileWidth > 0 ? s.tileWidth : 1);
  s.tilesPerUnit = tilePoints < kReduceUnit ? kReduceUnit / tilePoints : 1;
  return s;
}

void splitReduce(const Task& task, Split* split) {
  const ReduceShape s = reduceShapeOf(task);
  if (s.tiles == 0) return;
  if (s.apart) {
    split->prepareUnits = s.tiles * s.chunkGroups;
    split->units = 1;
    split->serialMain = true;
    split->workspaceBytes = s.tiles * s.chunks * s.tileWidth * 8;
  } else {
    split->units = (s.tiles + s.tilesPerUnit - 1) / s.tilesPerUnit;
    split->resumable = true;
  }
  const double points =
      static_cast<double>(s.outer) * static_cast<double>(s.inner) * static_cast<double>(s.length);
  split->nanoseconds = points * (task.expression->cost + 0.1) + 20 * static_cast<double>(s.tiles);
}

template <class T>
struct Reduction {
  using E = typename T::Element;
  const Task& task;
  const ReduceShape s;
  const ReduceKind<T> kind;
  Chain& chain_;

  Reduction(const Task& reduceTask, Scratch& scratch)
      : task(reduceTask),
        s(reduceShapeOf(reduceTask)),
        kind(reduceKindOf<T>(reduceTask.words[contract::kReduceKind])),
        chain_(beginExpression<T>(scratch, *reduceTask.expression, kBlock)) {}

  /** The operands at (outer, r, 0). */
  HEBB_INLINE void seek(int64_t outer, int64_t r, char** operands) const {
    const Expression& e = *task.expression;
    for (int o = 0; o < e.inputCount; o++) {
      const Operand& operand = e.operands[o];
      operands[o] = task.operands[o] + (outer * operand.strides[0] + r * operand.strides[1]) * operand.bytes;
    }
    operands[e.inputCount] = nullptr;  // the value has no memory
  }

  /** One chunk of one tile into results[0 .. width-1]. */
  void chunk(int64_t tile, int64_t chunkNumber, E* results) {
    const int64_t outer = tile / s.tilesPerOuter;
    const int64_t column = tile % s.tilesPerOuter * s.tileWidth;
    const int width = static_cast<int>(s.inner - column < s.tileWidth ? s.inner - column : s.tileWidth);
    const int64_t from = chunkNumber * contract::kReduceChunk;
    const int64_t to = from + contract::kReduceChunk < s.length ? from + contract::kReduceChunk : s.length;
    char* operands[contract::kLimitOperands];
    if (s.inner == 1) {
      seek(outer, 0, operands);
      // The innermost dimension has one point and was left out (check.cc): the row runs along r.
      beginRow<T>(chain_, operands, kBlock);
      Lanes<T> lanes = kind.start();
      for (int64_t r = from; r < to; r += kBlock) {
        const int n = static_cast<int>(to - r < kBlock ? to - r : kBlock);
        kind.take(lanes, evaluateResult<T>(chain_, r, n), n);
      }
      results[0] = kind.finish(lanes);
      return;
    }
    fill(results, kind.neutral, width);
    const int direct = task.expression->directResult;
    if (direct >= 0) {
      const Operand& operand = task.expression->operands[direct];
      const int64_t first = outer * operand.strides[0] + from * operand.strides[1] + column;
      const E* values = reinterpret_cast<const E*>(task.operands[direct]) + first;
      return kind.mergeRows(results, values, operand.strides[1], to - from, width);
    }
    for (int64_t r = from; r < to; r++) {
      seek(outer, r, operands);
      beginRow<T>(chain_, operands, width);
      kind.merge(results, evaluateResult<T>(chain_, column, width), width);
    }
  }

  void write(int64_t tile, const E* results) {
    const int64_t outer = tile / s.tilesPerOuter;
    const int64_t column = tile % s.tilesPerOuter * s.tileWidth;
    const int width = static_cast<int>(s.inner - column < s.tileWidth ? s.inner - column : s.tileWidth);
    char* out = task.views[0] + (outer * s.inner + column) * contract::kDtypeBytes[task.outDtype];
    storeConverted(out, results, task.outDtype, 1, width);
  }

  void run(int phase, int64_t begin, int64_t end) {
    E* partial = reinterpret_cast<E*>(task.workspace);
    E totals[kWideTile], results[kWideTile];
    if (s.apart && phase == 0) {
      for (int64_t unit = begin; unit < end; unit++) {
        const int64_t tile = unit / s.chunkGroups;
        const int64_t first = unit % s.chunkGroups * s.chunksPerUnit;
        const int64_t last = first + s.chunksPerUnit < s.chunks ? first + s.chunksPerUnit : s.chunks;
        for (int64_t c = first; c < last; c++) chunk(tile, c, partial + (tile * s.chunks + c) * s.tileWidth);
      }
      return;
    }
    const int64_t firstTile = s.apart ? 0 : begin * s.tilesPerUnit;
    const int64_t endTile = s.apart || end * s.tilesPerUnit > s.tiles ? s.tiles : end * s.tilesPerUnit;
    for (int64_t tile = firstTile; tile < endTile; tile++) {
      fill(totals, kind.neutral, s.tileWidth);
      for (int64_t c = 0; c < s.chunks; c++) {
        E* from = results;
        if (s.apart) {
          from = partial + (tile * s.chunks + c) * s.tileWidth;
        } else {
          chunk(tile, c, c == 0 ? totals : results);
        }
        if (c == 0) {
          if (s.apart) __builtin_memcpy(totals, from, static_cast<size_t>(s.tileWidth) * sizeof(E));
          continue;
        }
        kind.merge(totals, from, static_cast<int>(s.tileWidth));
      }
      write(tile, totals);
    }
  }

  /** argMax and argMin: the first of equals, or the first NaN. */
  void find(int64_t begin, int64_t end) {
    const bool smallest = task.words[contract::kReduceKind] == contract::kReduceKindArgMin;
    E best[kBlock];
    int32_t places[kBlock];
    char* operands[contract::kLimitOperands];
    const int64_t endTile = end * s.tilesPerUnit < s.tiles ? end * s.tilesPerUnit : s.tiles;
    for (int64_t tile = begin * s.tilesPerUnit; tile < endTile; tile++) {
      const int64_t outer = tile / s.tilesPerOuter;
      const int64_t column = tile % s.tilesPerOuter * s.tileWidth;
      const int width = static_cast<int>(s.inner - column < s.tileWidth ? s.inner - column : s.tileWidth);
      const bool isRow = s.inner == 1;
      if (isRow) {
        seek(outer, 0, operands);
        beginRow<T>(chain_, operands, kBlock);
      }
      for (int64_t r = 0; r < s.length;) {
        const int n = isRow ? static_cast<int>(s.length - r < kBlock ? s.length - r : kBlock) : width;
        if (!isRow) {
          seek(outer, r, operands);
          beginRow<T>(chain_, operands, width);
        }
        const E* values = evaluateResult<T>(chain_, isRow ? r : column, n);
        for (int i = 0; i < n; i++) {
          const int slot = isRow ? 0 : i;
          const int64_t place = isRow ? r + i : r;
          const E value = values[i];
          const bool better = smallest ? value < best[slot] : value > best[slot];
          if (place == 0 || better || (value != value && best[slot] == best[slot])) {
            best[slot] = value;
            places[slot] = static_cast<int32_t>(place);
          }
        }
        r += isRow ? n : 1;
      }
      char* out = task.views[0] + (outer * s.inner + column) * 4;
      __builtin_memcpy(out, places, static_cast<size_t>(width) * 4);
    }
  }
};

template <class T>
void reduceUnits(const Task& task, int phase, int64_t begin, int64_t end, Scratch& scratch) {
  Reduction<T> reduction(task, scratch);
  const int32_t kind = task.words[contract::kReduceKind];
  if (kind == contract::kReduceKindArgMax || kind == contract::kReduceKindArgMin) {
    return reduction.find(begin, end);
  }
  reduction.run(phase, begin, end);
}

void runReduce(const Task& task, const Split&, int phase, int64_t begin, int64_t end, Scratch& scratch) {
  switch (task.dtype) {
    case contract::kDtypeInt32: return reduceUnits<Int32>(task, phase, begin, end, scratch);
    case contract::kDtypeFloat32: return reduceUnits<Float32>(task, phase, begin, end, scratch);
    default: return reduceUnits<Float64>(task, phase, begin, end, scratch);
  }
}

}  // namespace
}  // namespace hebb
