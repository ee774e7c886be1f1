// exp, log, tanh and their kin on vectors, float32 and float64: range reduction and a polynomial (minimax,
// fitted for this file) in the same order of operations on every instruction set, so that those with fused
// multiply-add agree to the bit. Error bounds are those of src/contract/micro-operations.ts. No arithmetic
// depends on a value's position.

namespace hebb {
namespace {

/** 2^n from the integer n, for n within the exponents of normal numbers. */
HEBB_INLINE FloatVector powerOfTwo(IntVector n) { return bits<FloatVector>((n + 127) << 23); }
HEBB_INLINE DoubleVector powerOfTwo(LongVector n) { return bits<DoubleVector>((n + 1023) << 52); }

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

template <class T>
struct MathConstants;

template <>
struct MathConstants<Float32> {
  // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer, whose bits then stand in the low
  // mantissa.
  static constexpr float kRound = 0x1.8p23f;
  // log 2 in two parts; n * high is exact for |n| < 2^15.
  static constexpr float kLog2High = 0x1.63p-1f, kLog2Low = -0x1.bd0106p-13f;
  static constexpr float kInverseLog2 = 0x1.715476p+0f;
  // Beyond these e^x is infinite, or 0, without anyone having to look; below the last one e^x - 1 is -1.
  static constexpr float kExpHighest = 89.0f, kExpLowest = -104.0f, kExpm1Lowest = -18.0f;
  static constexpr float kExpm1Highest = 88.72284f;
  // (e^r - 1 - r) / r^2 for |r| <= log(2) / 2, relative error 1.5e-9
  static constexpr float kExp[6] = {0.000199089089f, 0.00139345438f, 0.00833328441f,
                                    0.0416664556f,   0.166666672f,   0.5f};
  // e^r with fused multiply-add, as few as stay within 2 ULP: a multiply-add is what exp waits for
  static constexpr float kShortExp[6] = {0.00825106f, 0.041899078f, 0.16668342f,
                                         0.4999914f,  0.9999994f,   1.0f};
  // (log(1 + f) - f + f^2 / 2) / f^3 for 1 + f in sqrt(1/2) .. sqrt(2), absolute error of f^2 times it 1e-9
  static constexpr float kLog[9] = {0.0692780763f, -0.116938196f, 0.118127503f,  -0.12398605f, 0.142299816f,
                                    -0.166686833f, 0.200015366f,  -0.249999911f, 0.333333224f};
  static constexpr int kMantissaBits = 23;
  static constexpr int32_t kBias = 127, kSqrtHalf = 0x3f3504f3;
  static constexpr float kSmallestNormal = 0x1p-126f, kSubnormalScale = 0x1p24f, kInfinity = __builtin_inff();
  static constexpr int32_t kSubnormalShift = 24;
};

template <>
struct MathConstants<Float64> {
  static constexpr double kRound = 0x1.8p52;
  static constexpr double kLog2High = 0x1.62e42feep-1, kLog2Low = 0x1.a39ef35793c76p-33;
  static constexpr double kInverseLog2 = 0x1.71547652b82fep+0;
  static constexpr double kExpHighest = 710.0, kExpLowest = -746.0, kExpm1Lowest = -40.0;
  static constexpr double kExpm1Highest = 709.782712893384;
  // relative error 1.5e-18
  static constexpr double kExp[11] = {2.092247886241528e-09,
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
  static constexpr double kLog[8] = {0.13090630970762857, 0.13268380910052255, 0.15386254751587145,
                                     0.18181795354731484, 0.22222222394482558, 0.28571428570790874,
                                     0.400000000000009,   0.6666666666666666};
  static constexpr int kMantissaBits = 52;
  static constexpr int64_t kBias = 1023, kSqrtHalf = 0x3fe6a09e667f3bcd;
  static constexpr double kSmallestNormal = 0x1p-1022, kSubnormalScale = 0x1p54, kInfinity = __builtin_inf();
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
  const auto magic = broadcast<T>(C::kRound);
  const auto shifted = multiplyAdd(x, broadcast<T>(C::kInverseLog2), magic);
  const auto n = shifted - magic;
  auto r = multiplyAdd(n, broadcast<T>(-C::kLog2High), x);
  r = multiplyAdd(n, broadcast<T>(-C::kLog2Low), r);
  return {r, n, bits<typename T::Mask>(shifted) - bits<typename T::Mask>(magic)};
}

/** e^r for |r| <= log(2) / 2 */
template <class T>
HEBB_INLINE typename T::Vector exponentialNearZero(typename T::Vector r) {
  using C = MathConstants<T>;
#if HEBB_HAS_FMA
  if constexpr (sizeof(typename T::Element) == 4) return polynomial<T>(r, C::kShortExp);
#endif
  return multiplyAdd(r * r, polynomial<T>(r, C::kExp), r) + broadcast<T>(1);
}

/** p 2^n, rounded once; n up to twice the exponents of normal numbers. */
template <class T>
HEBB_INLINE typename T::Vector scale(typename T::Vector p, const ExpReduction<T>& reduction) {
#if HEBB_HAS_SCALE
  return scaleByPowerOfTwo(p, reduction.n);
#else
  // In two halves: the first leaves a normal number, so that only the second rounds.
  const auto half = reduction.bitsOfN >> 1;
  return p * powerOfTwo(half) * powerOfTwo(reduction.bitsOfN - half);
#endif
}

template <class T>
HEBB_INLINE typename T::Vector exponential(typename T::Vector x) {
  using C = MathConstants<T>;
  const auto bounded = atMost(atLeast(x, broadcast<T>(C::kExpLowest)), broadcast<T>(C::kExpHighest));
  const auto reduction = reduceExp<T>(bounded);
  return scale<T>(exponentialNearZero<T>(reduction.r), reduction);
}
/** e^x for x <= 0 (or NaN) */
template <class T>
HEBB_INLINE typename T::Vector exponentialOfNegative(typename T::Vector x) {
  const auto reduction = reduceExp<T>(atLeast(x, broadcast<T>(MathConstants<T>::kExpLowest)));
  return scale<T>(exponentialNearZero<T>(reduction.r), reduction);
}

/** e^x - 1 = 2^n (e^r - 1) + (2^n - 1), with n lowered by 1 near the top, where 2^n would overflow. */
template <class T>
HEBB_INLINE typename T::Vector exponentialMinusOne(typename T::Vector x) {
  using C = MathConstants<T>;
  const auto highest = broadcast<T>(C::kExpm1Highest);
  const auto reduction = reduceExp<T>(atMost(atLeast(x, broadcast<T>(C::kExpm1Lowest)), highest));
  const auto r = reduction.r;
  const auto p = multiplyAdd(r * r, polynomial<T>(r, C::kExp), r);
  const auto lowered = reduction.bitsOfN > C::kBias - 1;  // -1 where true
  const auto power = powerOfTwo(reduction.bitsOfN + lowered);
  const auto one = broadcast<T>(1);
  const auto scaled = multiplyAdd(power, p, power - (lowered ? broadcast<T>(0.5f) : one));
  const auto value = lowered ? scaled + scaled : scaled;
  const auto result = x == broadcast<T>(0) ? x : value;  // keeps -0
  return x > highest ? broadcast<T>(C::kInfinity) : result;
}

/** log(1 + f) + n log 2 for 1 + f in sqrt(1/2) .. sqrt(2); `rest` is what f lacks to be exact. */
HEBB_INLINE FloatVector logarithmOf(FloatVector f, FloatVector rest, FloatVector n) {
  using C = MathConstants<Float32>;
  const auto square = f * f;
  auto tail = f * square * polynomial<Float32>(f, C::kLog);
  tail = multiplyAdd(n, broadcast<Float32>(C::kLog2Low), tail + rest);
  tail = multiplyAdd(square, broadcast<Float32>(-0.5f), tail);
  return multiplyAdd(n, broadcast<Float32>(C::kLog2High), f + tail);
}
HEBB_INLINE DoubleVector logarithmOf(DoubleVector f, DoubleVector rest, DoubleVector n) {
  // log(1 + f) = f - (h - s (h + z R(z))), h = f^2 / 2, s = f / (2 + f), z = s^2
  using C = MathConstants<Float64>;
  const auto h = broadcast<Float64>(0.5) * f * f;
  const auto s = f / (broadcast<Float64>(2) + f);
  const auto z = s * s;
  const auto tail = multiplyAdd(s, multiplyAdd(z, polynomial<Float64>(z, C::kLog), h),
                                multiplyAdd(n, broadcast<Float64>(C::kLog2Low), rest));
  return multiplyAdd(n, broadcast<Float64>(C::kLog2High), f - (h - tail));
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
  const auto infinity = broadcast<T>(C::kInfinity);
  const auto subnormal = x < broadcast<T>(C::kSmallestNormal);
  const Vector scaled = subnormal ? x * broadcast<T>(C::kSubnormalScale) : x;
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
  const auto infinity = broadcast<T>(C::kInfinity);
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

/** With e = e^-|x|: 1 / (1 + e), or e / (1 + e) for negative x: no overflow, no cancellation. */
template <class T>
HEBB_INLINE typename T::Vector sigmoid(typename T::Vector x) {
  const auto e = exponentialOfNegative<T>(-absolute<T>(x));
  const auto one = broadcast<T>(1);
  // The sign bit decides: cheaper than a comparison, and at -0 e is 1.
  using Mask = typename T::Mask;
  const Mask negative = bits<Mask>(x) >> (8 * sizeof(typename T::Element) - 1);
  const Mask numerator = (negative & bits<Mask>(e)) | (~negative & bits<Mask>(one));
  return bits<typename T::Vector>(numerator) / (one + e);
}

template <class T>
HEBB_INLINE typename T::Vector softplus(typename T::Vector x) {
  const auto zero = broadcast<T>(0);
  const auto positive = x > zero ? x : zero;
  const auto result = positive + logarithmOfOnePlus<T>(exponentialOfNegative<T>(-absolute<T>(x)));
  return x != x ? x : result;
}

/**
 * -m / (m + 2) with m = e^(-2|x|) - 1 = 2^n (e^r - 1) + (2^n - 1), and x's sign. One step reduces the
 * argument: |n| is at most 29, and what log 2 lacks in float32 is lost beside 2^n - 1.
 */
HEBB_INLINE FloatVector hyperbolicTangent(FloatVector x) {
  using C = MathConstants<Float32>;
  // (e^r - 1 - r) / r^2 for |r| <= log(2) / 2, relative error of e^r - 1 1.4e-8
  static constexpr float kP[5] = {0.00138825108f, 0.00836658105f, 0.0416672006f, 0.166665435f, 0.49999997f};
  const auto half = atLeast(-absolute<Float32>(x), broadcast<Float32>(-10.0f));  // tanh is 1 from 9.02 on
  const auto y = half + half;
  const auto magic = broadcast<Float32>(C::kRound);
  const auto shifted = multiplyAdd(y, broadcast<Float32>(C::kInverseLog2), magic);
  const auto n = shifted - magic;
  const auto r = multiplyAdd(n, broadcast<Float32>(-0x1.62e43p-1f), y);
  const auto p = multiplyAdd(r * r, polynomial<Float32>(r, kP), r);
  const auto power = powerOfTwo(bits<IntVector>(shifted) - bits<IntVector>(magic));
  const auto m = multiplyAdd(power, p, power - broadcast<Float32>(1));
  return copySign<Float32>(m / (m + broadcast<Float32>(2)), x);
}
/** x + x^3 P(x^2) near 0; elsewhere 1 - 2 / (e^(2|x|) + 1), whose errors are small beside 1. */
HEBB_INLINE DoubleVector hyperbolicTangent(DoubleVector x) {
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

}  // namespace
}  // namespace hebb
