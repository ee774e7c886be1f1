// The words on AVX2 with FMA: 8 float32 lanes.

#ifndef HEBB_SIMD_AVX2_H_
#define HEBB_SIMD_AVX2_H_

#include <immintrin.h>

#define HEBB_VECTOR_BYTES 32
#define HEBB_HAS_FMA 1
#define HEBB_HAS_SCALE 0
#include "simd/ordered.h"
#include "simd/vectors.h"

namespace hebb {
namespace {

template <class T>
HEBB_INLINE typename T::Vector broadcast(typename T::Element x);
template <>
HEBB_INLINE FloatVector broadcast<Float32>(float x) {
  return _mm256_set1_ps(x);
}
template <>
HEBB_INLINE DoubleVector broadcast<Float64>(double x) {
  return _mm256_set1_pd(x);
}
template <>
HEBB_INLINE IntVector broadcast<Int32>(int32_t x) {
  return bits<IntVector>(_mm256_set1_epi32(x));
}

// Eight or four all-ones, then zeros: the mask for n elements starts n before the middle.
alignas(32) constexpr int32_t kTailMask32[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
alignas(32) constexpr int64_t kTailMask64[8] = {-1, -1, -1, -1, 0, 0, 0, 0};
HEBB_INLINE __m256i tailMask32(int n) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kTailMask32 + 8 - n));
}
HEBB_INLINE __m256i tailMask64(int n) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kTailMask64 + 4 - n));
}

/** The first `n` (0 .. width) elements, zeros in the other lanes; nothing beyond them is touched. */
template <class T>
HEBB_INLINE typename T::Vector loadPartial(const typename T::Element* p, int n);
template <>
HEBB_INLINE FloatVector loadPartial<Float32>(const float* p, int n) {
  return _mm256_maskload_ps(p, tailMask32(n));
}
template <>
HEBB_INLINE DoubleVector loadPartial<Float64>(const double* p, int n) {
  return _mm256_maskload_pd(p, tailMask64(n));
}
template <>
HEBB_INLINE IntVector loadPartial<Int32>(const int32_t* p, int n) {
  return bits<IntVector>(_mm256_maskload_epi32(p, tailMask32(n)));
}

/** Writes the first `n` lanes and nothing else. */
HEBB_INLINE void storePartial(float* p, FloatVector v, int n) { _mm256_maskstore_ps(p, tailMask32(n), v); }
HEBB_INLINE void storePartial(double* p, DoubleVector v, int n) { _mm256_maskstore_pd(p, tailMask64(n), v); }
HEBB_INLINE void storePartial(int32_t* p, IntVector v, int n) {
  _mm256_maskstore_epi32(p, tailMask32(n), bits<__m256i>(v));
}

/** Writes an aligned vector past the caches. */
HEBB_INLINE void streamVector(float* p, FloatVector v) { _mm256_stream_ps(p, v); }
HEBB_INLINE void streamVector(double* p, DoubleVector v) { _mm256_stream_pd(p, v); }
HEBB_INLINE void streamVector(int32_t* p, IntVector v) {
  _mm256_stream_si256(reinterpret_cast<__m256i*>(p), bits<__m256i>(v));
}
/** Orders streamed writes before those that follow. */
HEBB_INLINE void streamFence() { _mm_sfence(); }

/** a * b + c with one rounding. */
HEBB_INLINE FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector c) {
  return _mm256_fmadd_ps(a, b, c);
}
HEBB_INLINE DoubleVector multiplyAdd(DoubleVector a, DoubleVector b, DoubleVector c) {
  return _mm256_fmadd_pd(a, b, c);
}

/** Integers that are floats already; NaN: the least of all. */
HEBB_INLINE IntVector toIntegers(FloatVector a) { return bits<IntVector>(_mm256_cvtps_epi32(a)); }

/** a * b - c with one rounding. */
HEBB_INLINE FloatVector multiplySubtract(FloatVector a, FloatVector b, FloatVector c) {
  return _mm256_fmsub_ps(a, b, c);
}

// x, but no less (no more) than a bound; NaN stays NaN: of unordered operands the CPU takes the second.
HEBB_INLINE FloatVector atLeast(FloatVector x, FloatVector bound) { return _mm256_max_ps(bound, x); }
HEBB_INLINE DoubleVector atLeast(DoubleVector x, DoubleVector bound) { return _mm256_max_pd(bound, x); }
HEBB_INLINE FloatVector atMost(FloatVector x, FloatVector bound) { return _mm256_min_ps(bound, x); }
HEBB_INLINE DoubleVector atMost(DoubleVector x, DoubleVector bound) { return _mm256_min_pd(bound, x); }

HEBB_INLINE FloatVector squareRoot(FloatVector a) { return _mm256_sqrt_ps(a); }
HEBB_INLINE DoubleVector squareRoot(DoubleVector a) { return _mm256_sqrt_pd(a); }

#define HEBB_ROUND(name, mode)                                                     \
  HEBB_INLINE FloatVector name(FloatVector a) { return _mm256_round_ps(a, mode); } \
  HEBB_INLINE DoubleVector name(DoubleVector a) { return _mm256_round_pd(a, mode); }
HEBB_ROUND(roundDown, 9)
HEBB_ROUND(roundUp, 10)
HEBB_ROUND(roundToZero, 11)
HEBB_ROUND(roundToEven, 8)
#undef HEBB_ROUND

}  // namespace
}  // namespace hebb

#endif  // HEBB_SIMD_AVX2_H_
