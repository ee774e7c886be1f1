// Products of a vector and a matrix, which are bound by memory: the matrix is read once, along its rows. As
// in all of gemm each output is one chain of multiply-adds with ascending k, so sums along a row of the
// matrix are not split over lanes; blocks are transposed in registers instead.

namespace hebb {
namespace {

/** y[j] (+)= sum over R rows k of x[k] * b[k * lead + j]. */
template <class T, int R>
void addRows(const typename T::Element* x, const typename T::Element* b, int64_t lead, int64_t columns,
             bool goOn, typename T::Element* y) {
  using Vector = typename T::Vector;
  constexpr int width = T::width;
  Vector factors[R];
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) factors[r] = broadcast<T>(x[r]);
  int64_t j = 0;
  for (; j + width <= columns; j += width) {
    Vector sum = goOn ? load<T>(y + j) : broadcast<T>(0);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) sum = multiplyAdd(factors[r], load<T>(b + r * lead + j), sum);
    store<T>(y + j, sum);
  }
  if (j == columns) return;
  const int left = static_cast<int>(columns - j);
  Vector sum = goOn ? loadPartial<T>(y + j, left) : broadcast<T>(0);
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
    sum = multiplyAdd(factors[r], loadPartial<T>(b + r * lead + j, left), sum);
  }
  storePartial(y + j, sum, left);
}

/** y = x B, B[k][j] = b[k * lead + j]. Eight rows at a time are as many streams as the CPU foresees. */
template <class T>
void multiplyByRows(const typename T::Element* x, const typename T::Element* b, int64_t lead, int64_t depth,
                    int64_t columns, typename T::Element* y) {
  int64_t k = 0;
  if (depth == 0) {
    for (int64_t j = 0; j < columns; j++) y[j] = 0;
  }
  for (; k + 8 <= depth; k += 8) addRows<T, 8>(x + k, b + k * lead, lead, columns, k > 0, y);
  for (; k < depth; k++) addRows<T, 1>(x + k, b + k * lead, lead, columns, k > 0, y);
}

/** y[l] = sum over k of x[k] * b[l * lead + k] for up to T::width lines. */
template <class T>
HEBB_INLINE void multiplyLines(const typename T::Element* x, const typename T::Element* b, int64_t lead,
                               int64_t depth, int lines, typename T::Element* y) {
  using Vector = typename T::Vector;
  constexpr int width = T::width;
  Vector sum = broadcast<T>(0);
  Vector block[width];
  int64_t k = 0;
  for (; k + width <= depth; k += width) {
#pragma GCC unroll 16
    for (int l = 0; l < width; l++) block[l] = l < lines ? load<T>(b + l * lead + k) : broadcast<T>(0);
    transpose<T>(block);
#pragma GCC unroll 16
    for (int l = 0; l < width; l++) sum = multiplyAdd(broadcast<T>(x[k + l]), block[l], sum);
  }
  if (k < depth) {
    const int left = static_cast<int>(depth - k);
#pragma GCC unroll 16
    for (int l = 0; l < width; l++) {
      block[l] = l < lines ? loadPartial<T>(b + l * lead + k, left) : broadcast<T>(0);
    }
    transpose<T>(block);
#pragma GCC unroll 16
    for (int l = 0; l < width; l++) {
      if (l < left) sum = multiplyAdd(broadcast<T>(x[k + l]), block[l], sum);
    }
  }
  storePartial(y, sum, lines);
}

/** y = x B, B[k][j] = b[j * lead + k]. */
template <class T>
void multiplyByColumns(const typename T::Element* x, const typename T::Element* b, int64_t lead,
                       int64_t depth, int64_t columns, typename T::Element* y) {
  constexpr int width = T::width;
  int64_t j = 0;
  for (; j + width <= columns; j += width) multiplyLines<T>(x, b + j * lead, lead, depth, width, y + j);
  if (j < columns) multiplyLines<T>(x, b + j * lead, lead, depth, static_cast<int>(columns - j), y + j);
}

}  // namespace
}  // namespace hebb
