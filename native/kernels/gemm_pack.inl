// Copies of gemm's operands in the order in which tiles read them: panels of B (k, then the columns of a
// tile), panels of A (k, then the rows of a tile); transposes are done in registers, and operands rounded to
// bfloat16 on the way where the product wants that.

#include <utility>

namespace hebb {
namespace {

// Arguments of __builtin_prefetch. What it names need not exist: addresses may lie beyond an array.
constexpr int kToRead = 0, kToWrite = 1, kIntoL2 = 2;

// The floats with bfloat16's 8 bits of mantissa that are nearest, halves to even; NaN stays NaN.
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

/**
 * How elements of an operand are loaded: as they are, or rounded to bfloat16. A step along k is one element
 * here; gemm_bfloat16.inl has one of pairs.
 */
template <class T, bool Rounded>
struct LoadElements {
  using E = typename T::Element;
  using Vector = typename T::Vector;
  static constexpr int step = 1;
  static HEBB_INLINE Vector finish(Vector v) {
    if constexpr (Rounded) {
      return roundToBfloat16(v);
    } else {
      return v;
    }
  }
  /** T::width steps of one line, or as many as there are in `elements` and zeros. */
  static HEBB_INLINE Vector along(const E* p) { return finish(load<T>(p)); }
  static HEBB_INLINE Vector along(const E* p, int64_t elements) {
    return finish(loadPartial<T>(p, static_cast<int>(elements)));
  }
  /** A step of `lines` lines that lie side by side; `left` elements are left along k. */
  static HEBB_INLINE Vector across(const E* p, int64_t, int64_t, int lines) {
    return finish(lines == T::width ? load<T>(p) : loadPartial<T>(p, lines));
  }
};

/**
 * Packs `lines` lines of a matrix, `elements` along k of each, into panels of Across lines that lie
 * `panelLength` apart: panel[step][line], zeros beyond the last line. Element k of line l is in[l * lead +
 * k].
 */
template <class T, class Load, int Across>
void packTransposed(const typename T::Element* in, int64_t lead, int64_t lines, int64_t elements,
                    int64_t panelLength, typename T::Element* out) {
  using E = typename T::Element;
  constexpr int width = T::width;
  constexpr int64_t block = width * Load::step;
  for (int64_t first = 0; first < lines; first += Across, out += panelLength) {
    for (int l = 0; l < Across; l += width) {
      const int lanes = Across - l < width ? Across - l : width;
      const int64_t left = lines - first - l;
      const int count = static_cast<int>(left < 0 ? 0 : left < lanes ? left : lanes);
      const E* from = in + (first + l) * lead;
      for (int64_t k = 0; k < elements; k += block) {
        typename T::Vector rows[width];
        const int64_t depth = elements - k;
        if (count == width && depth >= block) {
#pragma GCC unroll 16
          for (int i = 0; i < width; i++) rows[i] = Load::along(from + i * lead + k);
        } else {
#pragma GCC unroll 16
          for (int i = 0; i < width; i++) {
            rows[i] =
                i < count ? Load::along(from + i * lead + k, depth < block ? depth : block) : broadcast<T>(0);
          }
        }
        transpose<T>(rows);
        E* to = out + k / Load::step * Across + l;
        const int64_t steps = (depth + Load::step - 1) / Load::step;
        if (lanes == width && steps >= width) {
#pragma GCC unroll 16
          for (int i = 0; i < width; i++) store<T>(to + i * Across, rows[i]);
        } else {
#pragma GCC unroll 16
          for (int i = 0; i < width; i++) {
            if (i < steps) storePartial(to + i * Across, rows[i], lanes);
          }
        }
      }
    }
  }
}

/** The same where element k of line l is in[k * lead + l]. */
template <class T, class Load, int Across>
void packStraight(const typename T::Element* in, int64_t lead, int64_t lines, int64_t elements,
                  int64_t panelLength, typename T::Element* out) {
  using E = typename T::Element;
  constexpr int width = T::width;
  // Four panels at a time: the runs that are read are longer, and the panels, which begin at the same place
  // of a page, do not drive each other out of L1.
  constexpr int group = 4;
  // Rows may lie a page apart, which the CPU does not foresee.
  const int64_t ahead = 16 * lead;
  for (int64_t first = 0; first < lines; first += group * Across) {
    for (int64_t k = 0; k < elements; k += Load::step) {
      const E* row = in + k * lead + first;
      E* to = out + first / Across * panelLength + k / Load::step * Across;
      const int64_t end = lines - first < group * Across ? lines - first : group * Across;
      for (int64_t p = 0; p < end; p += Across, to += panelLength) {
#pragma GCC unroll 4
        for (int j = 0; j < Across; j += width) {
          const int lanes = Across - j < width ? Across - j : width;
          const int64_t left = end - p - j;
          const int count = static_cast<int>(left < 0 ? 0 : left < lanes ? left : lanes);
          __builtin_prefetch(row + ahead + p + j, kToRead, kIntoL2);
          const typename T::Vector v = Load::across(row + p + j, lead, elements - k, count);
          if (lanes == width) {
            store<T>(to + j, v);
          } else {
            storePartial(to + j, v, lanes);
          }
        }
      }
    }
  }
}

/** Lines of A (Across = rows of a tile) or of B (Across = its columns) into panels. */
template <class T, class Load, int Across>
void packLines(bool transposed, const typename T::Element* in, int64_t lead, int64_t lines, int64_t elements,
               int64_t panelLength, typename T::Element* out) {
  if (transposed) {
    packTransposed<T, Load, Across>(in, lead, lines, elements, panelLength, out);
  } else {
    packStraight<T, Load, Across>(in, lead, lines, elements, panelLength, out);
  }
}
/** How the operands of a product are packed. */
template <class T>
struct Packing {
  template <int Across>
  static void pack(bool transposed, bool rounded, const typename T::Element* in, int64_t lead, int64_t lines,
                   int64_t elements, int64_t panelLength, typename T::Element* out) {
    if constexpr (sizeof(typename T::Element) == 4) {
      if (rounded) {
        return packLines<T, LoadElements<T, true>, Across>(transposed, in, lead, lines, elements, panelLength,
                                                           out);
      }
    }
    packLines<T, LoadElements<T, false>, Across>(transposed, in, lead, lines, elements, panelLength, out);
  }
};

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
