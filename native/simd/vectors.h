// The words that kernels are written in, as far as they are the same on every instruction set: vectors as the
// compilers' vector extension (GCC, Clang), with + - * / comparisons, shifts and `mask ? a : b` built in. One
// of avx512.h, avx2.h, neon.h or baseline.h includes it, sets HEBB_VECTOR_BYTES and adds what the extension
// lacks. Everything here has internal linkage: an inline function shared between instruction sets could be
// linked for the wrong one.

#ifndef HEBB_SIMD_VECTORS_H_
#define HEBB_SIMD_VECTORS_H_

#include <stdint.h>
#include <string.h>

#ifndef HEBB_VECTOR_BYTES
#error "include simd/avx512.h, simd/avx2.h, simd/neon.h or simd/baseline.h"
#endif

namespace hebb {
namespace {

typedef float FloatVector __attribute__((vector_size(HEBB_VECTOR_BYTES)));
typedef double DoubleVector __attribute__((vector_size(HEBB_VECTOR_BYTES)));
typedef int32_t IntVector __attribute__((vector_size(HEBB_VECTOR_BYTES)));
typedef int64_t LongVector __attribute__((vector_size(HEBB_VECTOR_BYTES)));

/** What a kernel template needs to know of a dtype. A mask is a vector of -1 and 0, as wide as the elements.
 */
struct Float32 {
  using Element = float;
  using Vector = FloatVector;
  using Mask = IntVector;
  using MaskElement = int32_t;
  static constexpr int width = HEBB_VECTOR_BYTES / 4;
};
struct Float64 {
  using Element = double;
  using Vector = DoubleVector;
  using Mask = LongVector;
  using MaskElement = int64_t;
  static constexpr int width = HEBB_VECTOR_BYTES / 8;
};
struct Int32 {
  using Element = int32_t;
  using Vector = IntVector;
  using Mask = IntVector;
  using MaskElement = int32_t;
  static constexpr int width = HEBB_VECTOR_BYTES / 4;
};

#define HEBB_INLINE inline __attribute__((always_inline))
#if defined(__clang__)
#define HEBB_OUTLINE __attribute__((noinline))
#else
#define HEBB_OUTLINE __attribute__((noinline, noclone))
#endif

template <class T>
HEBB_INLINE typename T::Vector load(const typename T::Element* p) {
  typename T::Vector v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <class T>
HEBB_INLINE void store(typename T::Element* p, typename T::Vector v) {
  __builtin_memcpy(p, &v, sizeof v);
}

/**
 * A number in all lanes of a vector in memory. A load of a whole vector takes no arithmetic unit; a broadcast
 * from memory takes Zen 4 half a cycle of units that multiply and add, for which exp and its kin wait.
 */
template <class T>
struct alignas(HEBB_VECTOR_BYTES) Whole {
  typename T::Element lanes[T::width];
  constexpr Whole(typename T::Element x) : lanes() {
    for (typename T::Element& lane : lanes) lane = x;
  }
};
/** For members: neither const nor invisible to others, as compilers make broadcasts of numbers they know. */
#define HEBB_WHOLE __attribute__((used)) static inline

template <class T>
HEBB_INLINE typename T::Vector whole(const Whole<T>& number) {
  return load<T>(number.lanes);
}

/** Reinterprets the bits of a vector. */
template <class To, class From>
HEBB_INLINE To bits(From v) {
  static_assert(sizeof(To) == sizeof(From), "vectors of the same size");
  return reinterpret_cast<To>(v);
}

template <class T>
HEBB_INLINE typename T::Mask bitsOf(const Whole<T>& number) {
  return bits<typename T::Mask>(whole(number));
}

}  // namespace
}  // namespace hebb

#endif  // HEBB_SIMD_VECTORS_H_
