// A function on as many vectors as travel together: in a chain of handlers (chain.inl), or, for frequent
// functions, alone in a loop over a row, which stands for a chain of one.

#include <type_traits>

namespace hebb {
namespace {

/** Vectors that the calling convention passes in registers, up to 256 bytes of them. */
constexpr int kChainVectors = HEBB_VECTOR_BYTES >= 64 ? 4 : 8;
constexpr int kChainBytes = kChainVectors * HEBB_VECTOR_BYTES;
static_assert(kChainBytes <= kSlotBytes, "a slot holds what a full handler takes");

/** Vectors of a pack: with four, each waits a cycle of the four that a multiply-add takes. */
constexpr int kPackVectors = 4;

/** x[v] = Operation(x[v]) */
template <class T, class Operation, int N>
HEBB_INLINE void applyToAll(typename T::Vector (&x)[N]) {
  if constexpr (std::is_base_of_v<InPacks, Operation> && N % kPackVectors == 0) {
#pragma GCC unroll 8
    for (int v = 0; v < N; v += kPackVectors) {
      const Pack<typename T::Vector, kPackVectors> pack = {{x[v], x[v + 1], x[v + 2], x[v + 3]}};
      const auto result = Operation::template apply<Packed<T, kPackVectors>>(pack);
#pragma GCC unroll 8
      for (int i = 0; i < kPackVectors; i++) x[v + i] = result.vectors[i];
    }
  } else {
#pragma GCC unroll 8
    for (int v = 0; v < N; v++) x[v] = Operation::template apply<T>(x[v]);
  }
}

/**
 * out[i] = Operation(in[i]) for n elements, a multiple of those of a full handler: what a chain of one
 * frequent function would do, without its links.
 */
template <class T, class Operation, bool Streams>
void functionOfRow(char* out, const char* in, int64_t n) {
  using E = typename T::Element;
  for (int64_t i = 0; i < n; i += kChainVectors * T::width) {
    const E* from = reinterpret_cast<const E*>(in) + i;
    E* to = reinterpret_cast<E*>(out) + i;
    typename T::Vector x[kChainVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kChainVectors; v++) x[v] = load<T>(from + v * T::width);
    applyToAll<T, Operation>(x);
#pragma GCC unroll 8
    for (int v = 0; v < kChainVectors; v++) {
      Streams ? streamVector(to + v * T::width, x[v]) : store<T>(to + v * T::width, x[v]);
    }
  }
}
template <class T>
constexpr RowFunction rowFunctionOf(int32_t operation, bool streams) {
  if constexpr (std::is_same_v<T, Float32>) {
    switch (operation) {
#define HEBB_ROW(micro, Operation) \
  case micro: return streams ? functionOfRow<T, Operation, true> : functionOfRow<T, Operation, false>;
      HEBB_ROW(contract::kMicroExp, Exponential)
      HEBB_ROW(contract::kMicroLog, Logarithm)
      HEBB_ROW(contract::kMicroTanh, HyperbolicTangent)
      HEBB_ROW(contract::kMicroSigmoid, Sigmoid)
#undef HEBB_ROW
    }
  }
  return nullptr;
}

}  // namespace
}  // namespace hebb
