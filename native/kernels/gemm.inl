// gemm: out = A B, then the epilogue. The register tile (rows x vectors, GemmTiles<T> of the instruction set)
// walks along k and keeps one chain of multiply-adds per output; longer k are cut into blocks that go on from
// out. A tile of A stays in L1, a block of B streams from L2, unpacked where it lies in rows; B is packed
// into panels where it is transposed, to be rounded, or too large to stay. No more than 8 rows of A at a
// time: with a leading dimension of 4 KiB more of them would fight for the 8 ways of L1.

#include <utility>

namespace hebb {
namespace {

/**
 * One tile: MR rows, NV vectors of columns. `columns` is the number of columns of the last vector if Tail.
 * Element (i, k) of A is a[i * lda + k], or a[k * lda + i] if ColumnsOfA.
 */
template <class T, int MR, int NV, bool Tail, bool ColumnsOfA>
void tile(const typename T::Element* a, int64_t lda, const typename T::Element* b, int64_t ldb,
          typename T::Element* c, int64_t ldc, int64_t k, bool goOn, int columns) {
  using Vector = typename T::Vector;
  constexpr int width = T::width;
  Vector sums[MR][NV];
  if (goOn) {
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++) {
#pragma GCC unroll 4
      for (int j = 0; j < NV; j++) {
        const auto p = c + i * ldc + j * width;
        sums[i][j] = Tail && j == NV - 1 ? loadPartial<T>(p, columns) : load<T>(p);
      }
    }
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++) {
#pragma GCC unroll 4
      for (int j = 0; j < NV; j++) sums[i][j] = broadcast<T>(0);
    }
  }
  for (int64_t p = 0; p < k; p++) {
    Vector row[NV];
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) {
      row[j] = Tail && j == NV - 1 ? loadPartial<T>(b + j * width, columns) : load<T>(b + j * width);
    }
    b += ldb;
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++) {
      const Vector factor = broadcast<T>(ColumnsOfA ? a[i] : a[i * lda]);
#pragma GCC unroll 4
      for (int j = 0; j < NV; j++) sums[i][j] = multiplyAdd(factor, row[j], sums[i][j]);
    }
    a += ColumnsOfA ? lda : 1;
  }
#pragma GCC unroll 16
  for (int i = 0; i < MR; i++) {
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) {
      const auto p = c + i * ldc + j * width;
      if (Tail && j == NV - 1) {
        storePartial(p, sums[i][j], columns);
      } else {
        store<T>(p, sums[i][j]);
      }
    }
  }
}

template <class T>
using Tile = void (*)(const typename T::Element*, int64_t, const typename T::Element*, int64_t,
                      typename T::Element*, int64_t, int64_t, bool, int);

