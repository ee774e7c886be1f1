// sin, cos, tan and their inverses, hyperbolic functions and erf on vectors of float64; pow of float32.
// float32 is computed by the same code and rounded once (applyEach, chain.inl), which is within 0.51 ULP;
// errors of float64 are measured in native/test/accuracy_test.cc. Reductions and polynomials as in W. J. Cody
// and W. Waite, Software Manual for the Elementary Functions (1980); the coefficients are Chebyshev fits made
// for this file.

namespace hebb {
namespace {

HEBB_INLINE DoubleVector doubles(double x) { return broadcast<Float64>(x); }

// pi / 2 and pi as the nearest numbers and what these lack.
constexpr double kHalfPi = 0x1.921fb54442d18p+0, kHalfPiRest = 0x1.1a62633145c07p-54;
constexpr double kPi = 2 * kHalfPi, kPiRest = 2 * kHalfPiRest;

HEBB_INLINE bool anyLane(LongVector mask) {
  int64_t any = 0;
#pragma GCC unroll 8
  for (int l = 0; l < Float64::width; l++) any |= mask[l];
  return any != 0;
}

/** high + low = a + b without an error, whichever is larger (Knuth). */
struct ExactSum {
  DoubleVector high, low;
  HEBB_INLINE ExactSum(DoubleVector a, DoubleVector b) {
    high = a + b;
    const DoubleVector part = high - a;
    low = (a - (high - part)) + (b - part);
  }
};

/** Beyond this the C library takes over, lane by lane: it has as much of pi as any number needs. */
constexpr double kLargestAngle = 0x1p20;

/** x = n pi / 2 + r + rest with |r| <= pi / 4, for |x| up to kLargestAngle. */
struct AngleReduction {
  DoubleVector r, rest;
  LongVector n;  // its lowest two bits are right
  HEBB_INLINE explicit AngleReduction(DoubleVector x) {
    // The first three parts have 33 bits, so that their products with n, of 20 bits, are exact.
    const auto magic = whole(MathConstants<Float64>::kRound);
    const DoubleVector shifted = multiplyAdd(x, doubles(0x1.45f306dc9c883p-1), magic);
    const DoubleVector turns = shifted - magic;
    n = bits<LongVector>(shifted);
    const DoubleVector a = multiplyAdd(turns, doubles(-0x1.921fb544p+0), x);
    const ExactSum b(a, turns * doubles(-0x1.0b4611a6p-34));
    const ExactSum c(b.high, turns * doubles(-0x1.3198a2ep-69));
    const DoubleVector left = multiplyAdd(turns, doubles(-0x1.b839a252049c1p-104), b.low + c.low);
    r = c.high + left;
    rest = (c.high - r) + left;
  }

