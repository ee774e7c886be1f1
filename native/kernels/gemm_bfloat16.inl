// The words of gemm for products of bfloat16 pairs (vdpbf16ps, AVX512_BF16): a step along k multiplies two
// elements of a row by two of a column and adds both products to a float32 sum, twice as fast as
// multiply-adds of float32. Operands are rounded to the nearest bfloat16, halves to even, as they are packed;
// an element of a panel is a pair in the place of a float. The CPU takes subnormal numbers for zeros here.

namespace hebb {
namespace {

/** A pair of bfloat16 numbers, the first in the lower half, in what stands for
 * a float. */
struct Bfloat16Pairs : Float32 {};

template <>
HEBB_INLINE FloatVector broadcast<Bfloat16Pairs>(float x) {
  return broadcast<Float32>(x);
}
template <>
HEBB_INLINE FloatVector loadPartial<Bfloat16Pairs>(const float* p, int n) {
  return loadPartial<Float32>(p, n);
}

template <>
struct StepOf<Bfloat16Pairs> {
  using Outputs = Float32;
  static constexpr int step = 2;
  static HEBB_INLINE FloatVector multiply(FloatVector a, FloatVector b, FloatVector sum) {
    return _mm512_dpbf16_ps(sum, bits<__m512bh>(a), bits<__m512bh>(b));
  }
};

struct LoadPairs {
  static constexpr int step = 2;
  static HEBB_INLINE FloatVector along(const float* p) {
    return bits<FloatVector>(_mm512_cvtne2ps_pbh(load<Float32>(p + 16), load<Float32>(p)));
  }
  static HEBB_INLINE FloatVector along(const float* p, int64_t elements) {
    const int low = static_cast<int>(elements < 16 ? elements : 16);
    const FloatVector high =
        elements > 16 ? loadPartial<Float32>(p + 16, static_cast<int>(elements) - 16) : broadcast<Float32>(0);
    return bits<FloatVector>(_mm512_cvtne2ps_pbh(high, loadPartial<Float32>(p, low)));
  }
  /** A pair for each of `lines` lines; the second element is 0 where only one is left along k. */
  static HEBB_INLINE FloatVector across(const float* p, int64_t lead, int64_t left, int lines) {
    const FloatVector first = loadPartial<Float32>(p, lines);
    const FloatVector second = left > 1 ? loadPartial<Float32>(p + lead, lines) : broadcast<Float32>(0);
    // The first elements are the low 16 words, the second ones the high: one permutation makes pairs of them.
    const __m512i both = bits<__m512i>(_mm512_cvtne2ps_pbh(second, first));
    const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23,
                                           7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return bits<FloatVector>(_mm512_permutexvar_epi16(order, both));
  }
};

template <>
struct Packing<Bfloat16Pairs> {
  template <int Across>
  static void pack(bool transposed, bool, const float* in, int64_t lead, int64_t lines, int64_t elements,
                   int64_t panelLength, float* out) {
    packLines<Bfloat16Pairs, LoadPairs, Across>(transposed, in, lead, lines, elements, panelLength, out);
  }
};

}  // namespace
}  // namespace hebb