/** The tile for `rows` (a row count that has one), 1 .. NV vectors, with a tail or not. */
template <class T, int MR, bool ColumnsOfA>
Tile<T> tileOfRows(int vectors, bool tail) {
  static_assert(GemmTiles<T>::vectors == 2, "tiles are two vectors wide");
  if (vectors == 2) return tail ? tile<T, MR, 2, true, ColumnsOfA> : tile<T, MR, 2, false, ColumnsOfA>;
  return tail ? tile<T, MR, 1, true, ColumnsOfA> : tile<T, MR, 1, false, ColumnsOfA>;
}
template <class T, bool ColumnsOfA>
Tile<T> tileFor(int rows, int vectors, bool tail) {
  switch (rows) {
    case 1: return tileOfRows<T, 1, ColumnsOfA>(vectors, tail);
    case 2: return tileOfRows<T, 2, ColumnsOfA>(vectors, tail);
    case 4: return tileOfRows<T, 4, ColumnsOfA>(vectors, tail);
    default: return tileOfRows<T, GemmTiles<T>::rows, ColumnsOfA>(vectors, tail);
  }
}
/** Rows of the tile to take when `left` are left: the full tile, 4, 2 or 1. */
template <class T>
HEBB_INLINE int tileRows(int64_t left) {
  if (left >= GemmTiles<T>::rows) return GemmTiles<T>::rows;
  return left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

/** The float with bfloat16's 8 bits of mantissa that is nearest to x, halves to even; NaN stays NaN. */
HEBB_INLINE float roundToBfloat16(float x) {
  uint32_t word;
  __builtin_memcpy(&word, &x, 4);
  const uint32_t rounded = (word + 0x7fff + ((word >> 16) & 1)) & 0xffff0000u;
  word = x == x ? rounded : (word | 0x00400000u) & 0xffff0000u;
  __builtin_memcpy(&x, &word, 4);
  return x;
}
HEBB_INLINE double roundToBfloat16(double x) { return x; }

// Transposes width x width elements in registers: in stage h, each pair of rows h apart swaps its
// off-diagonal blocks.
template <class Vector, int H, int... L>
HEBB_INLINE void swapBlocks(Vector& upper, Vector& lower, std::integer_sequence<int, L...>) {
  constexpr int width = sizeof...(L);
  const Vector u = upper;
  upper = __builtin_shufflevector(u, lower, (L & H ? L - H + width : L)...);
  lower = __builtin_shufflevector(u, lower, (L & H ? L + width : L + H)...);
}
template <class T, int H>
HEBB_INLINE void transposeStage(typename T::Vector (&rows)[T::width]) {
#pragma GCC unroll 16
  for (int i = 0; i < T::width; i++) {
    if ((i & H) == 0) {
      swapBlocks<typename T::Vector, H>(rows[i], rows[i + H], std::make_integer_sequence<int, T::width>{});
    }
  }
}
template <class T>
HEBB_INLINE void transpose(typename T::Vector (&rows)[T::width]) {
  transposeStage<T, 1>(rows);
  if constexpr (T::width > 2) transposeStage<T, 2>(rows);
  if constexpr (T::width > 4) transposeStage<T, 4>(rows);
  if constexpr (T::width > 8) transposeStage<T, 8>(rows);
}

/** Sizes of one product and how it is cut. */
template <class T>
struct Product {
  using E = typename T::Element;
  static constexpr int tileColumns = GemmTiles<T>::vectors * T::width;

  int64_t batch, m, n, k, lda, ldb, ldc, strideA, strideB, strideC;
  bool transposeA, transposeB, rounded;
  bool packB, packA;
  int64_t panels;         // of packed B in one batch entry
  int64_t packedEntries;  // batch entries of B
  int64_t unitRows, unitColumns, rowUnits, columnUnits, entriesPerUnit;
  int64_t blockK;
};

template <class T>
Product<T> productOf(const int32_t* w) {
  using Tiles = GemmTiles<T>;
  using P = Product<T>;
  P p;
  p.batch = w[contract::kGemmBatch];
  p.m = w[contract::kGemmM];
  p.n = w[contract::kGemmN];
  p.k = w[contract::kGemmK];
  p.lda = w[contract::kGemmLda];
  p.ldb = w[contract::kGemmLdb];
  p.ldc = w[contract::kGemmLdc];
  p.strideA = w[contract::kGemmStrideA];
  p.strideB = w[contract::kGemmStrideB];
  p.strideC = w[contract::kGemmStrideC];
  p.transposeA = w[contract::kGemmTransposeA] != 0;
  p.transposeB = w[contract::kGemmTransposeB] != 0;
  p.rounded = w[contract::kGemmPrecision] == contract::kPrecisionBfloat16;
  const bool largeB = static_cast<double>(p.k) * static_cast<double>(p.n) * sizeof(typename T::Element) >
                      static_cast<double>(Tiles::packBytes);
  p.packB = p.k > 0 && (p.transposeB || p.rounded || (largeB && p.m >= Tiles::packRows));
  p.packA = p.rounded || (p.transposeA && p.n > 2 * P::tileColumns);
  p.panels = (p.n + P::tileColumns - 1) / P::tileColumns;
  p.packedEntries = p.packB ? (p.strideB == 0 ? (p.batch > 0 ? 1 : 0) : p.batch) : 0;
  const int64_t kBlocks = (p.k + Tiles::blockK - 1) / Tiles::blockK;
  p.blockK = kBlocks > 1 ? (p.k + kBlocks - 1) / kBlocks : p.k;
  // A unit is at least kUnitProducts long, in whole tiles.
  constexpr int64_t kUnitProducts = 1 << 20;
  const int64_t wanted = (p.n + Tiles::unitColumns / 2) / Tiles::unitColumns;
  const int64_t evenly = wanted > 1 ? (p.n + wanted - 1) / wanted : p.n;
  p.unitColumns = wanted > 1 ? (evenly + P::tileColumns - 1) / P::tileColumns * P::tileColumns : p.n;
  const int64_t rowProducts = p.unitColumns * (p.k > 0 ? p.k : 1);
  int64_t rows = rowProducts > 0 ? kUnitProducts / rowProducts : p.m;
  rows = rows < Tiles::unitRows ? Tiles::unitRows : rows;
  rows = (rows + Tiles::rows - 1) / Tiles::rows * Tiles::rows;
  p.unitRows = rows < p.m ? rows : p.m;
  p.rowUnits = p.unitRows > 0 ? (p.m + p.unitRows - 1) / p.unitRows : 0;
  p.columnUnits = p.unitColumns > 0 ? (p.n + p.unitColumns - 1) / p.unitColumns : 0;
  p.entriesPerUnit = 1;
  if (p.rowUnits * p.columnUnits == 1) {
    const double products =
        static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k) + 1;
    const double entries = static_cast<double>(kUnitProducts) / products;
    if (entries > 1)
      p.entriesPerUnit = entries < static_cast<double>(p.batch) ? static_cast<int64_t>(entries) : p.batch;
  }
  return p;
}

