// Small instructions, planned at load (flatten.cc): what runs here looks nothing up that does not depend on
// data. The arithmetic is that of the kernels for all sizes, to the bit.

namespace hebb {
namespace {

/** Puts the values of an input into a row. A run may write up to a vector beyond its end: the next follows.
 */
template <class T>
HEBB_INLINE void spreadInput(const Spread& s, const FlatExpression& f, const char* input, char* spread) {
  using E = typename T::Element;
  E* out = reinterpret_cast<E*>(spread + s.place);
  const bool isPlain = s.dtype == f.expression.dtype;
  for (int32_t r = 0; r < s.runs; r++, out += s.run) {
    const char* in = input + f.offsets[s.firstOffset + r];
    if (s.stride == 0) {
      E value;
      if (isPlain) {
        value = *reinterpret_cast<const E*>(in);
      } else {
        loadConverted(&value, in, s.dtype, 1, 1);
      }
      for (int32_t i = 0; i < s.run; i += T::width) store<T>(out + i, broadcast<T>(value));
    } else if (isPlain && s.stride == 1) {
      const E* from = reinterpret_cast<const E*>(in);
      int32_t i = 0;
      for (; i + T::width <= s.run; i += T::width) store<T>(out + i, load<T>(from + i));
      if (i < s.run) store<T>(out + i, loadPartial<T>(from + i, s.run - i));
    } else {
      loadConverted(out, in, s.dtype, s.stride, s.run);
    }
  }
}

/** Evaluates a flat expression; `operands` are those of the instruction. */
template <class T>
void evaluateFlat(const FlatExpression& f, char* const* operands, Scratch& scratch) {
  using E = typename T::Element;
  Chain& chain = *scratch.chain;
  const Expression& e = f.expression;
  chain.expression = &e;
  const int count = e.inputCount + e.outputCount;
  for (int o = 0; o < count; o++) chain.places[o] = operands[o];
  for (int32_t i = 0; i < f.spreadCount; i++) {
    const Spread& s = f.spreads[i];
    spreadInput<T>(s, f, operands[s.operand], chain.spread);
    chain.places[s.operand] = chain.spread + s.place;
  }
  const int64_t filled = slotElements<T>(f.points);
  for (int32_t i = 0; i < f.constantCount; i++) {
    E* slot = reinterpret_cast<E*>(chain.slots[f.constants[i].slot]);
    const typename T::Vector value = broadcast<T>(Convert<E, double>::of(f.constants[i].value));
    for (int64_t at = 0; at < filled; at += T::width) store<T>(slot + at, value);
  }
  chain.places[kResultPlace] = chain.values;
  if (f.points <= T::width) {
    runNarrow<T>(chain, 0, f.points);
  } else {
    runChain<T>(chain, 0, f.points);
  }
}

template <class T>
void runSmallMap(const Task& task, const SmallPlan& plan, Scratch& scratch) {
  evaluateFlat<T>(*plan.flat, task.operands, scratch);
}

SmallFunction planSmallMap(const Task& task, SmallPlan*) {
  switch (task.dtype) {
    case contract::kDtypeInt32: return runSmallMap<Int32>;
    case contract::kDtypeFloat32: return runSmallMap<Float32>;
    default: return runSmallMap<Float64>;
  }
}

// Products: up to 4 rows and a vector of columns at a time, straight from where A and B lie.

/** Elements of B that are turned round at most, where it is transposed. */
constexpr int64_t kSmallPack = kSpreadBytes / 8;

template <class T, int MR>
HEBB_INLINE void smallTile(const SmallPlan& p, const typename T::Element* a, const typename T::Element* b,
                           int64_t bRow, typename T::Element* c, int columns) {
  typename T::Vector sums[MR];
#pragma GCC unroll 4
  for (int i = 0; i < MR; i++) sums[i] = broadcast<T>(0);
  for (int64_t k = 0; k < p.k; k++, a += p.aDepth, b += bRow) {
    const typename T::Vector row = loadPartial<T>(b, columns);
#pragma GCC unroll 4
    for (int i = 0; i < MR; i++) sums[i] = multiplyAdd(broadcast<T>(a[i * p.aRow]), row, sums[i]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < MR; i++) storePartial(c + i * p.cRow, sums[i], columns);
}

template <class T>
void runSmallGemm(const Task& task, const SmallPlan& p, Scratch& scratch) {
  using E = typename T::Element;
  const E* a = reinterpret_cast<const E*>(task.views[0]);
  const E* b = reinterpret_cast<const E*>(task.views[1]);
  E* c = reinterpret_cast<E*>(task.views[2]);
  int64_t bRow = p.bRow;
  if (p.packsB) {
    E* packed = reinterpret_cast<E*>(scratch.chain->spread);
    for (int64_t k = 0; k < p.k; k++) {
      for (int64_t j = 0; j < p.n; j++) packed[k * p.n + j] = b[k * p.bRow + j * p.bColumn];
    }
    b = packed;
    bRow = p.n;
  }
  for (int64_t j = 0; j < p.n; j += T::width) {
    const int columns = static_cast<int>(p.n - j < T::width ? p.n - j : T::width);
    int64_t i = 0;
    for (; i + 4 <= p.m; i += 4) {
      smallTile<T, 4>(p, a + i * p.aRow, b + j, bRow, c + i * p.cRow + j, columns);
    }
    for (; i < p.m; i++) smallTile<T, 1>(p, a + i * p.aRow, b + j, bRow, c + i * p.cRow + j, columns);
  }
  if (p.flat) evaluateFlat<T>(*p.flat, task.operands, scratch);
}

SmallFunction planSmallGemm(const Task& task, SmallPlan* p) {
  const int32_t* w = task.words;
  if (w[contract::kGemmBatch] != 1 || w[contract::kGemmPrecision] != contract::kPrecisionFull) return nullptr;
  p->m = w[contract::kGemmM];
  p->n = w[contract::kGemmN];
  p->k = w[contract::kGemmK];
  const bool transposeA = w[contract::kGemmTransposeA] != 0, transposeB = w[contract::kGemmTransposeB] != 0;
  p->aRow = transposeA ? 1 : w[contract::kGemmLda];
  p->aDepth = transposeA ? w[contract::kGemmLda] : 1;
  p->bRow = transposeB ? 1 : w[contract::kGemmLdb];
  p->bColumn = transposeB ? w[contract::kGemmLdb] : 1;
  p->cRow = w[contract::kGemmLdc];
  p->packsB = p->bColumn != 1 && p->n > 1;
  if (p->packsB && p->n * p->k > kSmallPack) return nullptr;
  return task.dtype == contract::kDtypeFloat32 ? runSmallGemm<Float32> : runSmallGemm<Float64>;
}

// Reductions of at most kBlock points: one chunk, one tile.

/** The sum over a row as 16 lanes give it; lanes without an element get a 0, which changes no sum from 0 on.
 */
template <class T>
HEBB_INLINE typename T::Element sumRow(const typename T::Element* values, int n) {
  constexpr int vectors = contract::kReduceLanes / T::width;
  typename T::Vector x[vectors];
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++) x[v] = broadcast<T>(0);
  for (int i = 0; i < n; i += contract::kReduceLanes) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) {
      const int left = n - i - v * T::width;
      if (left > 0)
        x[v] = x[v] + loadPartial<T>(values + i + v * T::width, left < T::width ? left : T::width);
    }
  }
  return finishVectors<T, SumOf<T>>(x);
}

