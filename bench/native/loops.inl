// The loops of one instruction set, written over vectors of HEBB_WIDTH floats. loops.cc includes this file once for each
// instruction set, inside its namespace and with its target options on.

typedef float Floats __attribute__((vector_size(HEBB_WIDTH * 4), aligned(4)));
typedef double Doubles __attribute__((vector_size(HEBB_WIDTH * 4), aligned(8)));
typedef int32_t Integers __attribute__((vector_size(HEBB_WIDTH * 4), aligned(4)));

constexpr size_t kFloats = HEBB_WIDTH;

inline Floats load(const float* from) { return *reinterpret_cast<const Floats*>(from); }
inline void store(float* to, Floats v) { *reinterpret_cast<Floats*>(to) = v; }

/**
 * Multiply-adds on 12 independent registers: enough for today's latencies and units (fused: 4 cycles and 2 units; an add: 3
 * cycles and 2 units), and with the two factors few enough for 16 registers. Where they are a multiply and an add, the sum
 * takes part in the add alone, as in a product of matrices: a chain of both is one fifth slower.
 * @return a number that depends on all, so that nothing can be left out
 */
template <typename V, typename S>
double multiplyAdds(int64_t turns) {
  const V factor = V{} + static_cast<S>(0.999), term = V{} + static_cast<S>(0.001);
  // Variables and no array, so that they are registers for certain.
  V a = term, b = term, c = term, d = term, e = term, f = term, g = term, h = term, i = term, j = term, k = term, l = term;
  for (int64_t t = 0; t < turns; t++) {
#if HEBB_WIDTH == 4
#define HEBB_STEP(x)                           \
  {                                            \
    V product = factor;                        \
    asm volatile("" : HEBB_REGISTER(product)); \
    x = product * term + x;                    \
    asm volatile("" : HEBB_REGISTER(x));       \
  }
#else
#define HEBB_STEP(x)     \
  x = x * factor + term; \
  asm volatile("" : HEBB_REGISTER(x));
#endif
    HEBB_TWELVE(HEBB_STEP)
#undef HEBB_STEP
  }
  const V sum = ((a + b) + (c + d)) + ((e + f) + (g + h)) + ((i + j) + (k + l));
  double result = 0;
  for (size_t lane = 0; lane < sizeof(V) / sizeof(S); lane++) result += sum[lane];
  return result;
}

inline double floatPeak(int64_t turns) { return multiplyAdds<Floats, float>(turns); }
inline double doublePeak(int64_t turns) { return multiplyAdds<Doubles, double>(turns); }

inline void copy(float* to, const float* from, size_t begin, size_t end) {
  size_t i = begin;
  for (; i + kFloats <= end; i += kFloats) store(to + i, load(from + i));
  for (; i < end; i++) to[i] = from[i];
}

inline Floats squareRoot(Floats x) {
  Floats y;
  for (size_t l = 0; l < kFloats; l++) y[l] = __builtin_sqrtf(x[l]);
  return y;
}

/** w, m and v are updated by g: the update of src/nn/optimizers/adam.ts, in one pass. */
inline void adam(float* w, float* m, float* v, const float* g, const AdamScalars& s, size_t begin, size_t end) {
  const float beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-7f;
  size_t i = begin;
  for (; i + kFloats <= end; i += kFloats) {
    const Floats gradient = load(g + i);
    const Floats mean = load(m + i) * beta1 + gradient * (1 - beta1);
    const Floats square = load(v + i) * beta2 + gradient * gradient * (1 - beta2);
    const Floats root = squareRoot(square * s.correction2) + epsilon;
    store(w + i, load(w + i) - s.rate * (mean * s.correction1) / root);
    store(m + i, mean);
    store(v + i, square);
  }
  for (; i < end; i++) {
    m[i] = m[i] * beta1 + g[i] * (1 - beta1);
    v[i] = v[i] * beta2 + g[i] * g[i] * (1 - beta2);
    w[i] -= s.rate * (m[i] * s.correction1) / (__builtin_sqrtf(v[i] * s.correction2) + epsilon);
  }
}

/**
 * e^x by 2^n * p(r), n = round(x log2 e), |r| <= ln(2) / 2, p the Taylor polynomial of degree 6 (2e-7 relative). Inputs
 * are cut to -87 .. 88.
 */
inline Floats exponential(Floats x) {
  const Floats low = Floats{} - 87.0f, high = Floats{} + 88.0f;
  x = x < low ? low : x;
  x = x > high ? high : x;
  const Floats magic = Floats{} + 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer in the low bits
  const Floats shifted = x * 1.44269504f + magic;
  const Floats n = shifted - magic;
  const Floats r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  Floats p = r * (1.0f / 720) + (1.0f / 120);
  p = p * r + (1.0f / 24);
  p = p * r + (1.0f / 6);
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const Integers power = (reinterpret_cast<const Integers&>(shifted) + (127 - 0x4B400000)) << 23;
  return p * reinterpret_cast<const Floats&>(power);
}

/** x / (1 + e^-2u), u = sqrt(2/pi) (x + 0.044715 x^3): gelu with tanh, as (1 + tanh u) / 2 = sigmoid(2u). */
inline void gelu(float* to, const float* from, size_t begin, size_t end) {
  size_t i = begin;
  for (; i + kFloats <= end; i += kFloats) {
    const Floats x = load(from + i);
    const Floats u = x * (x * x * -0.0713548163f - 1.59576912f);
    store(to + i, x / (exponential(u) + 1.0f));
  }
  for (; i < end; i++) {
    const float x = from[i];
    to[i] = x / (1.0f + __builtin_expf(x * (x * x * -0.0713548163f - 1.59576912f)));
  }
}

const Loops kLoops = {HEBB_WIDTH, floatPeak, doublePeak, copy, adam, gelu};
