// The words on AVX-512 (F, BW, DQ, VL): 16 float32 lanes, masks for tails.

#ifndef HEBB_SIMD_AVX512_H_
#define HEBB_SIMD_AVX512_H_

#include <immintrin.h>

#define HEBB_VECTOR_BYTES 64
#define HEBB_HAS_FMA 1
#define HEBB_HAS_SCALE 1
#include "simd/vectors.h"

namespace hebb {
namespace {

template <class T>
HEBB_INLINE typename T::Vector broadcast(typename T::Element x);
template <>
HEBB_INLINE FloatVector broadcast<Float32>(float x) {
  return _mm512_set1_ps(x);
}
template <>
HEBB_INLINE DoubleVector broadcast<Float64>(double x) {
  return _mm512_set1_pd(x);
}
template <>
HEBB_INLINE IntVector broadcast<Int32>(int32_t x) {
  return bits<IntVector>(_mm512_set1_epi32(x));
}

/** The first `n` (0 .. width) elements, zeros in the other lanes; nothing beyond them is touched. */
template <class T>
HEBB_INLINE typename T::Vector loadPartial(const typename T::Element* p, int n);
template <>
HEBB_INLINE FloatVector loadPartial<Float32>(const float* p, int n) {
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p);
}
template <>
HEBB_INLINE DoubleVector loadPartial<Float64>(const double* p, int n) {
  return _mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << n) - 1), p);
}
template <>
HEBB_INLINE IntVector loadPartial<Int32>(const int32_t* p, int n) {
  return bits<IntVector>(_mm512_maskz_loadu_epi32(static_cast<__mmask16>((1u << n) - 1), p));
}

/** Writes the first `n` lanes and nothing else. */
HEBB_INLINE void storePartial(float* p, FloatVector v, int n) {
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), v);
}
HEBB_INLINE void storePartial(double* p, DoubleVector v, int n) {
  _mm512_mask_storeu_pd(p, static_cast<__mmask8>((1u << n) - 1), v);
}
HEBB_INLINE void storePartial(int32_t* p, IntVector v, int n) {
  _mm512_mask_storeu_epi32(p, static_cast<__mmask16>((1u << n) - 1), bits<__m512i>(v));
}

/** Writes an aligned vector past the caches. */
HEBB_INLINE void streamVector(float* p, FloatVector v) { _mm512_stream_ps(p, v); }
HEBB_INLINE void streamVector(double* p, DoubleVector v) { _mm512_stream_pd(p, v); }
HEBB_INLINE void streamVector(int32_t* p, IntVector v) {
  _mm512_stream_si512(reinterpret_cast<__m512i*>(p), bits<__m512i>(v));
}
/** Orders streamed writes before those that follow. */
HEBB_INLINE void streamFence() { _mm_sfence(); }

/** a * b + c with one rounding. */
HEBB_INLINE FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector c) {
  return _mm512_fmadd_ps(a, b, c);
}
HEBB_INLINE DoubleVector multiplyAdd(DoubleVector a, DoubleVector b, DoubleVector c) {
  return _mm512_fmadd_pd(a, b, c);
}

/** Integers that are floats already; NaN: the least of all. */
HEBB_INLINE IntVector toIntegers(FloatVector a) { return bits<IntVector>(_mm512_cvtps_epi32(a)); }

/** a * b - c with one rounding. */
HEBB_INLINE FloatVector multiplySubtract(FloatVector a, FloatVector b, FloatVector c) {
  return _mm512_fmsub_ps(a, b, c);
}

// x, but no less (no more) than a bound; NaN stays NaN: of unordered operands the CPU takes the second.
HEBB_INLINE FloatVector atLeast(FloatVector x, FloatVector bound) { return _mm512_max_ps(bound, x); }
HEBB_INLINE DoubleVector atLeast(DoubleVector x, DoubleVector bound) { return _mm512_max_pd(bound, x); }
HEBB_INLINE FloatVector atMost(FloatVector x, FloatVector bound) { return _mm512_min_ps(bound, x); }
HEBB_INLINE DoubleVector atMost(DoubleVector x, DoubleVector bound) { return _mm512_min_pd(bound, x); }

/** v 2^n for integers n, rounded once. */
HEBB_INLINE FloatVector scaleByPowerOfTwo(FloatVector v, FloatVector n) { return _mm512_scalef_ps(v, n); }
HEBB_INLINE DoubleVector scaleByPowerOfTwo(DoubleVector v, DoubleVector n) { return _mm512_scalef_pd(v, n); }

HEBB_INLINE FloatVector squareRoot(FloatVector a) { return _mm512_sqrt_ps(a); }
HEBB_INLINE DoubleVector squareRoot(DoubleVector a) { return _mm512_sqrt_pd(a); }

#define HEBB_ROUND(name, mode)                                                          \
  HEBB_INLINE FloatVector name(FloatVector a) { return _mm512_roundscale_ps(a, mode); } \
  HEBB_INLINE DoubleVector name(DoubleVector a) { return _mm512_roundscale_pd(a, mode); }
HEBB_ROUND(roundDown, 9)
HEBB_ROUND(roundUp, 10)
HEBB_ROUND(roundToZero, 11)
HEBB_ROUND(roundToEven, 8)
#undef HEBB_ROUND

// vrange orders -0 below +0 but prefers a number to NaN, hence the masked sum.
HEBB_INLINE FloatVector maximum(FloatVector a, FloatVector b) {
  return _mm512_mask_add_ps(_mm512_range_ps(a, b, 5), _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q), a, b);
}
HEBB_INLINE FloatVector minimum(FloatVector a, FloatVector b) {
  return _mm512_mask_add_ps(_mm512_range_ps(a, b, 4), _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q), a, b);
}
HEBB_INLINE DoubleVector maximum(DoubleVector a, DoubleVector b) {
  return _mm512_mask_add_pd(_mm512_range_pd(a, b, 5), _mm512_cmp_pd_mask(a, b, _CMP_UNORD_Q), a, b);
}
HEBB_INLINE DoubleVector minimum(DoubleVector a, DoubleVector b) {
  return _mm512_mask_add_pd(_mm512_range_pd(a, b, 4), _mm512_cmp_pd_mask(a, b, _CMP_UNORD_Q), a, b);
}

}  // namespace
}  // namespace hebb

#endif  // HEBB_SIMD_AVX512_H_
