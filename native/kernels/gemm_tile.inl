// The register tile of gemm: rows x vectors of sums (GemmTiles<T> of the instruction set) walk along k, one
// chain of multiply-adds with ascending k for each output. It refuses to know how the operands got where they
// are.

namespace hebb {
namespace {

/** A step along k: one multiply-add for each output; gemm_bfloat16.inl has one of two. */
template <class T>
struct StepOf {
  using Outputs = T;
  static constexpr int step = 1;
  static HEBB_INLINE typename T::Vector multiply(typename T::Vector a, typename T::Vector b,
                                                 typename T::Vector sum) {
    return multiplyAdd(a, b, sum);
  }
};

/** Short vectors take so long for a row that the CPU has the next ones in time, and instructions count. */
constexpr bool kFetchesRows = HEBB_VECTOR_BYTES > 16;

/**
 * One tile: MR rows, NV vectors of columns. `columns` is the number of columns of the last vector if Tail.
 * Element (i, k) of A is a[i * lda + k], or a[k * lda + i] if ColumnsOfA. `ahead` is
 * where the next rows of A lie: each is too short for the CPU to foresee, so tiles fetch them from L3 to L2.
 */
template <class T, int MR, int NV, bool Tail, bool ColumnsOfA>
void tile(const typename T::Element* a, int64_t lda, const typename T::Element* b, int64_t ldb,
          typename T::Element* c, int64_t ldc, int64_t k, bool goOn, int columns,
          const typename T::Element* ahead) {
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
      for (int j = 0; j < NV; j++) {
        sums[i][j] = broadcast<T>(0);
        __builtin_prefetch(c + i * ldc + j * width, kToWrite);
      }
    }
  }
  for (int64_t p = 0; p < k; p++) {
    // One of 8 rows at each step; by the time it is its turn again, k is half a cache line further or more.
    if constexpr (kFetchesRows && !ColumnsOfA) {
      __builtin_prefetch(ahead + (p & 7) * lda + (p & ~int64_t{7}), kToRead, kIntoL2);
    }
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
      for (int j = 0; j < NV; j++) sums[i][j] = StepOf<T>::multiply(factor, row[j], sums[i][j]);
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
                      typename T::Element*, int64_t, int64_t, bool, int, const typename T::Element*);

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

}  // namespace
}  // namespace hebb