/** The sums of columns, `columns` (at most a vector) of them. */
template <class T>
HEBB_INLINE void sumColumns(typename T::Element* out, const typename T::Element* values, int length,
                            int inner, int columns) {
  typename T::Vector sum = broadcast<T>(0);
  for (int r = 0; r < length; r++) sum = sum + loadPartial<T>(values + r * inner, columns);
  storePartial(out, sum, columns);
}

template <class T>
void runSmallReduce(const Task& task, const SmallPlan& p, Scratch& scratch) {
  using E = typename T::Element;
  const int32_t direct = p.flat->expression.directResult;
  const E* values = reinterpret_cast<const E*>(scratch.chain->values);
  if (direct >= 0 && p.flat->spreadCount == 0) {
    values = reinterpret_cast<const E*>(task.operands[direct]);
  } else {
    evaluateFlat<T>(*p.flat, task.operands, scratch);
  }
  const int length = static_cast<int>(p.k), inner = static_cast<int>(p.n);
  E* out = reinterpret_cast<E*>(task.views[0]);
  if (p.reduceKind == contract::kReduceKindSum) {
    for (int64_t o = 0; o < p.m; o++, out += inner, values += length * inner) {
      if (inner == 1) *out = sumRow<T>(values, length);
      for (int i = 0; inner > 1 && i < inner; i += T::width) {
        sumColumns<T>(out + i, values + i, length, inner, inner - i < T::width ? inner - i : T::width);
      }
    }
    return;
  }
  const ReduceKind<T> kind = reduceKindOf<T>(p.reduceKind);
  for (int64_t o = 0; o < p.m; o++, out += inner) {
    if (inner == 1) {
      Lanes<T> lanes = kind.start();
      kind.take(lanes, values, length);
      *out = kind.finish(lanes);
      values += length;
    } else {
      fill(out, kind.neutral, inner);
      for (int r = 0; r < length; r++, values += inner) kind.merge(out, values, inner);
    }
  }
}