template <class T>
void splitProduct(const Task& task, Split* split) {
  const Product<T> p = productOf<T>(task.words);
  if (p.batch == 0 || p.m == 0 || p.n == 0) return;
  split->prepareUnits = p.packedEntries * p.panels;
  split->workspaceBytes =
      p.packedEntries * p.panels * Product<T>::tileColumns * p.k * sizeof(typename T::Element);
  if (p.packA) split->scratchBytes = p.blockK * GemmTiles<T>::rows * sizeof(typename T::Element);
  const int64_t blocks = p.rowUnits * p.columnUnits;
  split->units = blocks > 1 ? p.batch * blocks : (p.batch + p.entriesPerUnit - 1) / p.entriesPerUnit;
  const double outputs = static_cast<double>(p.batch) * static_cast<double>(p.m) * static_cast<double>(p.n);
  split->nanoseconds = outputs * (static_cast<double>(p.k) / GemmTiles<T>::productsPerNanosecond + 0.1);
  if (task.expression) split->nanoseconds += outputs * task.expression->cost;
  split->resumable = true;
}

void splitGemm(const Task& task, Split* split) {
  if (task.dtype == contract::kDtypeFloat32) return splitProduct<Float32>(task, split);
  return splitProduct<Float64>(task, split);
}

/** Packs one panel of B: panel[k][column], columns beyond n zero. */
template <class T>
void packPanel(const Product<T>& p, const typename T::Element* b, int64_t firstColumn,
               typename T::Element* out) {
  using E = typename T::Element;
  constexpr int panelColumns = Product<T>::tileColumns;
  const int columns = static_cast<int>(p.n - firstColumn < panelColumns ? p.n - firstColumn : panelColumns);
  if (!p.transposeB) {
    const E* in = b + firstColumn;
    for (int64_t k = 0; k < p.k; k++, in += p.ldb, out += panelColumns) {
      for (int j = 0; j < columns; j++) out[j] = p.rounded ? roundToBfloat16(in[j]) : in[j];
      for (int j = columns; j < panelColumns; j++) out[j] = 0;
    }
    return;
  }
  constexpr int width = T::width;
  int j = 0;
  for (; j + width <= columns; j += width) {
    const E* in = b + (firstColumn + j) * p.ldb;
    int64_t k = 0;
    if (!p.rounded) {
      for (; k + width <= p.k; k += width) {
        typename T::Vector rows[width];
#pragma GCC unroll 16
        for (int i = 0; i < width; i++) rows[i] = load<T>(in + i * p.ldb + k);
        transpose<T>(rows);
#pragma GCC unroll 16
        for (int i = 0; i < width; i++) store<T>(out + (k + i) * panelColumns + j, rows[i]);
      }
    }
    for (; k < p.k; k++) {
      for (int i = 0; i < width; i++) {
        const E x = in[i * p.ldb + k];
        out[k * panelColumns + j + i] = p.rounded ? roundToBfloat16(x) : x;
      }
    }
  }
  for (; j < panelColumns; j++) {
    const E* in = b + (firstColumn + j) * p.ldb;
    for (int64_t k = 0; k < p.k; k++) {
      const E x = j < columns ? in[k] : 0;
      out[k * panelColumns + j] = p.rounded ? roundToBfloat16(x) : x;
    }
  }
}

/** Copies `rows` rows of A from column k on into out[k][row], leading dimension the tile's rows. */
template <class T>
void packRows(const Product<T>& p, const typename T::Element* a, int rows, int64_t depth,
              typename T::Element* out) {
  using E = typename T::Element;
  constexpr int lead = GemmTiles<T>::rows;
  for (int64_t k = 0; k < depth; k++, out += lead) {
    for (int i = 0; i < rows; i++) {
      const E x = p.transposeA ? a[k * p.lda + i] : a[i * p.lda + k];
      out[i] = p.rounded ? roundToBfloat16(x) : x;
    }
  }
}

/** The epilogue on rows i .. i + rows - 1, columns j0 .. j1 - 1 of batch entry b. */
template <class T>
void runEpilogue(Chain& chain, const Task& task, int64_t b, int64_t i, int rows, int64_t j0, int64_t j1) {
  const Expression& e = *task.expression;
  const int count = e.inputCount + e.outputCount;
  char* operands[contract::kLimitOperands];
  for (int o = 0; o < count; o++) {
    const Operand& operand = e.operands[o];
    operands[o] = task.operands[o] + (b * operand.strides[0] + i * operand.strides[1]) * operand.bytes;
  }
  for (int r = 0; r < rows; r++) {
    evaluateRow<T>(chain, operands, j0, j1 - j0);
    for (int o = 0; o < count; o++) operands[o] += e.operands[o].strides[1] * e.operands[o].bytes;
  }
}

