// The words on arm64 (Advanced SIMD, which every arm64 CPU has): 4 float32 lanes, fused multiply-add. Results
// are those of AVX2 and AVX-512 to the bit, but for what a NaN carries.

#ifndef HEBB_SIMD_NEON_H_
#define HEBB_SIMD_NEON_H_

#include <arm_neon.h>

#define HEBB_VECTOR_BYTES 16
#define HEBB_HAS_FMA 1
#define HEBB_HAS_SCALE 0
#include "simd/partial.h"
#include "simd/vectors.h"

namespace hebb {
namespace {

// The intrinsics' types are not the compiler's vectors of the same lanes: from one to the other by their
// bits.
HEBB_INLINE float32x4_t floats(FloatVector v) { return bits<float32x4_t>(v); }
HEBB_INLINE float64x2_t doubles(DoubleVector v) { return bits<float64x2_t>(v); }

template <class T>
HEBB_INLINE typename T::Vector broadcast(typename T::Element x);
template <>
HEBB_INLINE FloatVector broadcast<Float32>(float x) {
  return bits<FloatVector>(vdupq_n_f32(x));
}
template <>
HEBB_INLINE DoubleVector broadcast<Float64>(double x) {
  return bits<DoubleVector>(vdupq_n_f64(x));
}
template <>
HEBB_INLINE IntVector broadcast<Int32>(int32_t x) {
  return bits<IntVector>(vdupq_n_s32(x));
}

/** Writes an aligned vector; no intrinsic goes past the caches, so this is an ordinary store. */
template <class Element, class Vector>
HEBB_INLINE void streamVector(Element* p, Vector v) {
  __builtin_memcpy(p, &v, sizeof v);
}
HEBB_INLINE void streamFence() {}

/** a * b + c with one rounding. */
HEBB_INLINE FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector c) {
  return bits<FloatVector>(vfmaq_f32(floats(c), floats(a), floats(b)));
}
HEBB_INLINE DoubleVector multiplyAdd(DoubleVector a, DoubleVector b, DoubleVector c) {
  return bits<DoubleVector>(vfmaq_f64(doubles(c), doubles(a), doubles(b)));
}
/** Integers that are floats already; NaN: 0. */
HEBB_INLINE IntVector toIntegers(FloatVector a) { return bits<IntVector>(vcvtq_s32_f32(floats(a))); }

/** a * b - c with one rounding. */
HEBB_INLINE FloatVector multiplySubtract(FloatVector a, FloatVector b, FloatVector c) {
  return multiplyAdd(a, b, -c);
}

#define HEBB_UNARY(name, word)                                                                     \
  HEBB_INLINE FloatVector name(FloatVector a) { return bits<FloatVector>(word##_f32(floats(a))); } \
  HEBB_INLINE DoubleVector name(DoubleVector a) { return bits<DoubleVector>(word##_f64(doubles(a))); }
#define HEBB_BINARY(name, word)                                    \
  HEBB_INLINE FloatVector name(FloatVector a, FloatVector b) {     \
    return bits<FloatVector>(word##_f32(floats(a), floats(b)));    \
  }                                                                \
  HEBB_INLINE DoubleVector name(DoubleVector a, DoubleVector b) {  \
    return bits<DoubleVector>(word##_f64(doubles(a), doubles(b))); \
  }

// FMAX and FMIN are what the contract wants: NaN if either operand is, -0 below +0.
HEBB_BINARY(maximum, vmaxq)
HEBB_BINARY(minimum, vminq)
// x, but no less (no more) than a bound other than 0; NaN stays NaN.
HEBB_BINARY(atLeast, vmaxq)
HEBB_BINARY(atMost, vminq)

HEBB_UNARY(squareRoot, vsqrtq)

HEBB_UNARY(roundDown, vrndmq)
HEBB_UNARY(roundUp, vrndpq)
HEBB_UNARY(roundToZero, vrndq)
HEBB_UNARY(roundToEven, vrndnq)
#undef HEBB_UNARY
#undef HEBB_BINARY

}  // namespace
}  // namespace hebb

#endif  // HEBB_SIMD_NEON_H_
