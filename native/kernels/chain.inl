// Handlers of chains (Link, kernels.h): a handler computes on the accumulator and tail-calls the next. The
// accumulator travels in the vector registers in which the calling convention passes arguments, so a value
// that the next micro-operation consumes never touches memory. kChainBytes at a time: longer chunks are
// slower out of cache, where the streams of all operands have to advance together.

#include <type_traits>
#include <utility>

namespace hebb {
namespace {

/** Elements from one point of the innermost dimension to the next. */
HEBB_INLINE int64_t innerStride(const Expression& e, int operand) {
  return e.rank > 0 ? e.operands[operand].strides[e.rank - 1] : 0;
}

/** Reads n elements of an operand that is not of type T or has gaps, from byte i of the row, as T. */
template <class T>
HEBB_OUTLINE void convertFrom(Chain* chain, int number, int64_t i, int n) {
  using E = typename T::Element;
  const Operand& o = chain->expression->operands[number];
  const int64_t stride = innerStride(*chain->expression, number);
  const int64_t element = i / static_cast<int64_t>(sizeof(E));
  loadConverted(reinterpret_cast<E*>(chain->work[0]), chain->places[number] + element * stride * o.bytes,
                o.dtype, stride, n);
}
template <class T>
HEBB_OUTLINE void convertTo(Chain* chain, int number, int64_t i, int n) {
  using E = typename T::Element;
  const Operand& o = chain->expression->operands[number];
  const int64_t stride = innerStride(*chain->expression, number);
  const int64_t element = i / static_cast<int64_t>(sizeof(E));
  storeConverted(chain->places[number] + element * stride * o.bytes,
                 reinterpret_cast<const E*>(chain->work[0]), o.dtype, stride, n);
}

/** out[i] = in[i] for n numbers, a multiple of the vectors' width. */
template <class To, class From>
HEBB_INLINE void convertAll(To* out, const From* in, int n) {
#pragma GCC ivdep
  for (int i = 0; i < n; i++) out[i] = static_cast<To>(in[i]);
}

/** x[v] = Operation(x[v]) for `vectors` vectors, kChainVectors at most. */
template <class T, class Operation>
HEBB_OUTLINE void applyEach(typename T::Element* x, int vectors) {
  if constexpr (std::is_same_v<T, Float32> && std::is_base_of_v<InDouble, Operation>) {
    alignas(64) double y[kChainVectors * T::width];
    convertAll(y, x, vectors * T::width);
    applyEach<Float64, Operation>(y, 2 * vectors);
    convertAll(x, y, vectors * T::width);
  } else {
#pragma GCC unroll 1
    for (int v = 0; v < vectors; v++, x += T::width) store<T>(x, Operation::template apply<T>(load<T>(x)));
  }
}
/** x[v] = Operation(x[v], y[v]) */
template <class T, class Operation>
HEBB_OUTLINE void applyEach(typename T::Element* x, const typename T::Element* y, int vectors) {
  if constexpr (std::is_same_v<T, Float32> && std::is_base_of_v<InDouble, Operation>) {
    alignas(64) double a[kChainVectors * T::width], b[kChainVectors * T::width];
    convertAll(a, x, vectors * T::width);
    convertAll(b, y, vectors * T::width);
    applyEach<Float64, Operation>(a, b, 2 * vectors);
    convertAll(x, a, vectors * T::width);
  } else {
#pragma GCC unroll 1
    for (int v = 0; v < vectors; v++, x += T::width, y += T::width) {
      store<T>(x, Operation::template apply<T>(load<T>(x), load<T>(y)));
    }
  }
}

/** The handlers for T; narrow ones (one I) take chain.count elements, full ones all lanes of all vectors. */
template <class T, int... I>
struct Handlers {
  using E = typename T::Element;
  using Vector = typename T::Vector;
  template <int>
  using Lanes = Vector;
  using Function = void (*)(const Link*, Chain*, int64_t, Lanes<I>...);
  static constexpr int count = sizeof...(I);
  static constexpr bool isFull = count > 1;
  static constexpr int elements = count * T::width;