/** Rows i0 .. i1 - 1, columns j0 .. j1 - 1 of batch entry b. */
template <class T>
void multiplyBlock(const Task& task, const Product<T>& p, Chain& chain, Scratch& scratch, int64_t b,
                   int64_t i0, int64_t i1, int64_t j0, int64_t j1) {
  using E = typename T::Element;
  constexpr int tileColumns = Product<T>::tileColumns;
  constexpr int width = T::width;
  const E* a = reinterpret_cast<const E*>(task.views[0]) + b * p.strideA;
  const E* bRows = reinterpret_cast<const E*>(task.views[1]) + b * p.strideB;
  E* c = reinterpret_cast<E*>(task.views[2]) + b * p.strideC;
  const E* packed = reinterpret_cast<const E*>(task.workspace) +
                    (p.packedEntries > 1 ? b : 0) * p.panels * tileColumns * p.k;
  E* packedA = reinterpret_cast<E*>(scratch.work);
  int64_t k0 = 0;
  do {
    const int64_t depth = p.k - k0 < p.blockK ? p.k - k0 : p.blockK;
    const bool last = k0 + depth >= p.k;
    for (int64_t i = i0; i < i1;) {
      const int rows = tileRows<T>(i1 - i);
      const E* aTile = p.transposeA ? a + k0 * p.lda + i : a + i * p.lda + k0;
      int64_t aLead = p.lda;
      bool columnsOfA = p.transposeA;
      if (p.packA) {
        packRows<T>(p, aTile, rows, depth, packedA);
        aTile = packedA;
        aLead = GemmTiles<T>::rows;
        columnsOfA = true;
      }
      for (int64_t j = j0; j < j1; j += tileColumns) {
        const int columns = static_cast<int>(j1 - j < tileColumns ? j1 - j : tileColumns);
        const int vectors = (columns + width - 1) / width;
        const int tail = columns % width;
        const E* bTile =
            p.packB ? packed + (j / tileColumns * p.k + k0) * tileColumns : bRows + k0 * p.ldb + j;
        const int64_t bLead = p.packB ? tileColumns : p.ldb;
        const Tile<T> run = columnsOfA ? tileFor<T, true>(rows, vectors, tail != 0)
                                       : tileFor<T, false>(rows, vectors, tail != 0);
        run(aTile, aLead, bTile, bLead, c + i * p.ldc + j, p.ldc, depth, k0 > 0, tail);
      }
      if (last && task.expression) runEpilogue<T>(chain, task, b, i, rows, j0, j1);
      i += rows;
    }
    k0 += depth;
  } while (k0 < p.k);
}

template <class T>
void gemmUnits(const Task& task, int phase, int64_t begin, int64_t end, Scratch& scratch) {
  using E = typename T::Element;
  const Product<T> p = productOf<T>(task.words);
  if (phase == 0) {
    for (int64_t unit = begin; unit < end; unit++) {
      const E* b = reinterpret_cast<const E*>(task.views[1]) + unit / p.panels * p.strideB;
      E* out = reinterpret_cast<E*>(task.workspace) + unit * Product<T>::tileColumns * p.k;
      packPanel<T>(p, b, unit % p.panels * Product<T>::tileColumns, out);
    }
    return;
  }
  Chain& chain = *scratch.chain;
  if (task.expression) beginExpression<T>(scratch, *task.expression, p.unitColumns);
  const int64_t blocks = p.rowUnits * p.columnUnits;
  for (int64_t unit = begin; unit < end; unit++) {
    if (blocks == 1) {
      const int64_t first = unit * p.entriesPerUnit;
      const int64_t last = first + p.entriesPerUnit < p.batch ? first + p.entriesPerUnit : p.batch;
      for (int64_t b = first; b < last; b++) multiplyBlock<T>(task, p, chain, scratch, b, 0, p.m, 0, p.n);
      continue;
    }
    // Units that follow one another share their columns of B.
    const int64_t block = unit % blocks;
    const int64_t i = block % p.rowUnits * p.unitRows;
    const int64_t j = block / p.rowUnits * p.unitColumns;
    multiplyBlock<T>(task, p, chain, scratch, unit / blocks, i, i + p.unitRows < p.m ? i + p.unitRows : p.m,
                     j, j + p.unitColumns < p.n ? j + p.unitColumns : p.n);
  }
}

void runGemm(const Task& task, const Split&, int phase, int64_t begin, int64_t end, Scratch& scratch) {
  if (task.dtype == contract::kDtypeFloat32) return gemmUnits<Float32>(task, phase, begin, end, scratch);
  gemmUnits<Float64>(task, phase, begin, end, scratch);
}

}  // namespace
}  // namespace hebb
