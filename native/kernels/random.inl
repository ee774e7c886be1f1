// random: Philox 4x32-10 and the arithmetic of src/contract/random.ts, line by line, in float64 with + - * /
// and sqrt only, so that every backend draws the same bits. Any element is made without those before it.

namespace hebb {
namespace {

/** A multiple of 4: units begin with a block of words. */
constexpr int64_t kRandomUnit = 8192;

struct Philox {
  uint32_t key0, key1, draw0, draw1;
  uint32_t words[4];

  /** Block `i` of the draw: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
   * 2011. */
  HEBB_INLINE void draw(uint32_t i) {
    uint32_t c0 = i, c1 = 0, c2 = draw0, c3 = draw1, k0 = key0, k1 = key1;
#pragma GCC unroll 10
    for (int round = 0; round < 10; round++) {
      const uint64_t product0 = static_cast<uint64_t>(0xd2511f53u) * c0;
      const uint64_t product1 = static_cast<uint64_t>(0xcd9e8d57u) * c2;
      c0 = static_cast<uint32_t>(product1 >> 32) ^ c1 ^ k0;
      c1 = static_cast<uint32_t>(product1);
      c2 = static_cast<uint32_t>(product0 >> 32) ^ c3 ^ k1;
      c3 = static_cast<uint32_t>(product0);
      k0 += 0x9e3779b9u;
      k1 += 0xbb67ae85u;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
  }
};

HEBB_INLINE double uniform24(uint32_t word) { return (word >> 8) * 0x1p-24; }
HEBB_INLINE double uniform32(uint32_t word) { return word * 0x1p-32; }
HEBB_INLINE double uniform53(uint32_t word0, uint32_t word1) {
  return (static_cast<double>(word0 >> 5) * 67108864 + (word1 >> 6)) * 0x1p-53;
}

/** Natural logarithm of a normal positive number. */
double seriesLogarithm(double x) {
  uint64_t word;
  __builtin_memcpy(&word, &x, 8);
  double e = static_cast<double>(static_cast<int32_t>((word >> 52) & 0x7ff) - 1023);
  word = (word & 0x000fffffffffffffull) | 0x3ff0000000000000ull;
  double m;
  __builtin_memcpy(&m, &word, 8);
  if (m > 1.4142135623730951) {
    m = m * 0.5;
    e = e + 1;
  }
  const double s = (m - 1) / (m + 1);
  const double z = s * s;
  double series = 0.047619047619047616;
  series = series * z + 0.05263157894736842;
  series = series * z + 0.058823529411764705;
  series = series * z + 0.06666666666666667;
  series = series * z + 0.07692307692307693;
  series = series * z + 0.09090909090909091;
  series = series * z + 0.1111111111111111;
  series = series * z + 0.14285714285714285;
  series = series * z + 0.2;
  series = series * z + 0.3333333333333333;
  const double tail = s * (z * series);
  const double low = e * 1.90821492927058770002e-10 + 2 * tail;
  return e * 0.69314718036912381649 + (2 * s + low);
}

/** c[0] r^7 + ... + c[7] */
HEBB_INLINE double degree7(double r, const double (&c)[8]) {
  double sum = c[0];
#pragma GCC unroll 8
  for (int i = 1; i < 8; i++) sum = sum * r + c[i];
  return sum;
}

/** Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37
 * (1988). */
double normalQuantile(double p) {
  static constexpr double kA[8] = {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853,
                                   45921.953931549871457, 13731.693765509461125, 1971.5909503065514427,
                                   133.14166789178437745, 3.387132872796366608};
  static constexpr double kB[8] = {
      5226.495278852854561,  28729.085735721942674, 39307.89580009271061,  21213.794301586595867,
      5394.1960214247511077, 687.1870074920579083,  42.313330701600911252, 1};
  static constexpr double kC[8] = {7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
                                   1.27045825245236838258,   3.64784832476320460504,   5.7694972214606914055,
                                   4.6303378461565452959,    1.42343711074968357734};
  static constexpr double kD[8] = {
      1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
      0.68976733498510000455,    1.6763848301838038494,   2.05319162663775882187,   1};
  static constexpr double kE[8] = {
      2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
      0.29656057182850489123,    1.7848265399172913358,     5.4637849111641143699,    6.6579046435011037772};
  static constexpr double kF[8] = {
      2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
      0.0148753612908506148525,   0.13692988092273580531,   0.59983220655588793769,   1};
  const double q = p - 0.5;
  if (q >= -0.425) {
    const double r = 0.180625 - q * q;
    return (q * degree7(r, kA)) / degree7(r, kB);
  }
  const double r = __builtin_sqrt(-seriesLogarithm(p));
  if (r <= 5) return -(degree7(r - 1.6, kC) / degree7(r - 1.6, kD));
  return -(degree7(r - 5, kE) / degree7(r - 5, kF));
}

HEBB_INLINE double halfProbability(uint32_t word0, uint32_t word1) {
  double k = static_cast<double>(word0 >> 5) * 67108864 + (word1 >> 6);
  if (k >= 4503599627370496) k = 9007199254740991 - k;
  return (k + 0.5) * 0x1p-53;
}
HEBB_INLINE double normalDeviate(uint32_t word0, uint32_t word1) {
  const double x = normalQuantile(halfProbability(word0, word1));
  return word0 >> 31 ? -x : x;
}
HEBB_INLINE double truncatedNormalDeviate(uint32_t word0, uint32_t word1) {
  double x = normalQuantile(0.022750131948179207 + halfProbability(word0, word1) * 0.9544997361036416);
  if (x < -2) x = -2;
  return word0 >> 31 ? -x : x;
}

void splitRandom(const Task& task, Split* split) {
  const int64_t count = task.words[contract::kRandomCount];
  // Fisher-Yates is one chain of swaps: one unit. The draw counter is advanced by the run (see random's
  // finish).
  const bool isPermutation = task.words[contract::kRandomKind] == contract::kRandomKindPermutation;
  split->units = isPermutation ? (count > 0 ? 1 : 0) : (count + kRandomUnit - 1) / kRandomUnit;
  const bool isUniform = task.words[contract::kRandomKind] == contract::kRandomKindUniform;
  split->nanoseconds = static_cast<double>(count) * (isUniform ? 4 : 15);
  split->resumable = true;
}

template <class E>
HEBB_INLINE E roundTo(double x) {
  return static_cast<E>(x);
}
template <>
HEBB_INLINE int32_t roundTo<int32_t>(double x) {
  return ConvertToInt<double>::of(x);
}

template <class E>
void randomElements(const Task& task, E* out, int64_t first, int64_t last, Philox& philox) {
  const int32_t kind = task.words[contract::kRandomKind];
  const double low = task.low, high = task.high;
  if (kind == contract::kRandomKindUniform && sizeof(E) == 4) {
    for (int64_t e = first; e < last; e++) {
      if ((e & 3) == 0) philox.draw(static_cast<uint32_t>(e >> 2));
      const uint32_t word = philox.words[e & 3];
      if (task.dtype == contract::kDtypeInt32) {
        out[e] = roundTo<E>(__builtin_floor(low + (high - low) * uniform32(word)));
      } else {
        out[e] = roundTo<E>(low + (high - low) * uniform24(word));
      }
    }
    return;
  }
  for (int64_t e = first; e < last; e++) {
    if ((e & 1) == 0) philox.draw(static_cast<uint32_t>(e >> 1));
    const uint32_t word0 = philox.words[2 * (e & 1)];
    const uint32_t word1 = philox.words[2 * (e & 1) + 1];
    double x;
    if (kind == contract::kRandomKindUniform) {
      x = low + (high - low) * uniform53(word0, word1);
    } else if (kind == contract::kRandomKindNormal) {
      x = low + high * normalDeviate(word0, word1);
    } else {
      x = low + high * truncatedNormalDeviate(word0, word1);
    }
    out[e] = roundTo<E>(x);
  }
}

/** Fisher-Yates from the end: position i swaps with word * (i + 1) >> 32, word number n - 1 - i. */
template <class E>
void permute(E* out, int64_t n, Philox& philox) {
  for (int64_t i = 0; i < n; i++) out[i] = static_cast<E>(i);
  for (int64_t i = n - 1, step = 0; i > 0; i--, step++) {
    if ((step & 3) == 0) philox.draw(static_cast<uint32_t>(step >> 2));
    const uint64_t word = philox.words[step & 3];
    const int64_t j = static_cast<int64_t>((word * static_cast<uint64_t>(i + 1)) >> 32);
    const E kept = out[i];
    out[i] = out[j];
    out[j] = kept;
  }
}

template <class E>
void randomUnits(const Task& task, int64_t begin, int64_t end) {
  const uint32_t* state = reinterpret_cast<const uint32_t*>(task.views[0]);
  E* out = reinterpret_cast<E*>(task.views[1]);
  Philox philox = {state[0], state[1], state[2], state[3], {}};
  const int64_t count = task.words[contract::kRandomCount];
  if (task.words[contract::kRandomKind] == contract::kRandomKindPermutation)
    return permute(out, count, philox);
  const int64_t last = end * kRandomUnit < count ? end * kRandomUnit : count;
  randomElements(task, out, begin * kRandomUnit, last, philox);
}

void runRandom(const Task& task, const Split&, int, int64_t begin, int64_t end, Scratch&) {
  switch (task.dtype) {
    case contract::kDtypeInt32: return randomUnits<int32_t>(task, begin, end);
    case contract::kDtypeFloat32: return randomUnits<float>(task, begin, end);
    default: return randomUnits<double>(task, begin, end);
  }
}

}  // namespace
}  // namespace hebb
