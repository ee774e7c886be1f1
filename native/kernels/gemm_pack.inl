// Copies of gemm's operands in the order in which tiles read them: panels of B (k, then the columns of a
// tile), panels of A (k, then the rows of a tile); transposes are done in registers, and operands rounded to
// bfloat16 on the way where the product wants that.

#include <utility>

namespace hebb {
namespace {

// The floats with bfloat16's 8 bits of mantissa that are nearest, halves to even; NaN stays NaN.
HEBB_INLINE float roundToBfloat16(float x) {
  uint32_t word;
  __builtin_memcpy(&word, &x, 4);
  const uint32_t rounded = (word + 0x7fff + ((word >> 16) & 1)) & 0xffff0000u;
  word = x == x ? rounded : (word | 0x00400000u) & 0xffff0000u;
  __builtin_memcpy(&x, &word, 4);
  return x;
}
HEBB_INLINE FloatVector roundToBfloat16(FloatVector x) {
  const IntVector word = bits<IntVector>(x);
  const IntVector rounded = word + 0x7fff + ((word >> 16) & 1);
  return bits<FloatVector>((x == x ? rounded : word | 0x00400000) & ~0xffff);
}

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

/** loads, and rounds if Rounded. */
template <class T, bool Rounded>
HEBB_INLINE typename T::Vector loadOperand(const typename T::Element* p) {
  if constexpr (Rounded) {
    return roundToBfloat16(load<T>(p));
  } else {
    return load<T>(p);
  }
}

/**
 * Packs `lines` lines of a matrix, `depth` elements of each, into panels of `across` lines that lie
 * `panelLength` apart: panel[k][line], zeros beyond the last line. Element k of line l is in[l * lead + k].
 */
template <class T, bool Rounded>
void packTransposed(const typename T::Element* in, int64_t lead, int64_t lines, int64_t depth, int across,
                    int64_t panelLength, typename T::Element* out) {
  using E = typename T::Element;
  constexpr int width = T::width;
  for (int64_t first = 0; first < lines; first += across, out += panelLength) {
    const int count = static_cast<int>(lines - first < across ? lines - first : across);
    int l = 0;
    for (; l + width <= count; l += width) {
      const E* from = in + (first + l) * lead;
      int64_t k = 0;
      for (; k + width <= depth; k += width) {
        typename T::Vector rows[width];
#pragma GCC unroll 16
        for (int i = 0; i < width; i++) rows[i] = loadOperand<T, Rounded>(from + i * lead + k);
        transpose<T>(rows);
#pragma GCC unroll 16
        for (int i = 0; i < width; i++) store<T>(out + (k + i) * across + l, rows[i]);
      }
      for (; k < depth; k++) {
        for (int i = 0; i < width; i++) {
          const E x = from[i * lead + k];
          out[k * across + l + i] = Rounded ? roundToBfloat16(x) : x;
        }
      }
    }
    for (; l < across; l++) {
      const E* from = in + (first + l) * lead;
      for (int64_t k = 0; k < depth; k++) {
        const E x = l < count ? from[k] : 0;
        out[k * across + l] = Rounded ? roundToBfloat16(x) : x;
      }
    }
  }
}

/** The same where element k of line l is in[k * lead + l], with Across lines to a panel. */
template <class T, bool Rounded, int Across>
void packStraight(const typename T::Element* in, int64_t lead, int64_t lines, int64_t depth,
                  int64_t panelLength, typename T::Element* out) {
  using E = typename T::Element;
  constexpr int width = T::width;
  // Four panels at a time: the runs that are read are longer, and the panels, which begin at the same place
  // of a page, do not drive each other out of L1.
  constexpr int group = 4;
  for (int64_t first = 0; first < lines; first += group * Across) {
    E* to = out + first / Across * panelLength;
    const int64_t left = lines - first;
    const int whole = static_cast<int>(left / Across < group ? left / Across : group);
    const int rest = whole < group ? static_cast<int>(left % Across) : 0;
    const E* row = in + first;
    for (int64_t k = 0; k < depth; k++, row += lead, to += Across) {
      for (int p = 0; p < whole; p++) {
        const E* from = row + p * Across;
        E* panel = to + p * panelLength;
        if constexpr (Across % width == 0) {
#pragma GCC unroll 4
          for (int j = 0; j < Across; j += width) store<T>(panel + j, loadOperand<T, Rounded>(from + j));
        } else {
#pragma GCC unroll 8
          for (int j = 0; j < Across; j++) panel[j] = Rounded ? roundToBfloat16(from[j]) : from[j];
        }
      }
      if (rest > 0) {
        E* panel = to + whole * panelLength;
        for (int j = 0; j < Across; j++) {
          const E x = j < rest ? row[whole * Across + j] : 0;
          panel[j] = Rounded ? roundToBfloat16(x) : x;
        }
      }
    }
  }
}

/** Lines of A (Across = rows of a tile) or of B (Across = its columns) into panels. */
template <class T, int Across>
void packPanels(bool transposed, bool rounded, const typename T::Element* in, int64_t lead, int64_t lines,
                int64_t depth, int64_t panelLength, typename T::Element* out) {
  if constexpr (sizeof(typename T::Element) == 4) {
    if (rounded) {
      if (transposed) return packTransposed<T, true>(in, lead, lines, depth, Across, panelLength, out);
      return packStraight<T, true, Across>(in, lead, lines, depth, panelLength, out);
    }
  }
  if (transposed) return packTransposed<T, false>(in, lead, lines, depth, Across, panelLength, out);
  packStraight<T, false, Across>(in, lead, lines, depth, panelLength, out);
}

/** Writes the transpose of `rows` x `columns` elements. */
template <class T>
void storeTransposed(const typename T::Element* in, int64_t lead, int64_t rows, int64_t columns,
                     typename T::Element* out, int64_t outLead) {
  constexpr int width = T::width;
  for (int64_t j = 0; j < columns; j += width) {
    const int across = static_cast<int>(columns - j < width ? columns - j : width);
    for (int64_t i = 0; i < rows; i += width) {
      const int down = static_cast<int>(rows - i < width ? rows - i : width);
      typename T::Vector block[width];
#pragma GCC unroll 16
      for (int l = 0; l < width; l++) {
        block[l] = l < down ? load<T>(in + (i + l) * lead + j) : broadcast<T>(0);
      }
      transpose<T>(block);
      if (across == width && down == width) {
#pragma GCC unroll 16
        for (int l = 0; l < width; l++) store<T>(out + (j + l) * outLead + i, block[l]);
        continue;
      }
#pragma GCC unroll 16
      for (int l = 0; l < width; l++) {
        if (l < across) storePartial(out + (j + l) * outLead + i, block[l], down);
      }
    }
  }
}

}  // namespace
}  // namespace hebb