  static HEBB_INLINE Vector read(const E* p, const Chain* chain, int v) {
    return isFull ? load<T>(p + v * T::width) : loadPartial<T>(p, static_cast<int>(chain->count));
  }
  static HEBB_INLINE void write(E* p, const Chain* chain, int v, Vector x) {
    if constexpr (isFull) {
      store<T>(p + v * T::width, x);
    } else {
      storePartial(p, x, static_cast<int>(chain->count));
    }
  }
  static HEBB_INLINE void next(const Link* link, Chain* chain, int64_t i, const Vector (&x)[count]) {
    reinterpret_cast<Function>(link[1].function)(link + 1, chain, i, x[I]...);
  }
  static HEBB_INLINE void start(const Link* link, Chain* chain, int64_t i) {
    const Vector nothing = broadcast<T>(0);
    reinterpret_cast<Function>(link->function)(link, chain, i, (static_cast<void>(I), nothing)...);
  }

  static void end(const Link*, Chain*, int64_t, Lanes<I>...) {}

  // Operands: i counts bytes along the row, so that one addition finds an element.
  static HEBB_INLINE E* memory(const Chain* chain, uint16_t offset, int64_t i) {
    char* place;
    __builtin_memcpy(&place, reinterpret_cast<const char*>(chain) + offset, sizeof place);
    return reinterpret_cast<E*>(place + i);
  }
  static HEBB_INLINE E* slot(Chain* chain, uint16_t offset) {
    return reinterpret_cast<E*>(reinterpret_cast<char*>(chain) + offset);
  }
  template <bool IsSlot>
  static HEBB_INLINE E* operand(Chain* chain, uint16_t offset, int64_t i) {
    return IsSlot ? slot(chain, offset) : memory(chain, offset, i);
  }

  /** One number for all lanes. Full handlers find their slots full of it, and load a vector: see Whole. */
  static HEBB_INLINE Vector number(const E* p) { return isFull ? load<T>(p) : broadcast<T>(*p); }

  template <bool IsSlot>
  static void loadFrom(const Link* link, Chain* chain, int64_t i, Lanes<I>... lanes) {
    Vector x[count] = {lanes...};
    const E* p = operand<IsSlot>(chain, link->a, i);
#pragma GCC unroll 8
    for (int v = 0; v < count; v++) x[v] = read(p, chain, v);
    next(link, chain, i, x);
  }
  static void loadScalar(const Link* link, Chain* chain, int64_t i, Lanes<I>... lanes) {
    Vector x[count] = {lanes...};
    const Vector value = number(slot(chain, link->a));
#pragma GCC unroll 8
    for (int v = 0; v < count; v++) x[v] = value;
    next(link, chain, i, x);
  }
  template <bool IsSlot>
  static void storeTo(const Link* link, Chain* chain, int64_t i, Lanes<I>... lanes) {
    const Vector x[count] = {lanes...};
    E* p = operand<IsSlot>(chain, link->a, i);
#pragma GCC unroll 8
    for (int v = 0; v < count; v++) write(p, chain, v, x[v]);
    next(link, chain, i, x);
  }
  /** Past the caches; only whole aligned vectors can go there. */
  static void storeStream(const Link* link, Chain* chain, int64_t i, Lanes<I>... lanes) {
    const Vector x[count] = {lanes...};
    E* p = memory(chain, link->a, i);
    if (isFull && (reinterpret_cast<uintptr_t>(p) & (HEBB_VECTOR_BYTES - 1)) == 0) {
#pragma GCC unroll 8
      for (int v = 0; v < count; v++) streamVector(p + v * T::width, x[v]);
    } else {
#pragma GCC unroll 8
      for (int v = 0; v < count; v++) write(p, chain, v, x[v]);
    }
    next(link, chain, i, x);
  }

