// gemm: out = A B, then the epilogue. A unit is a block of rows and columns; for each block of k it goes
// through the rows of A, a tile at a time, while the block of B streams by from L2, where it stays. Operands
// are read where they lie, if tiles can read them so: A along its rows, 8 of them at most, as with a leading
// dimension of 4 KiB more would fight for the 8 ways of L1; B along its rows, if it stays in L2. Others are
// packed, by the unit that needs them, into memory that stays hot. What the CPU does not foresee, rows that
// lie apart, is fetched ahead.
//
// Where that spares transposing the larger operand, or lanes that would stand empty, the product is turned:
// the transpose of C is computed, B's columns being the rows and A's rows the columns, and written
// transposed. Nothing of this changes the arithmetic: each output is one chain of multiply-adds with
// ascending k.

namespace hebb {
namespace {

/** Sizes of one product and how it is cut. If it is turned, all but `ldc` and `strideC` is of the turned one.
 */
struct Product {
  int64_t batch, rows, columns, k;
  int64_t depth;  // steps along k, each of StepOf<T>::step elements
  int64_t lda, ldb, ldc, strideA, strideB, strideC;
  bool turned;
  bool columnsOfA;  // element (i, k) of A lies at i + k * lda; else at i * lda + k
  bool rowsOfB;     // element (k, j) of B lies at k * ldb + j; else at k + j * ldb
  bool rounded, packA, packB;
  bool shared;    // all of B is packed in a phase of its own; else each unit packs what it needs
  bool isVector;  // one row: see gemm_vector.inl
  int64_t blockDepth, unitRows, unitColumns, rowUnits, columnUnits, entriesPerUnit;
  int64_t panelsOfA, panelsOfB, sums;  // elements of packed A, packed B and turned sums in a thread's memory
};

/**
 * Tiles of A that are packed together, and panels of B that are packed as a unit of work: where lines of the
 * matrix are 4 KiB apart, cache lines do not stay until their second half is wanted.
 */
constexpr int kTilesOfA = 4, kPanelsOfB = 4;

HEBB_INLINE int64_t roundUp(int64_t n, int64_t step) { return (n + step - 1) / step * step; }
HEBB_INLINE int64_t parts(int64_t n, int64_t size) { return (n + size - 1) / size; }

/** Whether to compute the transpose: rough cycles that either way costs besides the products. */
template <class T>
bool isBetterTurned(double m, double n, double k, bool transposeA, bool transposeB) {
  constexpr double transposing = 0.4, moving = 0.4, product = 1.0 / 16;  // an element
  const auto empty = [](double lines) {
    return static_cast<double>(roundUp(static_cast<int64_t>(lines), T::width)) - lines;
  };
  const double straight = (transposeB ? n * k * transposing : 0) + m * k * empty(n) * product;
  const double turned = (transposeA ? 0 : m * k * transposing) + n * k * empty(m) * product + m * n * moving;
  return turned < straight;
}

/** Sizes between which units are chosen. */
struct UnitLimits {
  int64_t leastRows, mostRows, leastColumns, mostColumns;
};

/** Rows of a unit, of which there shall be about `units`: such that the last one is nearly full too, so that
 * threads end together. */
HEBB_INLINE int64_t evenRows(int64_t rows, int64_t units, int64_t most, int64_t step) {
  int64_t best = roundUp(parts(rows, units), step), empty = rows;
  // Of many units the last one does not count.
  const int64_t around = units <= 32 ? units / 4 : 0;
  for (int64_t u = units - around; u <= units + around; u++) {
    const int64_t size = roundUp(parts(rows, u), step), left = size * parts(rows, size) - rows;
    if (size > most || left >= empty) continue;
    best = size;
    empty = left;
  }
  return best;
}

/**
 * Cuts the outputs of one entry into units of about `products` multiply-adds: into rows rather than columns,
 * as a tile of A is fetched once for all columns of a unit.
 */
template <class T>
void cut(Product& p, double products, const UnitLimits& limits, int64_t columnStep) {
  const double all = static_cast<double>(p.rows) * static_cast<double>(p.columns) *
                     static_cast<double>(p.depth > 0 ? p.depth : 1);
  const int64_t wanted = all > products ? static_cast<int64_t>(all / products) : 1;
  const auto atLeast = [](int64_t a, int64_t b) { return a > b ? a : b; };
  int64_t columnUnits = parts(p.columns, limits.mostColumns);
  const int64_t byRows = parts(wanted, columnUnits), rowsAllow = p.rows / limits.leastRows;
  const int64_t rowUnits = atLeast(parts(p.rows, limits.mostRows), byRows < rowsAllow ? byRows : rowsAllow);
  if (rowUnits * columnUnits < wanted) {
    const int64_t columnsAllow = p.columns / limits.leastColumns, byColumns = parts(wanted, rowUnits);
    columnUnits = atLeast(columnUnits, byColumns < columnsAllow ? byColumns : columnsAllow);
  }
  const int64_t rows = evenRows(p.rows, rowUnits, limits.mostRows, GemmTiles<T>::rows);
  const int64_t columns = roundUp(parts(p.columns, columnUnits), columnStep);
  p.unitRows = rows < p.rows ? rows : p.rows;
  p.unitColumns = columns < p.columns ? columns : p.columns;
  p.rowUnits = parts(p.rows, p.unitRows);
  p.columnUnits = parts(p.columns, p.unitColumns);
  p.entriesPerUnit = 1;
  if (p.rowUnits * p.columnUnits > 1) return;
  const double entries = products / (all + 1);
  if (entries > 1) {
    p.entriesPerUnit = entries < static_cast<double>(p.batch) ? static_cast<int64_t>(entries) : p.batch;
  }
}

/** Of a product with outputs. */
template <class T>
Product productOf(const int32_t* w) {
  using Tiles = GemmTiles<T>;
  using E = typename T::Element;
  constexpr int tileColumns = Tiles::vectors * T::width;
  const int64_t m = w[contract::kGemmM], n = w[contract::kGemmN];
  const bool transposeA = w[contract::kGemmTransposeA] != 0, transposeB = w[contract::kGemmTransposeB] != 0;
  Product p;
  p.batch = w[contract::kGemmBatch];
  p.k = w[contract::kGemmK];
  p.depth = parts(p.k, StepOf<T>::step);
  p.turned = isBetterTurned<T>(static_cast<double>(m), static_cast<double>(n), static_cast<double>(p.depth),
                               transposeA, transposeB);
  p.rows = p.turned ? n : m;
  p.columns = p.turned ? m : n;
  p.lda = w[p.turned ? contract::kGemmLdb : contract::kGemmLda];
  p.ldb = w[p.turned ? contract::kGemmLda : contract::kGemmLdb];
  p.ldc = w[contract::kGemmLdc];
  p.strideA = w[p.turned ? contract::kGemmStrideB : contract::kGemmStrideA];
  p.strideB = w[p.turned ? contract::kGemmStrideA : contract::kGemmStrideB];
  p.strideC = w[contract::kGemmStrideC];
  p.columnsOfA = p.turned ? !transposeB : transposeA;
  p.rowsOfB = p.turned ? transposeA : !transposeB;
  p.rounded = w[contract::kGemmPrecision] == contract::kPrecisionBfloat16;
  p.isVector = p.rows == 1 && !p.rounded;

  const double bytesOfB = static_cast<double>(p.depth) * static_cast<double>(p.columns) * sizeof(E);
  const bool largeB = bytesOfB > static_cast<double>(Tiles::stayBytes) && p.rows >= Tiles::packFromRows;
  p.packB = !p.rowsOfB || p.rounded || largeB;
  p.packA = p.rounded || (p.columnsOfA && p.columns > 2 * tileColumns);
  const int64_t depthBlocks = parts(p.depth, Tiles::blockDepth);
  p.blockDepth = depthBlocks > 1 ? roundUp(parts(p.depth, depthBlocks), T::width) : p.depth;

  const double all = static_cast<double>(p.rows) * static_cast<double>(p.columns) *
                     static_cast<double>(p.depth) * static_cast<double>(p.batch);
  if (p.isVector) {
    // A unit reads at least 128 KiB of the matrix, and runs of a few KiB.
    const double products = all / 16 > (1 << 15) ? all / 16 : 1 << 15;
    const int64_t leastColumns = p.rowsOfB ? 256 : 4 * T::width;
    cut<T>(p, products, {1, 1, leastColumns, 1024}, leastColumns);
    p.panelsOfA = p.columnsOfA && p.lda != 1 ? p.depth : 0;
    p.panelsOfB = 0;
    p.sums = p.turned && p.ldc != 1 ? p.unitColumns : 0;
    p.shared = false;
    return p;
  }
  // Packing anew for each of many rows of units would count.
  p.shared = p.packB && p.rows > Tiles::unitRows;
  // At least 2 us, so that handing it out does not count, and at most 300 us, so that none is waited for
  // long.
  constexpr double least = 1 << 18, most = 1 << 25;
  const double products = all / 16 < least ? least : all / 16 > most ? most : all / 16;
  // Where a unit packs its own B all rows should use it, which costs 4 % at 256 of them; and threads should
  // not share the rows of a small C: two cores that write halves of rows fetch ahead what the other one is
  // writing.
  const int64_t leastRows = Tiles::rows * (!p.packB || p.shared ? 4 : p.rows < 256 ? 8 : 32);
  const int64_t leastColumns = (p.columnsOfA ? 4 : 2) * tileColumns;
  // A block of B that is less deep is wider for that, up to a point.
  const int64_t ofBlock = Tiles::blockElements / (p.blockDepth > 128 ? p.blockDepth : 128);
  const int64_t mostColumns = ofBlock > tileColumns ? ofBlock / tileColumns * tileColumns : tileColumns;
  cut<T>(p, products, {leastRows, Tiles::unitRows, leastColumns, mostColumns}, tileColumns);
  const int64_t panelColumns = roundUp(p.unitColumns, tileColumns);
  p.panelsOfA = p.packA ? kTilesOfA * Tiles::rows * p.blockDepth : 0;
  p.panelsOfB = p.packB && !p.shared ? panelColumns * p.blockDepth : 0;
  p.sums = p.turned ? roundUp(p.unitRows, T::width) * panelColumns : 0;
  // What follows begins at a cache line.
  p.panelsOfA = roundUp(p.panelsOfA, T::width);
  return p;
}

template <class T>
void splitProduct(const Task& task, Split* split) {
  const int32_t* w = task.words;
  if (w[contract::kGemmBatch] == 0 || w[contract::kGemmM] == 0 || w[contract::kGemmN] == 0) return;
  const Product p = productOf<T>(w);
  split->scratchBytes = (p.panelsOfA + p.panelsOfB + p.sums) * sizeof(typename T::Element);
  if (p.shared) {
    constexpr int tileColumns = GemmTiles<T>::vectors * T::width;
    const int64_t entries = p.strideB == 0 ? 1 : p.batch;
    split->prepareUnits = entries * parts(p.columns, kPanelsOfB * tileColumns);
    split->workspaceBytes = entries * roundUp(p.columns, tileColumns) * p.depth * sizeof(typename T::Element);
  }
  const int64_t blocks = p.rowUnits * p.columnUnits;
  split->units = blocks > 1 ? p.batch * blocks : parts(p.batch, p.entriesPerUnit);
  const double outputs =
      static_cast<double>(p.batch) * static_cast<double>(p.rows) * static_cast<double>(p.columns);
  const double each =
      p.isVector ? sizeof(typename T::Element) / 40.0 : 1 / GemmTiles<T>::productsPerNanosecond;
  split->nanoseconds = outputs * (static_cast<double>(p.depth) * each + 0.1);
  if (task.expression) split->nanoseconds += outputs * task.expression->cost;
  split->resumable = true;
}

/** A block of one entry of the batch. */
struct Block {
  int64_t entry, i0, i1, j0, j1;
};

/** The epilogue on the outputs of a block. */
template <class T>
void runEpilogue(Chain& chain, const Task& task, const Product& p, const Block& block) {
  const Expression& e = *task.expression;
  const int count = e.inputCount + e.outputCount;
  const int64_t row0 = p.turned ? block.j0 : block.i0, row1 = p.turned ? block.j1 : block.i1;
  const int64_t column0 = p.turned ? block.i0 : block.j0, column1 = p.turned ? block.i1 : block.j1;
  char* operands[contract::kLimitOperands];
  for (int o = 0; o < count; o++) {
    const Operand& operand = e.operands[o];
    operands[o] =
        task.operands[o] + (block.entry * operand.strides[0] + row0 * operand.strides[1]) * operand.bytes;
  }
  for (int64_t r = row0; r < row1; r++) {
    evaluateRow<typename StepOf<T>::Outputs>(chain, operands, column0, column1 - column0);
    for (int o = 0; o < count; o++) operands[o] += e.operands[o].strides[1] * e.operands[o].bytes;
  }
}

template <class T>
void multiplyVector(const Product& p, const typename T::Element* a, const typename T::Element* b,
                    typename T::Element* c, typename T::Element* work, int64_t j0, int64_t j1) {
  using E = typename T::Element;
  const E* x = a;
  if (p.panelsOfA > 0) {
    for (int64_t k = 0; k < p.depth; k++) work[k] = a[k * p.lda];
    x = work;
  }
  E* y = p.sums > 0 ? work + p.panelsOfA : c + j0;
  if (p.rowsOfB) {
    multiplyByRows<T>(x, b + j0, p.ldb, p.depth, j1 - j0, y);
  } else {
    multiplyByColumns<T>(x, b + j0 * p.ldb, p.ldb, p.depth, j1 - j0, y);
  }
  if (p.sums == 0) return;
  for (int64_t j = j0; j < j1; j++) c[j * p.ldc] = y[j - j0];
}

template <class T>
void multiplyMatrix(const Product& p, const typename T::Element* a, const typename T::Element* b,
                    typename T::Element* c, typename T::Element* work, const typename T::Element* sharedB,
                    const Block& block) {
  using E = typename T::Element;
  constexpr int width = T::width, fullRows = GemmTiles<T>::rows;
  constexpr int tileColumns = GemmTiles<T>::vectors * width;
  const auto [entry, i0, i1, j0, j1] = block;
  E* packedA = work;
  E* packedB = packedA + p.panelsOfA;
  E* sums = packedB + p.panelsOfB;
  E* out = p.turned ? sums : c + i0 * p.ldc + j0;
  const int64_t outLead = p.turned ? roundUp(j1 - j0, tileColumns) : p.ldc;
  int64_t k0 = 0;
  do {
    const int64_t depth = p.depth - k0 < p.blockDepth ? p.depth - k0 : p.blockDepth;
    constexpr int step = StepOf<T>::step;
    const int64_t from = k0 * step, elements = p.k - from < depth * step ? p.k - from : depth * step;
    const E* aBlock = p.columnsOfA ? a + from * p.lda + i0 : a + i0 * p.lda + from;
    const E* bBlock = p.rowsOfB ? b + from * p.ldb + j0 : b + j0 * p.ldb + from;
    const E* bPanels = packedB;
    if (p.shared) {
      bPanels = sharedB + j0 * p.depth + k0 * tileColumns;
    } else if (p.packB) {
      Packing<T>::template pack<tileColumns>(!p.rowsOfB, p.rounded, bBlock, p.ldb, j1 - j0, elements,
                                             tileColumns * depth, packedB);
    }
    const int64_t panelDepth = p.shared ? p.depth : depth;
    const int64_t bLead = p.packB ? tileColumns : p.ldb;
    for (int64_t i = 0; i < i1 - i0;) {
      const int rows = tileRows<T>(i1 - i0 - i);
      const E* aTile = p.columnsOfA ? aBlock + i : aBlock + i * p.lda;
      if (p.packA) {
        const int64_t within = i % (kTilesOfA * fullRows), left = i1 - i0 - i;
        if (within == 0) {
          Packing<T>::template pack<fullRows>(!p.columnsOfA, p.rounded, aTile, p.lda,
                                              left < kTilesOfA * fullRows ? left : kTilesOfA * fullRows,
                                              elements, fullRows * depth, packedA);
        }
        aTile = packedA + within / fullRows * fullRows * depth + within % fullRows;
      }
      const int64_t aLead = p.packA ? fullRows : p.lda;
      const bool byColumns = p.packA || p.columnsOfA;
      for (int64_t j = 0; j < j1 - j0; j += tileColumns) {
        const int columns = static_cast<int>(j1 - j0 - j < tileColumns ? j1 - j0 - j : tileColumns);
        const int vectors = static_cast<int>(parts(columns, width)), tail = columns % width;
        const E* bTile = p.packB ? bPanels + j * panelDepth : bBlock + j;
        const Tile<T> run = byColumns ? tileFor<T, true>(rows, vectors, tail != 0)
                                      : tileFor<T, false>(rows, vectors, tail != 0);
        run(aTile, aLead, bTile, bLead, out + i * outLead + j, outLead, depth, k0 > 0, tail,
            aTile + rows * aLead);
      }
      i += rows;
    }
    k0 += depth;
  } while (k0 < p.depth);
  if (p.turned) storeTransposed<T>(sums, outLead, i1 - i0, j1 - j0, c + j0 * p.ldc + i0, p.ldc);
}

template <class T>
void multiplyBlock(const Task& task, const Product& p, Chain& chain, Scratch& scratch, const Block& block) {
  using E = typename T::Element;
  const E* a = reinterpret_cast<const E*>(task.views[p.turned ? 1 : 0]) + block.entry * p.strideA;
  const E* b = reinterpret_cast<const E*>(task.views[p.turned ? 0 : 1]) + block.entry * p.strideB;
  E* c = reinterpret_cast<E*>(task.views[2]) + block.entry * p.strideC;
  E* work = reinterpret_cast<E*>(scratch.work);
  if (p.isVector) {
    if constexpr (StepOf<T>::step == 1) multiplyVector<T>(p, a, b, c, work, block.j0, block.j1);
  } else {
    const E* packed = reinterpret_cast<const E*>(task.workspace);
    if (p.shared && p.strideB != 0) {
      packed += block.entry * roundUp(p.columns, GemmTiles<T>::vectors * T::width) * p.depth;
    }
    multiplyMatrix<T>(p, a, b, c, work, packed, block);
  }
  if (task.expression) runEpilogue<T>(chain, task, p, block);
}

/** Packs B into the workspace: units are groups of panels, of one entry after the other. */
template <class T>
void packShared(const Task& task, const Product& p, int64_t begin, int64_t end) {
  using E = typename T::Element;
  constexpr int tileColumns = GemmTiles<T>::vectors * T::width, groupColumns = kPanelsOfB * tileColumns;
  const int64_t groups = parts(p.columns, groupColumns);
  for (int64_t unit = begin; unit < end; unit++) {
    const int64_t entry = unit / groups, j = unit % groups * groupColumns;
    const E* b = reinterpret_cast<const E*>(task.views[p.turned ? 0 : 1]) + entry * p.strideB +
                 (p.rowsOfB ? j : j * p.ldb);
    E* out = reinterpret_cast<E*>(task.workspace) + (entry * roundUp(p.columns, tileColumns) + j) * p.depth;
    Packing<T>::template pack<tileColumns>(!p.rowsOfB, p.rounded, b, p.ldb,
                                           p.columns - j < groupColumns ? p.columns - j : groupColumns, p.k,
                                           tileColumns * p.depth, out);
  }
}

template <class T>
void gemmUnits(const Task& task, int phase, int64_t begin, int64_t end, Scratch& scratch) {
  const Product p = productOf<T>(task.words);
  if (phase == 0) return packShared<T>(task, p, begin, end);
  Chain& chain = *scratch.chain;
  if (task.expression)
    beginExpression<typename StepOf<T>::Outputs>(scratch, *task.expression,
                                                 p.turned ? p.unitRows : p.unitColumns);
  const int64_t blocks = p.rowUnits * p.columnUnits;
  for (int64_t unit = begin; unit < end; unit++) {
    if (blocks == 1) {
      const int64_t first = unit * p.entriesPerUnit;
      const int64_t last = first + p.entriesPerUnit < p.batch ? first + p.entriesPerUnit : p.batch;
      for (int64_t b = first; b < last; b++) {
        multiplyBlock<T>(task, p, chain, scratch, {b, 0, p.rows, 0, p.columns});
      }
      continue;
    }
    // Units that follow one another share their columns of B.
    const int64_t block = unit % blocks;
    const int64_t i = block % p.rowUnits * p.unitRows;
    const int64_t j = block / p.rowUnits * p.unitColumns;
    multiplyBlock<T>(task, p, chain, scratch,
                     {unit / blocks, i, i + p.unitRows < p.rows ? i + p.unitRows : p.rows, j,
                      j + p.unitColumns < p.columns ? j + p.unitColumns : p.columns});
  }
}

}  // namespace
}  // namespace hebb
