// Micro-operations that have no vector form, or none for the largest angles: one element after another, by
// the C library where it has the function.

namespace hebb {
namespace {

/** Math.pow: like C's pow, but NaN for a base of +-1 with an exponent that is NaN or infinite. */
HEBB_INLINE double power(double a, double b) {
  if ((a == 1 || a == -1) && !(b - b == 0)) return __builtin_nan("");
  return __builtin_pow(a, b);
}

/** a^b that wraps; negative b: a^b truncated (1 / 0 saturates nothing: it gives 0). */
HEBB_INLINE int32_t power(int32_t a, int32_t b) {
  if (b < 0) {
    if (a == 1) return 1;
    if (a == -1) return b & 1 ? -1 : 1;
    return 0;
  }
  uint32_t result = 1;
  uint32_t square = static_cast<uint32_t>(a);
  for (uint32_t bitsLeft = static_cast<uint32_t>(b); bitsLeft != 0; bitsLeft >>= 1) {
    if (bitsLeft & 1) result *= square;
    square *= square;
  }
  return static_cast<int32_t>(result);
}

HEBB_INLINE int32_t floorDivide(int32_t a, int32_t b) {
  if (b == 0) return 0;
  if (b == -1) return static_cast<int32_t>(0u - static_cast<uint32_t>(a));
  const int32_t quotient = a / b;
  return quotient - ((a % b != 0) & ((a < 0) != (b < 0)));
}

HEBB_INLINE int32_t floorModulo(int32_t a, int32_t b) {
  if (b == 0 || b == -1) return 0;
  const int32_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
/** The rest has the sign of b, zeros too; fmod is exact. */
HEBB_INLINE float floorModulo(float a, float b) {
  const float rest = __builtin_fmodf(a, b);
  if (rest == 0) return __builtin_copysignf(0.0f, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}
HEBB_INLINE double floorModulo(double a, double b) {
  const double rest = __builtin_fmod(a, b);
  if (rest == 0) return __builtin_copysign(0.0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

#define HEBB_SCALAR_UNARY(Name, function)                      \
  struct Name {                                                \
    template <class E>                                         \
    static HEBB_INLINE E of(E a) {                             \
      return static_cast<E>(function(static_cast<double>(a))); \
    }                                                          \
  };
HEBB_SCALAR_UNARY(ScalarSin, __builtin_sin)
HEBB_SCALAR_UNARY(ScalarCos, __builtin_cos)
HEBB_SCALAR_UNARY(ScalarTan, __builtin_tan)
#undef HEBB_SCALAR_UNARY

struct ScalarPow {
  template <class E>
  static HEBB_INLINE E of(E a, E b) {
    return static_cast<E>(power(static_cast<double>(a), static_cast<double>(b)));
  }
};
struct ScalarMod {
  template <class E>
  static HEBB_INLINE E of(E a, E b) {
    return floorModulo(a, b);
  }
};
struct IntegerPow {
  static HEBB_INLINE int32_t of(int32_t a, int32_t b) { return power(a, b); }
};
struct IntegerDiv {
  static HEBB_INLINE int32_t of(int32_t a, int32_t b) { return floorDivide(a, b); }
};

// Lane by lane, through memory: an index into a register would be unrolled.
template <class Function>
struct UnaryLanes {
  template <class T>
  static HEBB_INLINE typename T::Vector apply(typename T::Vector a) {
    typename T::Element x[T::width];
    store<T>(x, a);
#pragma GCC unroll 1
    for (int l = 0; l < T::width; l++) x[l] = Function::of(x[l]);
    return load<T>(x);
  }
};
template <class Function>
struct BinaryLanes {
  template <class T>
  static HEBB_INLINE typename T::Vector apply(typename T::Vector a, typename T::Vector b) {
    typename T::Element x[T::width], y[T::width];
    store<T>(x, a);
    store<T>(y, b);
#pragma GCC unroll 1
    for (int l = 0; l < T::width; l++) x[l] = Function::of(x[l], y[l]);
    return load<T>(x);
  }
};

}  // namespace
}  // namespace hebb