  // Conversions go through memory; the links' `a` is an operand's number.
  static HEBB_INLINE int elementsNow(const Chain* chain) {
    return isFull ? elements : static_cast<int>(chain->count);
  }
  static void loadConvertedFrom(const Link* link, Chain* chain, int64_t i, Lanes<I>... lanes) {
    Vector x[count] = {lanes...};
    convertFrom<T>(chain, link->a, i, elementsNow(chain));
    const E* p = reinterpret_cast<const E*>(chain->work[0]);
#pragma GCC unroll 8
    for (int v = 0; v < count; v++) x[v] = read(p, chain, v);
    next(link, chain, i, x);
  }
  static void storeConvertedTo(const Link* link, Chain* chain, int64_t i, Lanes<I>... lanes) {
    Vector x[count] = {lanes...};
    E* p = reinterpret_cast<E*>(chain->work[0]);
#pragma GCC unroll 8
    for (int v = 0; v < count; v++) write(p, chain, v, x[v]);
    convertTo<T>(chain, link->a, i, elementsNow(chain));
    // The call has clobbered the registers.
#pragma GCC unroll 8
    for (int v = 0; v < count; v++) x[v] = read(p, chain, v);
    next(link, chain, i, x);
  }

  template <class Operation>
  static void unary(const Link* link, Chain* chain, int64_t i, Lanes<I>... lanes) {
    Vector x[count] = {lanes...};
    applyToAll<T, Operation>(x);
    next(link, chain, i, x);
  }
  // Long functions work in memory, in a loop of their own that full and narrow handlers share.
  template <class Operation>
  static void longUnary(const Link* link, Chain* chain, int64_t i, Lanes<I>... lanes) {
    Vector x[count] = {lanes...};
    E* p = reinterpret_cast<E*>(chain->work[0]);
#pragma GCC unroll 8
    for (int v = 0; v < count; v++) store<T>(p + v * T::width, x[v]);
    applyEach<T, Operation>(p, count);
#pragma GCC unroll 8
    for (int v = 0; v < count; v++) x[v] = load<T>(p + v * T::width);
    next(link, chain, i, x);
  }
  template <class Operation, int Operands>
  static void longBinary(const Link* link, Chain* chain, int64_t i, Lanes<I>... lanes) {
    Vector x[count] = {lanes...};
    E* p = reinterpret_cast<E*>(chain->work[0]);
    E* q = reinterpret_cast<E*>(chain->work[1]);
    const E* other = operand<Operands == kLinkAT>(chain, link->a, i);
#pragma GCC unroll 8
    for (int v = 0; v < count; v++) {
      store<T>(p + v * T::width, x[v]);
      store<T>(q + v * T::width, read(other, chain, v));
    }
    applyEach<T, Operation>(p, q, count);
#pragma GCC unroll 8
    for (int v = 0; v < count; v++) x[v] = load<T>(p + v * T::width);
    next(link, chain, i, x);
  }
  template <class Operation, int Operands>
  static void binary(const Link* link, Chain* chain, int64_t i, Lanes<I>... lanes) {
    Vector x[count] = {lanes...};
    if constexpr (Operands == kLinkAA) {
#pragma GCC unroll 8
      for (int v = 0; v < count; v++) x[v] = Operation::template apply<T>(x[v], x[v]);
    } else {
      constexpr bool isFirst = Operands == kLinkAM || Operands == kLinkAT || Operands == kLinkAS;
      constexpr bool isScalar = Operands == kLinkAS || Operands == kLinkSA;
      constexpr bool isSlot = isScalar || Operands == kLinkAT || Operands == kLinkTA;
      const E* p = operand<isSlot>(chain, link->a, i);
      const Vector scalar = isScalar ? number(p) : broadcast<T>(0);
#pragma GCC unroll 8
      for (int v = 0; v < count; v++) {
        const Vector other = isScalar ? scalar : read(p, chain, v);
        x[v] =
            isFirst ? Operation::template apply<T>(x[v], other) : Operation::template apply<T>(other, x[v]);
      }
    }
    next(link, chain, i, x);
  }
  /** An operand that is not the accumulator: one number for all vectors, or each vector's own. */
  template <int Source>
  struct Other {
    const E* p;
    Vector value;
    HEBB_INLINE Other(Chain* chain, uint16_t offset, int64_t i)
        : p(operand<Source != kLinkMemory>(chain, offset, i)),
          value(Source == kLinkNumber ? number(p) : broadcast<T>(0)) {}
    HEBB_INLINE Vector at(const Chain* chain, int v) const {
      return Source == kLinkNumber ? value : read(p, chain, v);
    }
  };
  /** Starts from operands none of which is the accumulator. */
  template <class Operation, int First, int Second>
  static void binaryOf(const Link* link, Chain* chain, int64_t i, Lanes<I>...) {
    const Other<First> first(chain, link->a, i);
    const Other<Second> second(chain, link->b, i);
    Vector x[count];
#pragma GCC unroll 8
    for (int v = 0; v < count; v++) {
      x[v] = Operation::template apply<T>(first.at(chain, v), second.at(chain, v));
    }
    next(link, chain, i, x);
  }
  template <class Operation, int Operands>
  static void ternary(const Link* link, Chain* chain, int64_t i, Lanes<I>... lanes) {
    Vector x[count] = {lanes...};
    const Other<Operands / 3 % 3> first(chain, link->a, i);
    const Other<Operands % 3> second(chain, link->b, i);
#pragma GCC unroll 8
    for (int v = 0; v < count; v++) {
      const Vector y = first.at(chain, v), z = second.at(chain, v);
      if constexpr (Operands / 9 == 0) {
        x[v] = Operation::template apply<T>(x[v], y, z);
      } else if constexpr (Operands / 9 == 1) {
        x[v] = Operation::template apply<T>(y, x[v], z);
      } else {
        x[v] = Operation::template apply<T>(y, z, x[v]);
      }
    }
    next(link, chain, i, x);
  }
};

/** Fills a table: methods by what operands an operation needs handlers for. */
template <class H>
struct TableBuilder {
  using Function = typename H::Function;
  HandlersOf<Function> table;
  int count;