SmallFunction planSmallReduce(const Task& task, SmallPlan* p) {
  p->reduceKind = task.words[contract::kReduceKind];
  if (p->reduceKind > contract::kReduceKindMin || task.outDtype != task.dtype) return nullptr;
  p->m = task.words[contract::kReduceOuter];
  p->k = task.words[contract::kReduceLength];
  p->n = task.words[contract::kReduceInner];
  switch (task.dtype) {
    case contract::kDtypeInt32: return runSmallReduce<Int32>;
    case contract::kDtypeFloat32: return runSmallReduce<Float32>;
    default: return runSmallReduce<Float64>;
  }
}

// Moves of a few words: a call of memcpy would cost more.

constexpr int64_t kSmallWords = 64;

HEBB_INLINE void copyWords(char* out, const char* in, int64_t words) {
  for (int64_t i = 0; i < words; i++) __builtin_memcpy(out + 4 * i, in + 4 * i, 4);
}

void runSmallGather(const Task& task, const SmallPlan& p, Scratch&) {
  const int32_t* indices = reinterpret_cast<const int32_t*>(task.views[1]);
  for (int64_t j = 0; j < p.m; j++) {
    copyWords(task.views[2] + j * p.n * 4, task.views[0] + within(indices[j], p.k) * p.n * 4, p.n);
  }
}

/** m rows of n words; k: the length of the axis. */
SmallFunction planSmallGather(const Task& task, SmallPlan* p) {
  p->m = task.words[contract::kGatherCount];
  p->n = static_cast<int64_t>(task.words[contract::kGatherInner]) * task.elementBytes / 4;
  p->k = task.words[contract::kGatherAxis];
  const bool isSmall =
      task.words[contract::kGatherOuter] == 1 && task.elementBytes >= 4 && p->n <= kSmallWords;
  return isSmall ? runSmallGather : nullptr;
}

void runSmallCopy(const Task& task, const SmallPlan& p, Scratch&) {
  copyWords(task.views[1], task.views[0], p.n);
}

/** n words that lie in a row on both sides. */
SmallFunction planSmallCopy(const Task& task, SmallPlan* p) {
  const CopyShape s = copyShapeOf(task);
  const bool inRow = s.planes == 1 && s.rows == 1 && s.inColumn == task.elementBytes &&
                     s.outColumn == task.elementBytes && task.elementBytes >= 4;
  p->n = s.columns * task.elementBytes / 4;
  return inRow && p->n <= kSmallWords ? runSmallCopy : nullptr;
}

}  // namespace
}  // namespace hebb
