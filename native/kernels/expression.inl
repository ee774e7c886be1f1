// Evaluates elementwise expressions: what map, the prologue of reduce and the epilogue of gemm have in
// common. Blocks of kBlock elements go through the steps one after the other, each step a loop over vectors;
// values stay in L1. A contiguous operand is read where it lies and a result written where it belongs,
// without a pass of its own.

namespace hebb {
namespace {

using Handler = void (*)(void* out, const void* a, const void* b, const void* c, int n);

// A micro-operation is a struct with apply(); a template makes the loop. Tails take the same formula on
// partial vectors.
template <class T, class Operation>
void unary(void* outBytes, const void* aBytes, const void*, const void*, int n) {
  auto out = static_cast<typename T::Element*>(outBytes);
  auto a = static_cast<const typename T::Element*>(aBytes);
  int i = 0;
  for (; i + T::width <= n; i += T::width) store<T>(out + i, Operation::template apply<T>(load<T>(a + i)));
  if (i < n) storePartial(out + i, Operation::template apply<T>(loadPartial<T>(a + i, n - i)), n - i);
}
template <class T, class Operation>
void binary(void* outBytes, const void* aBytes, const void* bBytes, const void*, int n) {
  auto out = static_cast<typename T::Element*>(outBytes);
  auto a = static_cast<const typename T::Element*>(aBytes);
  auto b = static_cast<const typename T::Element*>(bBytes);
  int i = 0;
  for (; i + T::width <= n; i += T::width) {
    store<T>(out + i, Operation::template apply<T>(load<T>(a + i), load<T>(b + i)));
  }
  if (i < n) {
    const int left = n - i;
    storePartial(out + i,
                 Operation::template apply<T>(loadPartial<T>(a + i, left), loadPartial<T>(b + i, left)),
                 left);
  }
}
template <class T, class Operation>
void ternary(void* outBytes, const void* aBytes, const void* bBytes, const void* cBytes, int n) {
  auto out = static_cast<typename T::Element*>(outBytes);
  auto a = static_cast<const typename T::Element*>(aBytes);
  auto b = static_cast<const typename T::Element*>(bBytes);
  auto c = static_cast<const typename T::Element*>(cBytes);
  int i = 0;
  for (; i + T::width <= n; i += T::width) {
    store<T>(out + i, Operation::template apply<T>(load<T>(a + i), load<T>(b + i), load<T>(c + i)));
  }
  if (i < n) {
    const int left = n - i;
    storePartial(out + i,
                 Operation::template apply<T>(loadPartial<T>(a + i, left), loadPartial<T>(b + i, left),
                                              loadPartial<T>(c + i, left)),
                 left);
  }
}

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
HEBB_UNARY(Exponential, exponential<T>(a))
HEBB_UNARY(ExponentialMinusOne, exponentialMinusOne<T>(a))
HEBB_UNARY(Logarithm, logarithm<T>(a))
HEBB_UNARY(LogarithmOfOnePlus, logarithmOfOnePlus<T>(a))
HEBB_UNARY(HyperbolicTangent, hyperbolicTangent(a))
HEBB_UNARY(Sigmoid, sigmoid<T>(a))
HEBB_UNARY(Softplus, softplus<T>(a))

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

#undef HEBB_UNARY
#undef HEBB_BINARY
#undef HEBB_TERNARY

template <class T>
constexpr Handler floatHandler(int operation) {
  using E = typename T::Element;
  switch (operation) {
    case contract::kMicroCopy: return unary<T, Copy>;
    case contract::kMicroNeg: return unary<T, Negate>;
    case contract::kMicroAbs: return unary<T, Absolute>;
    case contract::kMicroSign: return unary<T, Sign>;
    case contract::kMicroNot: return unary<T, Not>;
    case contract::kMicroFloor: return unary<T, Floor>;
    case contract::kMicroCeil: return unary<T, Ceil>;
    case contract::kMicroRound: return unary<T, Round>;
    case contract::kMicroTrunc: return unary<T, Truncate>;
    case contract::kMicroSqrt: return unary<T, SquareRoot>;
    case contract::kMicroRsqrt: return unary<T, InverseSquareRoot>;
    case contract::kMicroReciprocal: return unary<T, Reciprocal>;
    case contract::kMicroIsNaN: return unary<T, IsNaN>;
    case contract::kMicroIsInf: return unary<T, IsInfinite>;
    case contract::kMicroIsFinite: return unary<T, IsFinite>;
    case contract::kMicroExp: return unary<T, Exponential>;
    case contract::kMicroExpm1: return unary<T, ExponentialMinusOne>;
    case contract::kMicroLog: return unary<T, Logarithm>;
    case contract::kMicroLog1p: return unary<T, LogarithmOfOnePlus>;
    case contract::kMicroSin: return scalarSin<E>;
    case contract::kMicroCos: return scalarCos<E>;
    case contract::kMicroTan: return scalarTan<E>;
    case contract::kMicroAsin: return scalarAsin<E>;
    case contract::kMicroAcos: return scalarAcos<E>;
    case contract::kMicroAtan: return scalarAtan<E>;
    case contract::kMicroSinh: return scalarSinh<E>;
    case contract::kMicroCosh: return scalarCosh<E>;
    case contract::kMicroTanh: return unary<T, HyperbolicTangent>;
    case contract::kMicroAsinh: return scalarAsinh<E>;
    case contract::kMicroAcosh: return scalarAcosh<E>;
    case contract::kMicroAtanh: return scalarAtanh<E>;
    case contract::kMicroErf: return scalarErf<E>;
    case contract::kMicroSigmoid: return unary<T, Sigmoid>;
    case contract::kMicroSoftplus: return unary<T, Softplus>;
    case contract::kMicroAdd: return binary<T, Add>;
    case contract::kMicroSub: return binary<T, Subtract>;
    case contract::kMicroMul: return binary<T, Multiply>;
    case contract::kMicroDiv: return binary<T, Divide>;
    case contract::kMicroMod: return scalarMod<E>;
    case contract::kMicroPow: return scalarPow<E>;
    case contract::kMicroMin: return binary<T, Minimum>;
    case contract::kMicroMax: return binary<T, Maximum>;
    case contract::kMicroAtan2: return scalarAtan2<E>;
    case contract::kMicroEqual: return binary<T, Equal>;
    case contract::kMicroNotEqual: return binary<T, NotEqual>;
    case contract::kMicroLess: return binary<T, Less>;
    case contract::kMicroLessEqual: return binary<T, LessEqual>;
    case contract::kMicroGreater: return binary<T, Greater>;
    case contract::kMicroGreaterEqual: return binary<T, GreaterEqual>;
    case contract::kMicroAnd: return binary<T, And>;
    case contract::kMicroOr: return binary<T, Or>;
    case contract::kMicroSelect: return ternary<T, Select>;
    case contract::kMicroFma: return ternary<T, MultiplyAdd>;
    default: return nullptr;
  }
}

/** Integers wrap: signed overflow is defined by -fwrapv, with which this file must be compiled. */
constexpr Handler integerHandler(int operation) {
  using T = Int32;
  switch (operation) {
    case contract::kMicroCopy: return unary<T, Copy>;
    case contract::kMicroNeg: return unary<T, Negate>;
    case contract::kMicroAbs: return unary<T, IntegerAbsolute>;
    case contract::kMicroSign: return unary<T, Sign>;
    case contract::kMicroNot: return unary<T, Not>;
    case contract::kMicroAdd: return binary<T, Add>;
    case contract::kMicroSub: return binary<T, Subtract>;
    case contract::kMicroMul: return binary<T, Multiply>;
    case contract::kMicroDiv: return integerDiv<int32_t>;
    case contract::kMicroMod: return scalarMod<int32_t>;
    case contract::kMicroPow: return integerPow<int32_t>;
    case contract::kMicroMin: return binary<T, IntegerMinimum>;
    case contract::kMicroMax: return binary<T, IntegerMaximum>;
    case contract::kMicroEqual: return binary<T, Equal>;
    case contract::kMicroNotEqual: return binary<T, NotEqual>;
    case contract::kMicroLess: return binary<T, Less>;
    case contract::kMicroLessEqual: return binary<T, LessEqual>;
    case contract::kMicroGreater: return binary<T, Greater>;
    case contract::kMicroGreaterEqual: return binary<T, GreaterEqual>;
    case contract::kMicroAnd: return binary<T, And>;
    case contract::kMicroOr: return binary<T, Or>;
    case contract::kMicroSelect: return ternary<T, Select>;
    default: return nullptr;
  }
}

struct HandlerTable {
  Handler entries[contract::kMicroCount];
};
template <class T>
constexpr HandlerTable makeFloatHandlers() {
  HandlerTable table{};
  for (int i = 0; i < contract::kMicroCount; i++) table.entries[i] = floatHandler<T>(i);
  return table;
}
constexpr HandlerTable makeIntegerHandlers() {
  HandlerTable table{};
  for (int i = 0; i < contract::kMicroCount; i++) table.entries[i] = integerHandler(i);
  return table;
}
template <class T>
struct Handlers {
  static constexpr HandlerTable table = makeFloatHandlers<T>();
};
template <>
struct Handlers<Int32> {
  static constexpr HandlerTable table = makeIntegerHandlers();
};

template <class E>
HEBB_INLINE void fill(E* out, E value, int n) {
  for (int i = 0; i < n; i++) out[i] = value;
}

/** The registers of one evaluation: each points into the scratch memory or into an operand. */
template <class E>
struct Registers {
  E* slots;
  const E* values[contract::kLimitRegisters];
  E* slot(int r) const { return slots + r * kBlock; }
};

/** Fills the registers of constants; `blocks` is the longest block that will be evaluated. */
template <class E>
void beginExpression(Registers<E>& registers, const Expression& e, Scratch& scratch, int block) {
  registers.slots = reinterpret_cast<E*>(scratch.registers);
  if (!e.hasConstants) return;
  for (int s = 0; s < e.stepCount; s++) {
    const Step& step = e.steps[s];
    if (step.kind != StepKind::kConstant) continue;
    E* slot = registers.slot(step.destination);
    fill(slot, Convert<E, double>::of(step.constant), block);
    registers.values[step.destination] = slot;
  }
}

/** Fills the registers of operands that stand still along the row that begins at `operands`. */
template <class E>
void beginRow(Registers<E>& registers, const Expression& e, char* const* operands, int block) {
  if (!e.hasLoadOnce) return;
  for (int s = 0; s < e.stepCount; s++) {
    const Step& step = e.steps[s];
    if (step.kind != StepKind::kLoadOnce) continue;
    E* slot = registers.slot(step.destination);
    E value;
    loadConverted(&value, operands[step.a], e.operands[step.a].dtype, 1, 1);
    fill(slot, value, block);
    registers.values[step.destination] = slot;
  }
}

/**
 * Evaluates n (at most kBlock) points along the innermost dimension, `at` elements from where `operands`
 * point.
 * @return the value of kResult, where there is one
 */
template <class T>
const typename T::Element* evaluateBlock(Registers<typename T::Element>& registers, const Expression& e,
                                         char* const* operands, int64_t at, int n) {
  using E = typename T::Element;
  const E* result = nullptr;
  const int inner = e.rank - 1;
  const auto placeOf = [&](int operand) {
    const Operand& o = e.operands[operand];
    return operands[operand] + at * (inner >= 0 ? o.strides[inner] : 0) * o.bytes;
  };
  for (int s = 0; s < e.stepCount; s++) {
    const Step& step = e.steps[s];
    switch (step.kind) {
      case StepKind::kConstant:
      case StepKind::kLoadOnce:
      case StepKind::kStoreDone: break;
      case StepKind::kLoadDirect:
        registers.values[step.destination] = reinterpret_cast<const E*>(placeOf(step.a));
        break;
      case StepKind::kLoad: {
        const Operand& o = e.operands[step.a];
        E* slot = registers.slot(step.destination);
        loadConverted(slot, placeOf(step.a), o.dtype, inner >= 0 ? o.strides[inner] : 0, n);
        registers.values[step.destination] = slot;
        break;
      }
      case StepKind::kCompute: {
        E* out = step.directOperand >= 0 ? reinterpret_cast<E*>(placeOf(step.directOperand))
                                         : registers.slot(step.destination);
        Handlers<T>::table.entries[step.operation](out, registers.values[step.a], registers.values[step.b],
                                                   registers.values[step.c], n);
        registers.values[step.destination] = out;
        break;
      }
      case StepKind::kStore: {
        const Operand& o = e.operands[step.a];
        storeConverted(placeOf(step.a), registers.values[step.b], o.dtype, inner >= 0 ? o.strides[inner] : 0,
                       n);
        break;
      }
      case StepKind::kResult: result = registers.values[step.b]; break;
    }
  }
  return result;
}

/** Evaluates a row of `count` points along the innermost dimension, from element `from` on. */
template <class T>
void evaluateRow(Registers<typename T::Element>& registers, const Expression& e, char* const* operands,
                 int64_t from, int64_t count) {
  beginRow(registers, e, operands, static_cast<int>(count < kBlock ? count : kBlock));
  for (int64_t at = 0; at < count; at += kBlock) {
    const int64_t left = count - at;
    evaluateBlock<T>(registers, e, operands, from + at, static_cast<int>(left < kBlock ? left : kBlock));
  }
}

}  // namespace
}  // namespace hebb