  /** In the same order for full and narrow handlers, which so have the same places. */
  constexpr void add(int operation, int operands, Function handler) {
    table.operations[++count] = handler;
    table.places[operation][operands] = static_cast<uint8_t>(count);
  }

  constexpr void addMoves() {
    table.load = H::template loadFrom<false>;
    table.loadSlot = H::template loadFrom<true>;
    table.loadScalar = H::loadScalar;
    table.loadConverted = H::loadConvertedFrom;
    table.store = H::template storeTo<false>;
    table.storeSlot = H::template storeTo<true>;
    table.storeStream = H::isFull ? H::storeStream : H::template storeTo<false>;
    table.storeConverted = H::storeConvertedTo;
    table.end = H::end;
  }
  template <class Operation>
  constexpr void unary(int operation) {
    add(operation, 0, H::template unary<Operation>);
  }
  template <class Operation>
  constexpr void longUnary(int operation) {
    add(operation, 0, H::template longUnary<Operation>);
  }
  /** Functions that training is full of stay in registers, in float32. */
  template <class Operation>
  constexpr void frequentUnary(int operation) {
    if constexpr (H::isFull && sizeof(typename H::E) == 4) {
      unary<Operation>(operation);
    } else {
      longUnary<Operation>(operation);
    }
  }
  /** A vector of a slot costs narrow handlers no more than a number does. */
  static constexpr int handlerFor(int operands) {
    if (H::isFull) return operands;
    return operands == kLinkAS ? kLinkAT : operands == kLinkSA ? kLinkTA : operands;
  }
  template <class Operation, int... Operands>
  constexpr void binaryFor(int operation) {
    (add(operation, Operands, H::template binary<Operation, handlerFor(Operands)>), ...);
  }
  /** The planner turns operands round where the operation allows it. */
  template <class Operation>
  constexpr void turnable(int operation) {
    binaryFor<Operation, kLinkAM, kLinkAT, kLinkAS, kLinkAA>(operation);
  }
  template <class Operation>
  constexpr void binary(int operation) {
    binaryFor<Operation, kLinkAM, kLinkAT, kLinkAS, kLinkMA, kLinkTA, kLinkSA, kLinkAA>(operation);
  }
  /** What most expressions begin with: without a load of its own, as each link costs some cycles. */
  template <class Operation>
  constexpr void beginning(int operation) {
    constexpr int number = narrowed(kLinkNumber);
    add(operation, kLinkMM, H::template binaryOf<Operation, kLinkMemory, kLinkMemory>);
    add(operation, kLinkMS, H::template binaryOf<Operation, kLinkMemory, number>);
    add(operation, kLinkSM, H::template binaryOf<Operation, number, kLinkMemory>);
  }
  template <class Operation>
  constexpr void longBinary(int operation) {
    add(operation, kLinkAM, H::template longBinary<Operation, kLinkAM>);
    add(operation, kLinkAT, H::template longBinary<Operation, kLinkAT>);
  }
  template <class Operation, int Place, int... Sources>
  constexpr void ternaryFor(int operation) {
    (add(operation, LinkTernary(Place, Sources / 3, Sources % 3),
         H::template ternary<Operation, LinkTernary(Place, narrowed(Sources / 3), narrowed(Sources % 3))>),
     ...);
  }
  static constexpr int narrowed(int source) {
    return !H::isFull && source == kLinkNumber ? static_cast<int>(kLinkSlot) : source;
  }
  /** Any place of the accumulator; numbers are read from their slots. */
  template <class Operation>
  constexpr void ternary(int operation) {
    ternaryFor<Operation, 0, 0, 1, 3, 4>(operation);
    ternaryFor<Operation, 1, 0, 1, 3, 4>(operation);
    ternaryFor<Operation, 2, 0, 1, 3, 4>(operation);
  }
  /** A product of the first two operands, whose order does not matter, and a third. */
  template <class Operation>
  constexpr void product(int operation) {
    ternaryFor<Operation, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8>(operation);
    ternaryFor<Operation, 2, 0, 1, 2, 4, 5>(operation);
  }

