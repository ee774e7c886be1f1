// The micro-operations as vectors: each a struct with apply().

namespace hebb {
namespace {

/** 1 where the mask is set, else 0. */
template <class T>
HEBB_INLINE typename T::Vector truth(typename T::Mask mask) {
  return mask ? broadcast<T>(1) : broadcast<T>(0);
}
template <class T>
HEBB_INLINE typename T::Vector zeros() {
  return broadcast<T>(0);
}

#define HEBB_UNARY(Name, expression)                                    \
  struct Name {                                                         \
    template <class T>                                                  \
    static HEBB_INLINE typename T::Vector apply(typename T::Vector a) { \
      return expression;                                                \
    }                                                                   \
  };
// Functions that training is full of, which take packs of vectors, too.
struct InPacks {};
#define HEBB_IN_PACKS(Name, expression)                                 \
  struct Name : InPacks {                                               \
    template <class T>                                                  \
    static HEBB_INLINE typename T::Vector apply(typename T::Vector a) { \
      return expression;                                                \
    }                                                                   \
  };
// What float32 computes in float64, as functions.inl has it.
struct InDouble {};
#define HEBB_IN_DOUBLE(Name, expression)                    \
  struct Name : InDouble {                                  \
    template <class T>                                      \
    static HEBB_INLINE DoubleVector apply(DoubleVector a) { \
      return expression;                                    \
    }                                                       \
  };
#define HEBB_BINARY(Name, expression)                                                         \
  struct Name {                                                                               \
    template <class T>                                                                        \
    static HEBB_INLINE typename T::Vector apply(typename T::Vector a, typename T::Vector b) { \
      return expression;                                                                      \
    }                                                                                         \
  };
#define HEBB_TERNARY(Name, expression)                                                      \
  struct Name {                                                                             \
    template <class T>                                                                      \
    static HEBB_INLINE typename T::Vector apply(typename T::Vector a, typename T::Vector b, \
                                                typename T::Vector c) {                     \
      return expression;                                                                    \
    }                                                                                       \
  };

HEBB_UNARY(Copy, a)
HEBB_UNARY(Negate, -a)
HEBB_UNARY(Absolute, absolute<T>(a))
HEBB_UNARY(IntegerAbsolute, a < zeros<T>() ? -a : a)
HEBB_UNARY(Sign, a > zeros<T>() ? broadcast<T>(1) : (a < zeros<T>() ? broadcast<T>(-1) : a))
HEBB_UNARY(Not, truth<T>(a == zeros<T>()))
HEBB_UNARY(Floor, roundDown(a))
HEBB_UNARY(Ceil, roundUp(a))
HEBB_UNARY(Round, roundToEven(a))
HEBB_UNARY(Truncate, roundToZero(a))
HEBB_UNARY(SquareRoot, squareRoot(a))
HEBB_UNARY(InverseSquareRoot, broadcast<T>(1) / squareRoot(a))
HEBB_UNARY(Reciprocal, broadcast<T>(1) / a)
HEBB_UNARY(IsNaN, truth<T>(a != a))
HEBB_UNARY(IsInfinite, truth<T>(absolute<T>(a) == broadcast<T>(__builtin_inff())))
HEBB_UNARY(IsFinite, truth<T>(absolute<T>(a) < broadcast<T>(__builtin_inff())))
HEBB_IN_PACKS(Exponential, exponential<T>(a))
HEBB_UNARY(ExponentialMinusOne, exponentialMinusOne<T>(a))
HEBB_UNARY(Logarithm, logarithm<T>(a))
HEBB_UNARY(LogarithmOfOnePlus, logarithmOfOnePlus<T>(a))
HEBB_IN_PACKS(HyperbolicTangent, hyperbolicTangent<T>(a))
HEBB_IN_PACKS(Sigmoid, sigmoid<T>(a))
HEBB_UNARY(Softplus, softplus<T>(a))
HEBB_UNARY(ErrorFunction, errorFunction(a))
HEBB_IN_DOUBLE(Sine, sine(a))
HEBB_IN_DOUBLE(Cosine, cosine(a))
HEBB_IN_DOUBLE(Tangent, tangent(a))
HEBB_IN_DOUBLE(ArcSineOf, arcSine(a))
HEBB_IN_DOUBLE(ArcCosine, arcCosine(a))
HEBB_IN_DOUBLE(ArcTangent, arcTangent(a))
HEBB_IN_DOUBLE(HyperbolicSine, hyperbolicSine(a))
HEBB_IN_DOUBLE(HyperbolicCosine, hyperbolicCosine(a))
HEBB_IN_DOUBLE(AreaSine, areaSine(a))
HEBB_IN_DOUBLE(AreaCosine, areaCosine(a))
HEBB_IN_DOUBLE(AreaTangent, areaTangent(a))

HEBB_BINARY(Add, a + b)
HEBB_BINARY(Subtract, a - b)
HEBB_BINARY(Multiply, a* b)
HEBB_BINARY(Divide, a / b)
HEBB_BINARY(Minimum, minimum(a, b))
HEBB_BINARY(Maximum, maximum(a, b))
HEBB_BINARY(IntegerMinimum, a < b ? a : b)
HEBB_BINARY(IntegerMaximum, a > b ? a : b)
HEBB_BINARY(Equal, truth<T>(a == b))
HEBB_BINARY(NotEqual, truth<T>(a != b))
HEBB_BINARY(Less, truth<T>(a < b))
HEBB_BINARY(LessEqual, truth<T>(a <= b))
HEBB_BINARY(Greater, truth<T>(a > b))
HEBB_BINARY(GreaterEqual, truth<T>(a >= b))
HEBB_BINARY(And, truth<T>((a != zeros<T>()) & (b != zeros<T>())))
HEBB_BINARY(Or, truth<T>((a != zeros<T>()) | (b != zeros<T>())))

HEBB_TERNARY(Select, (a != zeros<T>()) ? b : c)
HEBB_TERNARY(MultiplyAdd, multiplyAdd(a, b, c))

struct ArcTangentOfPoint : InDouble {
  template <class T>
  static HEBB_INLINE DoubleVector apply(DoubleVector a, DoubleVector b) {
    return arcTangent(a, b);
  }
};
struct PowerOfFloats : InDouble {
  template <class T>
  static HEBB_INLINE DoubleVector apply(DoubleVector a, DoubleVector b) {
    return powerOfFloats(a, b);
  }
};

#undef HEBB_UNARY
#undef HEBB_IN_PACKS
#undef HEBB_IN_DOUBLE
#undef HEBB_BINARY
#undef HEBB_TERNARY

}  // namespace
}  // namespace hebb