  HEBB_INLINE DoubleVector sine() const {
    // (sin r - r) / r^3 in r^2, absolute error 1e-17
    static constexpr double kP[7] = {-7.586685070091267e-13, 1.605853141458901e-10,  -2.5052106231157904e-08,
                                     2.7557319219335453e-06, -0.0001984126984126506, 0.008333333333333331,
                                     -0.16666666666666666};
    const DoubleVector z = r * r;
    const DoubleVector correction = rest * multiplyAdd(z, doubles(-0.5), doubles(1));
    return r + multiplyAdd(r * z, polynomial<Float64>(z, kP), correction);
  }
  HEBB_INLINE DoubleVector cosine() const {
    // (cos r - 1 + r^2 / 2) / r^4 in r^2, absolute error 1e-17
    static constexpr double kP[7] = {4.7458652037874553e-14, -1.1470460773969325e-11, 2.0876755790363397e-09,
                                     -2.755731922140076e-07, 2.4801587301584645e-05,  -0.0013888888888888887,
                                     0.041666666666666664};
    const DoubleVector z = r * r, half = z * doubles(0.5), one = doubles(1);
    const DoubleVector most = one - half;
    const DoubleVector tail = multiplyAdd(z * z, polynomial<Float64>(z, kP), -(r * rest));
    return most + (((one - most) - half) + tail);
  }
  /** sin of the angle and `quarters` quarter turns. */
  HEBB_INLINE DoubleVector sineAfter(int64_t quarters) const {
    const LongVector quadrant = n + quarters;
    const LongVector odd = -(quadrant & 1);
    const DoubleVector value = odd ? cosine() : sine();
    return bits<DoubleVector>(bits<LongVector>(value) ^ ((quadrant & 2) << 62));
  }
};

/** `value`, but by the C library where the angle is too large, infinite or NaN, and x itself where it is 0.
 */
template <class Function>
HEBB_INLINE DoubleVector ofAnyAngle(DoubleVector x, DoubleVector value) {
  const LongVector far = ~(absolute<Float64>(x) < doubles(kLargestAngle));
  if (!anyLane(far)) return value;
  const DoubleVector exact = UnaryLanes<Function>::template apply<Float64>(x);
  return far ? exact : value;
}
HEBB_INLINE DoubleVector sine(DoubleVector x) {
  const DoubleVector value = AngleReduction(x).sineAfter(0);
  return ofAnyAngle<ScalarSin>(x, x == doubles(0) ? x : value);
}
HEBB_INLINE DoubleVector cosine(DoubleVector x) {
  return ofAnyAngle<ScalarCos>(x, AngleReduction(x).sineAfter(1));
}
HEBB_INLINE DoubleVector tangent(DoubleVector x) {
  const AngleReduction angle(x);
  const DoubleVector s = angle.sine(), c = angle.cosine();
  const LongVector odd = -(angle.n & 1);
  const DoubleVector value = (odd ? -c : s) / (odd ? s : c);
  return ofAnyAngle<ScalarTan>(x, x == doubles(0) ? x : value);
}

/**
 * Angle of the point (x, y): atan of y / x where that is small, else pi / 4 + atan((y - x) / (y + x)), or
 * pi / 2 - atan(x / y); mirrored for negative x.
 */
HEBB_INLINE DoubleVector arcTangent(DoubleVector y, DoubleVector x) {
  // (atan u - u) / u^3 in u^2 for |u| <= tan(pi / 8), absolute error 2e-17
  static constexpr double kP[12] = {0.016258132064979208, -0.034545610104858494, 0.045506220391755364,
                                    -0.052302411507894,   0.05878900032342983,   -0.06666422364033206,
                                    0.07692296234491514,  -0.09090908748635232,  0.1111111110505757,
                                    -0.14285714285658824, 0.199999999999998,     -0.3333333333333333};
  const DoubleVector zero = doubles(0), infinity = doubles(__builtin_inf());
  DoubleVector height = absolute<Float64>(y), width = absolute<Float64>(x);
  const LongVector bothInfinite = (height == infinity) & (width == infinity);
  // Of two very large numbers the sum would overflow.
  const DoubleVector scale =
      (height > doubles(0x1p1020)) | (width > doubles(0x1p1020)) ? doubles(0x1p-4) : doubles(1);
  height = bothInfinite ? doubles(1) : height * scale;
  width = bothInfinite ? doubles(1) : width * scale;
  const LongVector low = height <= width * doubles(0.41421356237309503);
  const LongVector high = height > width * doubles(2.414213562373095);
  const DoubleVector numerator = low ? height : (high ? -width : height - width);
  const DoubleVector denominator = low ? width : (high ? height : height + width);
  DoubleVector u = height == zero ? zero : numerator / denominator;
  DoubleVector base = low ? zero : (high ? doubles(kHalfPi) : doubles(kHalfPi / 2));
  DoubleVector rest = low ? zero : (high ? doubles(kHalfPiRest) : doubles(kHalfPiRest / 2));
  const LongVector mirrored = bits<LongVector>(x) < 0;
  const DoubleVector mirror = doubles(kPi) - base;
  rest = mirrored ? ((doubles(kPi) - mirror) - base) + (doubles(kPiRest) - rest) : rest;
  base = mirrored ? mirror : base;
  u = mirrored ? -u : u;
  const DoubleVector z = u * u;
  const DoubleVector angle = base + (u + multiplyAdd(u * z, polynomial<Float64>(z, kP), rest));
  return (y != y) | (x != x) ? y + x : copySign<Float64>(angle, y);
}
HEBB_INLINE DoubleVector arcTangent(DoubleVector x) { return arcTangent(x, doubles(1)); }

/** asin s = s + s^3 P(s^2) for s <= 1/2; further out of sqrt((1 - |x|) / 2), from pi / 2 on. */
struct ArcSine {
  DoubleVector s, tail;  // asin s = s + tail
  LongVector far;
  HEBB_INLINE explicit ArcSine(DoubleVector x) {
    // absolute error 2e-17
    static constexpr double kP[13] = {0.028757851367421566, -0.014851887071247204, 0.01740087944269402,
                                      0.005457506718640358, 0.01032281435018578,   0.011479177415184906,
                                      0.013971212973552933, 0.017352392720869973,  0.02237217294214989,
                                      0.030381944138531247, 0.04464285714635543,   0.07499999999998433,
                                      0.16666666666666669};
    const DoubleVector magnitude = absolute<Float64>(x);
    far = magnitude > doubles(0.5);
    const DoubleVector z = far ? (doubles(1) - magnitude) * doubles(0.5) : x * x;
    s = far ? squareRoot(z) : magnitude;
    tail = s * z * polynomial<Float64>(z, kP);
  }
};
HEBB_INLINE DoubleVector arcSine(DoubleVector x) {
  const ArcSine a(x);
  const ExactSum above(doubles(kHalfPi), -(a.s + a.s));
  const DoubleVector far = above.high + (above.low - (a.tail + a.tail) + doubles(kHalfPiRest));
  return copySign<Float64>(a.far ? far : a.s + a.tail, x);
}
HEBB_INLINE DoubleVector arcCosine(DoubleVector x) {
  const ArcSine a(x);
  const DoubleVector twice = a.s + a.s, tails = a.tail + a.tail;
  const ExactSum near(doubles(kHalfPi), -copySign<Float64>(a.s, x));
  const DoubleVector middle = near.high + (near.low - copySign<Float64>(a.tail, x) + doubles(kHalfPiRest));
  const ExactSum left(doubles(kPi), -twice);
  const DoubleVector far = x < doubles(0) ? left.high + (left.low - tails + doubles(kPiRest)) : twice + tails;
  return a.far ? far : middle;
}

/** e^x / 2 for x beyond which e^x may overflow before it is halved. */
constexpr double kLargeExponent = 709.0;
HEBB_INLINE DoubleVector halfExponential(DoubleVector x) {
  const DoubleVector root = exponential<Float64>(x * doubles(0.5));
  return root * doubles(0.5) * root;
}
/** x + x^3 P(x^2) up to 1; from there by e^x - 1. */
HEBB_INLINE DoubleVector hyperbolicSine(DoubleVector x) {
  static constexpr double kP[8] = {2.8445264169895285e-15, 7.646625361656657e-13, 1.6059048396350562e-10,
                                   2.505210836405804e-08,  2.755731922404034e-06, 0.00019841269841269773,
                                   0.008333333333333333,   0.16666666666666666};
  const DoubleVector magnitude = absolute<Float64>(x);
  const DoubleVector z = x * x;
  const DoubleVector near = multiplyAdd(magnitude * z, polynomial<Float64>(z, kP), magnitude);
  const DoubleVector e = exponentialMinusOne<Float64>(magnitude);
  const DoubleVector value = doubles(0.5) * (e + e / (e + doubles(1)));
  const LongVector large = magnitude > doubles(kLargeExponent);
  const DoubleVector far = large ? halfExponential(magnitude) : value;
  return copySign<Float64>(magnitude < doubles(1) ? near : far, x);
}
HEBB_INLINE DoubleVector hyperbolicCosine(DoubleVector x) {
  const DoubleVector magnitude = absolute<Float64>(x);
  const DoubleVector e = exponential<Float64>(magnitude);
  const DoubleVector value = doubles(0.5) * e + doubles(0.5) / e;
  return magnitude > doubles(kLargeExponent) ? halfExponential(magnitude) : value;
}

/** log(2 x) for x so large that x^2 + 1 is x^2. */
constexpr double kLargeArea = 0x1p28;
HEBB_INLINE DoubleVector logarithmOfTwice(DoubleVector x) {
  return logarithm<Float64>(x) + doubles(0x1.62e42fefa39efp-1);
}
HEBB_INLINE DoubleVector areaSine(DoubleVector x) {
  const DoubleVector magnitude = absolute<Float64>(x), one = doubles(1);
  const DoubleVector square = magnitude * magnitude;
  const DoubleVector value =
      logarithmOfOnePlus<Float64>(magnitude + square / (one + squareRoot(square + one)));
  const LongVector large = magnitude > doubles(kLargeArea);
  return copySign<Float64>(large ? logarithmOfTwice(magnitude) : value, x);
}
HEBB_INLINE DoubleVector areaCosine(DoubleVector x) {
  const DoubleVector t = x - doubles(1);
  const DoubleVector value = logarithmOfOnePlus<Float64>(t + squareRoot(t + t + t * t));
  const DoubleVector result = x > doubles(kLargeArea) ? logarithmOfTwice(x) : value;
  return x < doubles(1) ? doubles(__builtin_nan("")) : result;
}
HEBB_INLINE DoubleVector areaTangent(DoubleVector x) {
  const DoubleVector magnitude = absolute<Float64>(x);
  const DoubleVector ratio = (magnitude + magnitude) / (doubles(1) - magnitude);
  return copySign<Float64>(doubles(0.5) * logarithmOfOnePlus<Float64>(ratio), x);
}

/** x + x P(x^2) below 1; from there 1 - e^(-x^2) Q(t), t = (x - 2.4) / (x + 2.4); 1 from 6 on. */
HEBB_INLINE DoubleVector errorFunction(DoubleVector x) {
  static constexpr double kP[13] = {5.957176147748911e-11,   -1.1372848856791674e-09, 1.4659775274047436e-08,
                                    -1.6350312701054695e-07, 1.6461000484121368e-06,  -1.4925595266831182e-05,
                                    0.0001205533111164271,   -0.000854832698083379,   0.0052239776248180145,
                                    -0.026866170645076792,   0.11283791670954879,     -0.3761263890318375,
                                    0.1283791670955126};
  // erfc(x) e^(x^2) for x in 1 .. 6, absolute error 2e-17
  static constexpr double kQ[16] = {
      -4.3102925810082177e-07, -1.8007480546245238e-06, 5.204786733651541e-07,  1.0709725698053842e-05,
      6.892036115475824e-06,   -5.592207194481597e-05,  -7.174964200545194e-05, 0.0003447602795726534,
      0.00048028096113597596,  -0.002973843897865083,   -0.0006810619588334557, 0.03272106479154584,
      -0.11772534067703425,    0.2514561815015922,      -0.38200915832521265,   0.2184987345370333};
  const DoubleVector magnitude = atMost(absolute<Float64>(x), doubles(6));
  const DoubleVector z = magnitude * magnitude;
  const DoubleVector t = (magnitude - doubles(2.4)) / (magnitude + doubles(2.4));
  const DoubleVector far = doubles(1) - exponentialOfNegative<Float64>(-z) * polynomial<Float64>(t, kQ);
  const DoubleVector near = multiplyAdd(magnitude, polynomial<Float64>(z, kP), magnitude);
  return copySign<Float64>(magnitude < doubles(1) ? near : far, x);
}
/** In float32: x P(x^2) below 1, from there 1 - e^-Q(x - 2.5), Q fitted to -log erfc; 1 from 4 on. */
HEBB_INLINE FloatVector errorFunction(FloatVector x) {
  static constexpr float kP[7] = {0.000078549565f, -0.00080104865f, 0.0051883557f, -0.026853822f,
                                  0.112835854f,    -0.37612626f,    1.1283791f};
  static constexpr float kQ[9] = {-2.1922031e-7f, 0.000020471438f, -0.00006436499f,
                                  0.00042859226f, -0.00216701f,    0.010854125f,
                                  0.94389224f,    5.3526807f,      7.806815f};
  const FloatVector magnitude = absolute<Float32>(x);
  const FloatVector t = atMost(magnitude, broadcast<Float32>(4)) - broadcast<Float32>(2.5f);
  const FloatVector far = broadcast<Float32>(1) - exponentialOfNegative<Float32>(-polynomial<Float32>(t, kQ));
  const FloatVector near = magnitude * polynomial<Float32>(x * x, kP);
  return copySign<Float32>(magnitude < broadcast<Float32>(1) ? near : far, x);
}

/**
 * Math.pow of float32 numbers: e^(b log |a|) in float64, whose error is small beside an ULP of float32;
 * negative where a is and b is an odd integer.
 */
HEBB_INLINE DoubleVector powerOfFloats(DoubleVector a, DoubleVector b) {
  const DoubleVector zero = doubles(0), infinity = doubles(__builtin_inf());
  const DoubleVector magnitude = absolute<Float64>(a);
  const DoubleVector value = exponential<Float64>(b * logarithm<Float64>(magnitude));
  const DoubleVector half = b * doubles(0.5);
  const LongVector integer = roundToEven(b) == b;
  const LongVector odd = integer & (roundToEven(half) != half);
  const DoubleVector signedValue = odd ? copySign<Float64>(value, a) : value;
  const LongVector undefined = ((a < zero) & (magnitude < infinity) & ~integer) | (b != b);
  const DoubleVector result = undefined ? doubles(__builtin_nan("")) : signedValue;
  return b == zero ? doubles(1) : result;
}

}  // namespace
}  // namespace hebb