  /** What all dtypes have. */
  constexpr void addCommon() {
    addMoves();
    unary<Copy>(contract::kMicroCopy);
    unary<Negate>(contract::kMicroNeg);
    unary<Sign>(contract::kMicroSign);
    unary<Not>(contract::kMicroNot);
    turnable<Add>(contract::kMicroAdd);
    beginning<Add>(contract::kMicroAdd);
    binary<Subtract>(contract::kMicroSub);
    beginning<Subtract>(contract::kMicroSub);
    turnable<Multiply>(contract::kMicroMul);
    beginning<Multiply>(contract::kMicroMul);
    turnable<Equal>(contract::kMicroEqual);
    turnable<NotEqual>(contract::kMicroNotEqual);
    turnable<Less>(contract::kMicroLess);
    turnable<LessEqual>(contract::kMicroLessEqual);
    turnable<Greater>(contract::kMicroGreater);
    turnable<GreaterEqual>(contract::kMicroGreaterEqual);
    turnable<And>(contract::kMicroAnd);
    turnable<Or>(contract::kMicroOr);
    ternary<Select>(contract::kMicroSelect);
  }
  constexpr void addFloat() {
    unary<Absolute>(contract::kMicroAbs);
    unary<Floor>(contract::kMicroFloor);
    unary<Ceil>(contract::kMicroCeil);
    unary<Round>(contract::kMicroRound);
    unary<Truncate>(contract::kMicroTrunc);
    unary<SquareRoot>(contract::kMicroSqrt);
    unary<InverseSquareRoot>(contract::kMicroRsqrt);
    unary<Reciprocal>(contract::kMicroReciprocal);
    unary<IsNaN>(contract::kMicroIsNaN);
    unary<IsInfinite>(contract::kMicroIsInf);
    unary<IsFinite>(contract::kMicroIsFinite);
    frequentUnary<Exponential>(contract::kMicroExp);
    longUnary<ExponentialMinusOne>(contract::kMicroExpm1);
    frequentUnary<Logarithm>(contract::kMicroLog);
    longUnary<LogarithmOfOnePlus>(contract::kMicroLog1p);
    longUnary<Sine>(contract::kMicroSin);
    longUnary<Cosine>(contract::kMicroCos);
    longUnary<Tangent>(contract::kMicroTan);
    longUnary<ArcSineOf>(contract::kMicroAsin);
    longUnary<ArcCosine>(contract::kMicroAcos);
    longUnary<ArcTangent>(contract::kMicroAtan);
    longUnary<HyperbolicSine>(contract::kMicroSinh);
    longUnary<HyperbolicCosine>(contract::kMicroCosh);
    frequentUnary<HyperbolicTangent>(contract::kMicroTanh);
    longUnary<AreaSine>(contract::kMicroAsinh);
    longUnary<AreaCosine>(contract::kMicroAcosh);
    longUnary<AreaTangent>(contract::kMicroAtanh);
    longUnary<ErrorFunction>(contract::kMicroErf);
    frequentUnary<Sigmoid>(contract::kMicroSigmoid);
    longUnary<Softplus>(contract::kMicroSoftplus);
    binary<Divide>(contract::kMicroDiv);
    longBinary<BinaryLanes<ScalarMod>>(contract::kMicroMod);
    longBinary<std::conditional_t<sizeof(typename H::E) == 4, PowerOfFloats, BinaryLanes<ScalarPow>>>(
        contract::kMicroPow);
    turnable<Minimum>(contract::kMicroMin);
    turnable<Maximum>(contract::kMicroMax);
    longBinary<ArcTangentOfPoint>(contract::kMicroAtan2);
    product<MultiplyAdd>(contract::kMicroFma);
  }
  /** Integers wrap: signed overflow is defined by -fwrapv, with which this file must be compiled. */
  constexpr void addInteger() {
    unary<IntegerAbsolute>(contract::kMicroAbs);
    longBinary<BinaryLanes<IntegerDiv>>(contract::kMicroDiv);
    longBinary<BinaryLanes<ScalarMod>>(contract::kMicroMod);
    longBinary<BinaryLanes<IntegerPow>>(contract::kMicroPow);
    turnable<IntegerMinimum>(contract::kMicroMin);
    turnable<IntegerMaximum>(contract::kMicroMax);
  }
};

template <class T, int... I>
Handlers<T, I...> handlersOf(std::integer_sequence<int, I...>);
template <class T>
using Full = decltype(handlersOf<T>(std::make_integer_sequence<int, kChainVectors>{}));
template <class T>
using Narrow = Handlers<T, 0>;

template <class H>
constexpr HandlersOf<typename H::Function> makeHandlers() {
  TableBuilder<H> builder{};
  builder.addCommon();
  if constexpr (static_cast<typename H::E>(0.5) != 0) {
    builder.addFloat();
  } else {
    builder.addInteger();
  }
  return builder.table;
}
// Constants, not initialised at load: that would run code of an instruction set that the CPU may not have.
template <class H>
struct HandlerTable {
  static constexpr HandlersOf<typename H::Function> table = makeHandlers<H>();
};
template <class T>
constexpr ChainTable makeChainTable() {
  return {&HandlerTable<Full<T>>::table, &HandlerTable<Narrow<T>>::table, rowFunctionOf<T>};
}

}  // namespace
}  // namespace hebb
