// The words on any CPU: 4 float32 lanes (SSE2 on plain x86-64, what the compiler makes of them elsewhere), no
// fused multiply-add: multiplyAdd rounds twice.

#ifndef HEBB_SIMD_BASELINE_H_
#define HEBB_SIMD_BASELINE_H_

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define HEBB_VECTOR_BYTES 16
#define HEBB_HAS_FMA 0
#define HEBB_HAS_SCALE 0
#include "simd/ordered.h"
#include "simd/partial.h"
#include "simd/vectors.h"

namespace hebb {
namespace {

template <class T>
HEBB_INLINE typename T::Vector broadcast(typename T::Element x);
template <>
HEBB_INLINE FloatVector broadcast<Float32>(float x) {
  return FloatVector{x, x, x, x};
}
template <>
HEBB_INLINE DoubleVector broadcast<Float64>(double x) {
  return DoubleVector{x, x};
}
template <>
HEBB_INLINE IntVector broadcast<Int32>(int32_t x) {
  return IntVector{x, x, x, x};
}

/** Writes an aligned vector; where SSE2 is there, past the caches. */
#if defined(__SSE2__)
HEBB_INLINE void streamVector(float* p, FloatVector v) { _mm_stream_ps(p, v); }
HEBB_INLINE void streamVector(double* p, DoubleVector v) { _mm_stream_pd(p, v); }
HEBB_INLINE void streamVector(int32_t* p, IntVector v) {
  _mm_stream_si128(reinterpret_cast<__m128i*>(p), bits<__m128i>(v));
}
HEBB_INLINE void streamFence() { _mm_sfence(); }
#else
template <class Element, class Vector>
HEBB_INLINE void streamVector(Element* p, Vector v) {
  __builtin_memcpy(p, &v, sizeof v);
}
HEBB_INLINE void streamFence() {}
#endif

HEBB_INLINE FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector c) { return a * b + c; }
HEBB_INLINE DoubleVector multiplyAdd(DoubleVector a, DoubleVector b, DoubleVector c) { return a * b + c; }

HEBB_INLINE FloatVector multiplySubtract(FloatVector a, FloatVector b, FloatVector c) { return a * b - c; }

/** Integers that are floats already; NaN: 0. */
HEBB_INLINE IntVector toIntegers(FloatVector a) {
  return __builtin_convertvector(a == a ? a : FloatVector{}, IntVector);
}

// x, but no less (no more) than a bound; NaN stays NaN.
template <class Vector>
HEBB_INLINE Vector atLeast(Vector x, Vector bound) {
  return x < bound ? bound : x;
}
template <class Vector>
HEBB_INLINE Vector atMost(Vector x, Vector bound) {
  return x > bound ? bound : x;
}

HEBB_INLINE FloatVector squareRoot(FloatVector a) {
  for (int l = 0; l < 4; l++) a[l] = __builtin_sqrtf(a[l]);
  return a;
}
HEBB_INLINE DoubleVector squareRoot(DoubleVector a) {
  for (int l = 0; l < 2; l++) a[l] = __builtin_sqrt(a[l]);
  return a;
}

// To the nearest integer, halves to even, by adding and taking away 2^23 (2^52), where the step between
// floats is 1. Larger numbers are integers already; the sign of zeros is kept.
template <class T>
HEBB_INLINE typename T::Vector roundByShift(typename T::Vector a, typename T::Element shift) {
  using Mask = typename T::Mask;
  const Mask sign = bits<Mask>(a) & bits<Mask>(broadcast<T>(-0.0f));
  const typename T::Vector magnitude = bits<typename T::Vector>(bits<Mask>(a) ^ sign);
  const typename T::Vector big = broadcast<T>(shift);
  const typename T::Vector rounded = (magnitude + big) - big;
  const typename T::Vector result = magnitude < big ? rounded : magnitude;  // NaN stays
  return bits<typename T::Vector>(bits<Mask>(result) | sign);
}
template <class T>
HEBB_INLINE typename T::Vector withSignOf(typename T::Vector value, typename T::Vector sign) {
  using Mask = typename T::Mask;
  const Mask signBit = bits<Mask>(broadcast<T>(-0.0f));
  return bits<typename T::Vector>((bits<Mask>(value) & ~signBit) | (bits<Mask>(sign) & signBit));
}
template <class T>
HEBB_INLINE typename T::Vector downFrom(typename T::Vector a, typename T::Vector nearest) {
  const typename T::Vector one = broadcast<T>(1);
  const typename T::Vector lower = nearest > a ? nearest - one : nearest;
  return withSignOf<T>(lower, a);
}
template <class T>
HEBB_INLINE typename T::Vector upFrom(typename T::Vector a, typename T::Vector nearest) {
  const typename T::Vector one = broadcast<T>(1);
  const typename T::Vector upper = nearest < a ? nearest + one : nearest;
  return withSignOf<T>(upper, a);
}

HEBB_INLINE FloatVector roundToEven(FloatVector a) { return roundByShift<Float32>(a, 0x1p23f); }
HEBB_INLINE DoubleVector roundToEven(DoubleVector a) { return roundByShift<Float64>(a, 0x1p52); }
HEBB_INLINE FloatVector roundDown(FloatVector a) { return downFrom<Float32>(a, roundToEven(a)); }
HEBB_INLINE DoubleVector roundDown(DoubleVector a) { return downFrom<Float64>(a, roundToEven(a)); }
HEBB_INLINE FloatVector roundUp(FloatVector a) { return upFrom<Float32>(a, roundToEven(a)); }
HEBB_INLINE DoubleVector roundUp(DoubleVector a) { return upFrom<Float64>(a, roundToEven(a)); }
HEBB_INLINE FloatVector roundToZero(FloatVector a) { return a < 0 ? roundUp(a) : roundDown(a); }
HEBB_INLINE DoubleVector roundToZero(DoubleVector a) { return a < 0 ? roundUp(a) : roundDown(a); }

}  // namespace
}  // namespace hebb

#endif  // HEBB_SIMD_BASELINE_H_
