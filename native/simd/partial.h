// Parts of 16-byte vectors where the instruction set has no masks: lane by lane. The branches go the same way
// all along a row or a gemm tile, so they are predicted.

#ifndef HEBB_SIMD_PARTIAL_H_
#define HEBB_SIMD_PARTIAL_H_

#include "simd/vectors.h"

namespace hebb {
namespace {

static_assert(HEBB_VECTOR_BYTES == 16, "four lanes at most");

/** The first `n` (0 .. width) elements, zeros in the other lanes; nothing beyond them is touched. */
template <class T>
HEBB_INLINE typename T::Vector loadPartial(const typename T::Element* p, int n) {
  if (n == T::width) return load<T>(p);
  typename T::Vector v{};
  if (n > 0) v[0] = p[0];
  if constexpr (T::width > 2) {
    if (n > 1) v[1] = p[1];
    if (n > 2) v[2] = p[2];
  }
  return v;
}

/** Writes the first `n` lanes and nothing else. */
template <class Vector, class Element>
HEBB_INLINE void storePartial(Element* p, Vector v, int n) {
  constexpr int width = HEBB_VECTOR_BYTES / static_cast<int>(sizeof(Element));
  if (n == width) {
    __builtin_memcpy(p, &v, sizeof v);
    return;
  }
  if (n > 0) p[0] = v[0];
  if constexpr (width > 2) {
    if (n > 1) p[1] = v[1];
    if (n > 2) p[2] = v[2];
  }
}

}  // namespace
}  // namespace hebb

#endif  // HEBB_SIMD_PARTIAL_H_
