// exp, log, tanh and their kin on vectors, float32 and float64: range reduction and a polynomial (minimax,
// fitted for this file) in the same order of operations on every instruction set, so that those with fused
// multiply-add agree to the bit. Error bounds are those of src/contract/micro-operations.ts. No arithmetic
// depends on a value's position.

#include "simd/pack.h"

namespace hebb {
namespace {

/** 2^n from the integer n, for n within the exponents of normal numbers. */
HEBB_INLINE FloatVector powerOfTwo(IntVector n) { return bits<FloatVector>((n + 127) << 23); }
HEBB_INLINE DoubleVector powerOfTwo(LongVector n) { return bits<DoubleVector>((n + 1023) << 52); }

template <class V, int N>
HEBB_INLINE auto powerOfTwo(const Pack<V, N>& n) {
  Pack<decltype(powerOfTwo(n.vectors[0])), N> result;
#pragma GCC unroll 8
  for (int i = 0; i < N; i++) result.vectors[i] = powerOfTwo(n.vectors[i]);
  return result;
}

template <class T>
HEBB_INLINE typename T::Vector absolute(typename T::Vector a) {
  return bits<typename T::Vector>(bits<typename T::Mask>(a) & ~bits<typename T::Mask>(broadcast<T>(-0.0f)));
}
template <class T>
HEBB_INLINE typename T::Vector copySign(typename T::Vector magnitude, typename T::Vector sign) {
  const auto bit = bits<typename T::Mask>(broadcast<T>(-0.0f));
  return bits<typename T::Vector>((bits<typename T::Mask>(magnitude) & ~bit) |
                                  (bits<typename T::Mask>(sign) & bit));
}

/** c[0] x^(N-1) + ... + c[N-1] */
template <class T, int N>
HEBB_INLINE typename T::Vector polynomial(typename T::Vector x, const typename T::Element (&c)[N]) {
  typename T::Vector sum = broadcast<T>(c[0]);
#pragma GCC unroll 16
  for (int i = 1; i < N; i++) sum = multiplyAdd(sum, x, broadcast<T>(c[i]));
  return sum;
}

/** The same; the sum starts with the first product, which makes a pack of vectors if x is one. */
template <class T, class C, int N>
HEBB_INLINE typename T::Vector polynomial(typename T::Vector x, const Whole<C> (&c)[N]) {
  auto sum = multiplyAdd(x, whole(c[0]), whole(c[1]));
#pragma GCC unroll 16
  for (int i = 2; i < N; i++) sum = multiplyAdd(sum, x, whole(c[i]));
  return sum;
}

template <class T>
struct MathConstants;
template <class T, int N>
struct MathConstants<Packed<T, N>> : MathConstants<T> {};

template <>
struct MathConstants<Float32> {
  // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer, whose bits then stand in the low
  // mantissa.
  HEBB_WHOLE Whole<Float32> kRound = 0x1.8p23f;
  // log 2 in two parts; n * high is exact for |n| < 2^15.
  HEBB_WHOLE Whole<Float32> kLog2High = 0x1.63p-1f, kLog2Low = -0x1.bd0106p-13f;
  HEBB_WHOLE Whole<Float32> kMinusLog2High = -0x1.63p-1f, kMinusLog2Low = 0x1.bd0106p-13f;
  HEBB_WHOLE Whole<Float32> kInverseLog2 = 0x1.715476p+0f;
  // Beyond these e^x is infinite, or 0, without anyone having to look; below the last one e^x - 1 is -1.
  HEBB_WHOLE Whole<Float32> kExpHighest = 89.0f, kExpLowest = -104.0f, kExpm1Lowest = -18.0f;
  HEBB_WHOLE Whole<Float32> kExpm1Highest = 88.72284f;
  // (e^r - 1 - r) / r^2 for |r| <= log(2) / 2, relative error 1.5e-9
  HEBB_WHOLE Whole<Float32> kExp[6] = {0.000199089089f, 0.00139345438f, 0.00833328441f,
                                       0.0416664556f,   0.166666672f,   0.5f};
  // e^r with fused multiply-add, as few as stay within 2 ULP: a multiply-add is what exp waits for
  HEBB_WHOLE Whole<Float32> kShortExp[6] = {0.00825106f, 0.041899078f, 0.16668342f,
                                            0.4999914f,  0.9999994f,   1.0f};
  // sigmoid is 1 from the first on; 2^-30 e^104 is far from overflowing. 2^-30 e^-r is kShortExp in -r.
  HEBB_WHOLE Whole<Float32> kSigmoidHighest = 30.0f, kSigmoidUnit = 0x1p-30f;
  HEBB_WHOLE Whole<Float32> kSigmoid[6] = {-0x1p-30f * 0.00825106f, 0x1p-30f * 0.041899078f,
                                           -0x1p-30f * 0.16668342f, 0x1p-30f * 0.4999914f,
                                           -0x1p-30f * 0.9999994f,  0x1p-30f};
  // n 2^23 is rounded instead of n
  HEBB_WHOLE Whole<Float32> kSigmoidRound = 0x1.8p46f, kSigmoidInverseLog2 = -0x1.715476p+23f;
  HEBB_WHOLE Whole<Float32> kSigmoidLog2High = 0x1.63p-24f, kSigmoidLog2Low = -0x1.bd0106p-36f;
  // tanh is 1 from 9.02 on
  HEBB_WHOLE Whole<Float32> kTanhLowest = -9.1f, kTanhHighest = 9.1f;
  HEBB_WHOLE Whole<Float32> kTwoInverseLog2 = 0x1.715476p+1f, kMinusLog2 = -0x1.62e43p-1f;
  // (1 - e^-r - r) / r^2 for |r| <= log(2) / 2, relative error of 1 - e^-r 1.4e-8
  HEBB_WHOLE Whole<Float32> kTanh[5] = {-0.00138825108f, 0.00836658105f, -0.0416672006f, 0.166665435f,
                                        -0.49999997f};
  HEBB_WHOLE Whole<Float32> kOne = 1.0f, kTwo = 2.0f, kMinusOne = -1.0f;
  // (log(1 + f) - f + f^2 / 2) / f^3 for 1 + f in sqrt(1/2) .. sqrt(2), absolute error of f^2 times it 1e-9
  HEBB_WHOLE Whole<Float32> kLog[9] = {0.0692780763f, -0.116938196f, 0.118127503f,
                                       -0.12398605f,  0.142299816f,  -0.166686833f,
                                       0.200015366f,  -0.249999911f, 0.333333224f};
  static constexpr int kMantissaBits = 23;
  static constexpr int32_t kBias = 127, kSqrtHalf = 0x3f3504f3;
  HEBB_WHOLE Whole<Float32> kSmallestNormal = 0x1p-126f, kSubnormalScale = 0x1p24f,
                            kInfinity = __builtin_inff();
  static constexpr int32_t kSubnormalShift = 24;
};

template <>
struct MathConstants<Float64> {
  HEBB_WHOLE Whole<Float64> kRound = 0x1.8p52;
  HEBB_WHOLE Whole<Float64> kLog2High = 0x1.62e42feep-1, kLog2Low = 0x1.a39ef35793c76p-33;
  HEBB_WHOLE Whole<Float64> kMinusLog2High = -0x1.62e42feep-1, kMinusLog2Low = -0x1.a39ef35793c76p-33;
  HEBB_WHOLE Whole<Float64> kInverseLog2 = 0x1.71547652b82fep+0;
  HEBB_WHOLE Whole<Float64> kExpHighest = 710.0, kExpLowest = -746.0, kExpm1Lowest = -40.0;
  HEBB_WHOLE Whole<Float64> kExpm1Highest = 709.782712893384;
  HEBB_WHOLE Whole<Float64> kSigmoidHighest = 45.0, kSigmoidUnit = 0x1p-60;
  HEBB_WHOLE Whole<Float64> kOne = 1.0;
  // relative error 1.5e-18
  HEBB_WHOLE Whole<Float64> kExp[11] = {2.092247886241528e-09,
                                        2.51062753426838e-08,
                                        2.755725025511418e-07,
                                        2.7557252831830977e-06,
                                        2.480158735011779e-05,
                                        0.00019841269876865914,
                                        0.0013888888888873214,
                                        0.008333333333325544,
                                        0.041666666666666685,
                                        0.1666666666666667,
                                        0.5};
  // (log((1 + s) / (1 - s)) - 2 s) / s^3 in s^2, absolute error 2e-18
  HEBB_WHOLE Whole<Float64> kLog[8] = {0.13090630970762857, 0.13268380910052255, 0.15386254751587145,
                                       0.18181795354731484, 0.22222222394482558, 0.28571428570790874,
                                       0.400000000000009,   0.6666666666666666};
  static constexpr int kMantissaBits = 52;
  static constexpr int64_t kBias = 1023, kSqrtHalf = 0x3fe6a09e667f3bcd;
  HEBB_WHOLE Whole<Float64> kSmallestNormal = 0x1p-1022, kSubnormalScale = 0x1p54,
                            kInfinity = __builtin_inf();
  static constexpr int64_t kSubnormalShift = 54;
};

/** x = n log 2 + r, |r| <= log(2) / 2; x must be within the range of exp. */
template <class T>
struct ExpReduction {
  typename T::Vector r, n;
  typename T::Mask bitsOfN;  // n as an integer
};
template <class T>
HEBB_INLINE ExpReduction<T> reduceExp(typename T::Vector x) {
  using C = MathConstants<T>;
  const auto magic = whole(C::kRound);
  const auto shifted = multiplyAdd(x, whole(C::kInverseLog2), magic);
  const auto n = shifted - magic;
  auto r = multiplyAdd(n, whole(C::kMinusLog2High), x);
  r = multiplyAdd(n, whole(C::kMinusLog2Low), r);
  return {r, n, bits<typename T::Mask>(shifted) - bitsOf(C::kRound)};
}

/** e^r for |r| <= log(2) / 2 */
template <class T>
HEBB_INLINE typename T::Vector exponentialNearZero(typename T::Vector r) {
  using C = MathConstants<T>;
#if HEBB_HAS_FMA
  if constexpr (sizeof(typename T::Element) == 4) return polynomial<T>(r, C::kShortExp);
#endif
  return multiplyAdd(r * r, polynomial<T>(r, C::kExp), r) + whole(C::kOne);
}

/** p 2^n, rounded once; n up to twice the exponents of normal numbers. */
template <class T>
HEBB_INLINE typename T::Vector scale(typename T::Vector p, [[maybe_unused]] typename T::Vector n,
                                     [[maybe_unused]] typename T::Mask bitsOfN) {
#if HEBB_HAS_SCALE
  return scaleByPowerOfTwo(p, n);
#else
  // In two halves: the first leaves a normal number, so that only the second rounds.
  const auto half = bitsOfN >> 1;
  return p * powerOfTwo(half) * powerOfTwo(bitsOfN - half);
#endif
}

template <class T>
HEBB_INLINE typename T::Vector exponential(typename T::Vector x) {
  using C = MathConstants<T>;
  const auto bounded = atMost(atLeast(x, whole(C::kExpLowest)), whole(C::kExpHighest));
  const auto [r, n, bitsOfN] = reduceExp<T>(bounded);
  return scale<T>(exponentialNearZero<T>(r), n, bitsOfN);
}
/** e^x for x <= 0 (or NaN) */
template <class T>
HEBB_INLINE typename T::Vector exponentialOfNegative(typename T::Vector x) {
  const auto [r, n, bitsOfN] = reduceExp<T>(atLeast(x, whole(MathConstants<T>::kExpLowest)));
  return scale<T>(exponentialNearZero<T>(r), n, bitsOfN);
}

/** e^x - 1 = 2^n (e^r - 1) + (2^n - 1), with n lowered by 1 near the top, where 2^n would overflow. */
template <class T>
HEBB_INLINE typename T::Vector exponentialMinusOne(typename T::Vector x) {
  using C = MathConstants<T>;
  const auto highest = whole(C::kExpm1Highest);
  const auto reduction = reduceExp<T>(atMost(atLeast(x, whole(C::kExpm1Lowest)), highest));
  const auto r = reduction.r;
  const auto p = multiplyAdd(r * r, polynomial<T>(r, C::kExp), r);
  const auto lowered = reduction.bitsOfN > C::kBias - 1;  // -1 where true
  const auto power = powerOfTwo(reduction.bitsOfN + lowered);
  const auto one = broadcast<T>(1);
  const auto scaled = multiplyAdd(power, p, power - (lowered ? broadcast<T>(0.5f) : one));
  const auto value = lowered ? scaled + scaled : scaled;
  const auto result = x == broadcast<T>(0) ? x : value;  // keeps -0
  return x > highest ? whole(C::kInfinity) : result;
}

/** log(1 + f) + n log 2 for 1 + f in sqrt(1/2) .. sqrt(2); `rest` is what f lacks to be exact. */
HEBB_INLINE FloatVector logarithmOf(FloatVector f, FloatVector rest, FloatVector n) {
  using C = MathConstants<Float32>;
  const auto square = f * f;
  auto tail = f * square * polynomial<Float32>(f, C::kLog);
  tail = multiplyAdd(n, whole(C::kLog2Low), tail + rest);
  tail = multiplyAdd(square, broadcast<Float32>(-0.5f), tail);
  return multiplyAdd(n, whole(C::kLog2High), f + tail);
}
HEBB_INLINE DoubleVector logarithmOf(DoubleVector f, DoubleVector rest, DoubleVector n) {
  // log(1 + f) = f - (h - s (h + z R(z))), h = f^2 / 2, s = f / (2 + f), z = s^2
  using C = MathConstants<Float64>;
  const auto h = broadcast<Float64>(0.5) * f * f;
  const auto s = f / (broadcast<Float64>(2) + f);
  const auto z = s * s;
  const auto tail = multiplyAdd(s, multiplyAdd(z, polynomial<Float64>(z, C::kLog), h),
                                multiplyAdd(n, whole(C::kLog2Low), rest));
  return multiplyAdd(n, whole(C::kLog2High), f - (h - tail));
}

HEBB_INLINE FloatVector toFloats(IntVector n) { return __builtin_convertvector(n, FloatVector); }
HEBB_INLINE DoubleVector toFloats(LongVector n) {
  // n is an exponent: small enough for the shift of 1.5 * 2^52
  const auto magic = broadcast<Float64>(0x1.8p52);
  return bits<DoubleVector>(n + bits<LongVector>(magic)) - magic;
}

/** x = 2^n (1 + f) with 1 + f in sqrt(1/2) .. sqrt(2); x positive, normal and finite. */
template <class T>
struct LogReduction {
  typename T::Vector f;
  typename T::Mask n;
};
template <class T>
HEBB_INLINE LogReduction<T> reduceLog(typename T::Vector x) {
  using C = MathConstants<T>;
  using Mask = typename T::Mask;
  const Mask n = (bits<Mask>(x) - C::kSqrtHalf) >> C::kMantissaBits;
  const auto m = bits<typename T::Vector>(bits<Mask>(x) - (n << C::kMantissaBits));
  return {m - broadcast<T>(1), n};
}

template <class T>
HEBB_INLINE typename T::Vector logarithm(typename T::Vector x) {
  using C = MathConstants<T>;
  using Vector = typename T::Vector;
  const auto zero = broadcast<T>(0);
  const auto infinity = whole(C::kInfinity);
  const auto subnormal = x < whole(C::kSmallestNormal);
  const Vector scaled = subnormal ? x * whole(C::kSubnormalScale) : x;
  auto [f, n] = reduceLog<T>(scaled);
  n += subnormal & -C::kSubnormalShift;
  Vector result = logarithmOf(f, zero, toFloats(n));
  result = x == infinity ? infinity : result;
  result = x == zero ? -infinity : result;
  result = x < zero ? broadcast<T>(__builtin_nanf("")) : result;
  return x != x ? x : result;
}

/** log(1 + x): 1 + x is rounded, and what the rounding lost, divided by 1 + x, is added to the logarithm. */
template <class T>
HEBB_INLINE typename T::Vector logarithmOfOnePlus(typename T::Vector x) {
  using C = MathConstants<T>;
  using Vector = typename T::Vector;
  const auto one = broadcast<T>(1);
  const auto infinity = whole(C::kInfinity);
  const Vector u = one + x;
  const auto [f, n] = reduceLog<T>(u);
  const Vector lost = x > one ? one - (u - x) : x - (u - one);
  Vector result = logarithmOf(f, lost / u, toFloats(n));
  result = u == one ? x : result;  // also keeps -0
  result = x == infinity ? infinity : result;
  result = x == -one ? -infinity : result;
  result = x < -one ? broadcast<T>(__builtin_nanf("")) : result;
  return x != x ? x : result;
}

/**
 * 1 / (1 + e^-x) as u / (u + u e^-x), where the power of two u keeps the largest e^-x, which the smallest
 * results need, from overflowing. Where 1 + e^-x rounds to 1, x is as good as any larger one.
 */
template <class T>
HEBB_INLINE typename T::Vector sigmoid(typename T::Vector x) {
  using C = MathConstants<T>;
  const auto unit = whole(C::kSigmoidUnit);
  const auto bounded = atMost(atLeast(x, whole(C::kExpLowest)), whole(C::kSigmoidHighest));
  if constexpr (sizeof(typename T::Element) == 8) {
    const auto [r, n, bitsOfN] = reduceExp<T>(-bounded);
    return unit / (unit + scale<T>(unit * exponentialNearZero<T>(r), n, bitsOfN));
  } else {
    // -x = n log 2 - r. All numbers are normal: n is added to the exponent of u e^-r.
    const auto n = multiplyAdd(bounded, whole(C::kSigmoidInverseLog2), whole(C::kSigmoidRound)) -
                   whole(C::kSigmoidRound);
    auto r = multiplyAdd(n, whole(C::kSigmoidLog2High), bounded);
    r = multiplyAdd(n, whole(C::kSigmoidLog2Low), r);
#if HEBB_HAS_FMA
    const auto p = polynomial<T>(r, C::kSigmoid);
#else
    const auto p = exponentialNearZero<T>(r * whole(C::kMinusOne)) * unit;
#endif
    const auto e = bits<typename T::Vector>(bits<typename T::Mask>(p) + toIntegers(n));
    return unit / (unit + e);
  }
}

template <class T>
HEBB_INLINE typename T::Vector softplus(typename T::Vector x) {
  const auto zero = broadcast<T>(0);
  const auto positive = x > zero ? x : zero;
  const auto result = positive + logarithmOfOnePlus<T>(exponentialOfNegative<T>(-absolute<T>(x)));
  return x != x ? x : result;
}

/**
 * d / (2 - d) with d = 1 - e^-2x = 2^-n (1 - e^-r) + (1 - 2^-n). One step reduces the argument: |n| is at
 * most 27, and what log 2 lacks in float32 is lost beside 1 - 2^-n. A zero keeps its sign: it is never the
 * sum of zeros of both signs, hence -(2^-n - 1).
 */
template <class T>
HEBB_INLINE typename T::Vector hyperbolicTangentOfFloats(typename T::Vector x) {
  using C = MathConstants<T>;
  const auto bounded = atMost(atLeast(x, whole(C::kTanhLowest)), whole(C::kTanhHighest));
  const auto shifted = multiplyAdd(bounded, whole(C::kTwoInverseLog2), whole(C::kRound));
  const auto n = shifted - whole(C::kRound);
  const auto r = multiplyAdd(n, whole(C::kMinusLog2), bounded + bounded);
  const auto p = multiplyAdd(r * r, polynomial<T>(r, C::kTanh), r);
  const auto one = whole(C::kOne);
  const auto power =
      bits<typename T::Vector>(bitsOf(C::kOne) - (bits<typename T::Mask>(shifted) << C::kMantissaBits));
  const auto d = multiplySubtract(power, p, power - one);
  return d / (whole(C::kTwo) - d);
}
/** x + x^3 P(x^2) near 0; elsewhere 1 - 2 / (e^(2|x|) + 1), whose errors are small beside 1. */
HEBB_INLINE DoubleVector hyperbolicTangentOfDoubles(DoubleVector x) {
  // absolute error of x^2 P(x^2) for |x| < 0.625: 1e-17
  static constexpr double kP[12] = {5.909694544695605e-6,    -2.988609961671004e-5, 9.126034529521582e-5,
                                    -0.00023684270758313658, 0.0005893912151677587, -0.001455711661902579,
                                    0.003592111763852041,    -0.008863234083743631, 0.02186948845401534,
                                    -0.05396825396551103,    0.13333333333328726,   -0.33333333333333304};
  const auto magnitude = absolute<Float64>(x);
  const auto one = broadcast<Float64>(1), two = broadcast<Float64>(2);
  const auto bounded = atMost(magnitude, broadcast<Float64>(22.0));  // tanh rounds to 1
  const auto far = one - two / (exponential<Float64>(bounded + bounded) + one);
  const auto z = x * x;
  const auto near = x * (z * polynomial<Float64>(z, kP)) + x;
  return copySign<Float64>(magnitude < broadcast<Float64>(0.625) ? near : far, x);
}

template <class T>
HEBB_INLINE typename T::Vector hyperbolicTangent(typename T::Vector x) {
  if constexpr (sizeof(typename T::Element) == 4) {
    return hyperbolicTangentOfFloats<T>(x);
  } else {
    return hyperbolicTangentOfDoubles(x);
  }
}

}  // namespace
}  // namespace hebb
