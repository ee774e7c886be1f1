// Packs: several vectors side by side. Functions that are written for a vector take packs as well; each of
// their steps is then done to all vectors before the next step, so that a CPU that looks ahead only so far
// finds work while the results of a step are on their way.

#ifndef HEBB_SIMD_PACK_H_
#define HEBB_SIMD_PACK_H_

#include "simd/vectors.h"

namespace hebb {
namespace {

template <class V, int N>
struct Pack {
  V vectors[N];
};

/** A dtype, N vectors at a time. */
template <class T, int N>
struct Packed {
  using Element = typename T::Element;
  using Vector = Pack<typename T::Vector, N>;
  using Mask = Pack<typename T::Mask, N>;
};

/** Vector i of a pack; a vector alone stands beside each of a pack. */
template <class V, int N>
HEBB_INLINE V vectorOf(const Pack<V, N>& pack, int i) {
  return pack.vectors[i];
}
template <class V>
HEBB_INLINE V vectorOf(V vector, int) {
  return vector;
}

#define HEBB_FOR_EACH(Result, expression)                                             \
  Pack<Result, N> result;                                                             \
  _Pragma("GCC unroll 8") for (int i = 0; i < N; i++) result.vectors[i] = expression; \
  return result;

#define HEBB_OPERATOR(sign)                                               \
  template <class V, int N, class B>                                      \
  HEBB_INLINE Pack<V, N> operator sign(const Pack<V, N>& a, const B& b) { \
    HEBB_FOR_EACH(V, a.vectors[i] sign vectorOf(b, i))                    \
  }                                                                       \
  template <class V, int N>                                               \
  HEBB_INLINE Pack<V, N> operator sign(V a, const Pack<V, N>& b) {        \
    HEBB_FOR_EACH(V, a sign b.vectors[i])                                 \
  }
HEBB_OPERATOR(+)
HEBB_OPERATOR(-)
HEBB_OPERATOR(*)
HEBB_OPERATOR(/)
#undef HEBB_OPERATOR

template <class V, int N>
HEBB_INLINE Pack<V, N> operator<<(const Pack<V, N>& a, int bits) {
  HEBB_FOR_EACH(V, a.vectors[i] << bits)
}
template <class V, int N>
HEBB_INLINE Pack<V, N> operator>>(const Pack<V, N>& a, int bits) {
  HEBB_FOR_EACH(V, a.vectors[i] >> bits)
}
template <class V, int N>
HEBB_INLINE Pack<IntVector, N> toIntegers(const Pack<V, N>& a) {
  HEBB_FOR_EACH(IntVector, toIntegers(a.vectors[i]))
}
template <class To, class V, int N>
HEBB_INLINE To bits(const Pack<V, N>& a) {
  To result;
#pragma GCC unroll 8
  for (int i = 0; i < N; i++) result.vectors[i] = bits<decltype(result.vectors[0] + 0)>(a.vectors[i]);
  return result;
}

#define HEBB_WORD(name)                                          \
  template <class V, int N, class B>                             \
  HEBB_INLINE Pack<V, N> name(const Pack<V, N>& a, const B& b) { \
    HEBB_FOR_EACH(V, name(a.vectors[i], vectorOf(b, i)))         \
  }
HEBB_WORD(atLeast)
HEBB_WORD(atMost)
#if HEBB_HAS_SCALE
HEBB_WORD(scaleByPowerOfTwo)
#endif
#undef HEBB_WORD

#define HEBB_WORD(name)                                                      \
  template <class V, int N, class B, class C>                                \
  HEBB_INLINE Pack<V, N> name(const Pack<V, N>& a, const B& b, const C& c) { \
    HEBB_FOR_EACH(V, name(a.vectors[i], vectorOf(b, i), vectorOf(c, i)))     \
  }
HEBB_WORD(multiplyAdd)
HEBB_WORD(multiplySubtract)
#undef HEBB_WORD
#undef HEBB_FOR_EACH

}  // namespace
}  // namespace hebb

#endif  // HEBB_SIMD_PACK_H_
