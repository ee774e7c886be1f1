// Evaluates elementwise expressions by their chains: what map, the prologue of reduce and the epilogue of
// gemm have in common. Along a row the full chain runs as often as it fits, then the narrow one.

namespace hebb {
namespace {

// Out of line, as are the other functions of rows here: what calls them for each row is large already.
template <class E>
HEBB_OUTLINE void fill(E* out, E value, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = value;
}

/** Elements of a slot that chains along rows of this length read. */
template <class T>
HEBB_INLINE int64_t slotElements(int64_t length) {
  constexpr int64_t most = Full<T>::elements;
  return length < most ? length : most;
}

/** Fills the slots of constants; rows are `length` long. */
template <class T>
Chain& beginExpression(Scratch& scratch, const Expression& e, int64_t length) {
  using E = typename T::Element;
  Chain& chain = *scratch.chain;
  chain.expression = &e;
  if (!e.hasConstants) return chain;
  for (int s = 0; s < e.stepCount; s++) {
    const Step& step = e.steps[s];
    if (step.kind != StepKind::kConstant) continue;
    fill(reinterpret_cast<E*>(chain.slots[step.destination]), Convert<E, double>::of(step.constant),
         slotElements<T>(length));
  }
  return chain;
}

/** Moves to the row that begins at `operands`, and fills the slots of those that stand still along it. */
template <class T>
HEBB_OUTLINE void beginRow(Chain& chain, char* const* operands, int64_t length) {
  using E = typename T::Element;
  const Expression& e = *chain.expression;
  for (int o = 0; o < e.inputCount + e.outputCount; o++) chain.places[o] = operands[o];
  if (!e.hasLoadOnce) return;
  for (int s = 0; s < e.stepCount; s++) {
    const Step& step = e.steps[s];
    if (step.kind != StepKind::kLoadOnce) continue;
    E value;
    loadConverted(&value, operands[step.a], e.operands[step.a].dtype, 1, 1);
    fill(reinterpret_cast<E*>(chain.slots[step.destination]), value, slotElements<T>(length));
  }
}

template <class T>
HEBB_INLINE void runNarrow(Chain& chain, int64_t at, int64_t count) {
  chain.count = count;
  Narrow<T>::start(chain.expression->links + chain.expression->linkCount, &chain,
                   at * static_cast<int64_t>(sizeof(typename T::Element)));
}

/** Evaluates points from .. from + count - 1 of the row. */
template <class T>
HEBB_OUTLINE void runChain(Chain& chain, int64_t from, int64_t count) {
  constexpr int64_t bytes = sizeof(typename T::Element);
  const Expression& e = *chain.expression;
  const int64_t end = from + count;
  int64_t at = from;
  if (e.streams) {
    // Up to where the output is aligned.
    const auto address = reinterpret_cast<uintptr_t>(chain.places[e.streamOperand] + at * bytes);
    const int64_t ahead = static_cast<int64_t>(-address & (HEBB_VECTOR_BYTES - 1)) / bytes;
    if (ahead > 0 && ahead <= count) {
      runNarrow<T>(chain, at, ahead);
      at += ahead;
    }
  }
  const int64_t left = end - at;
  if (e.row && left >= Full<T>::elements) {
    const int64_t whole = left - left % Full<T>::elements;
    e.row(chain.places[1] + at * bytes, chain.places[0] + at * bytes, whole);
    at += whole;
  }
  for (; at + Full<T>::elements <= end; at += Full<T>::elements) Full<T>::start(e.links, &chain, at * bytes);
  for (; at < end; at += T::width) runNarrow<T>(chain, at, end - at < T::width ? end - at : T::width);
}

/** Evaluates a row of `count` points along the innermost dimension, from element `from` on. */
template <class T>
HEBB_INLINE void evaluateRow(Chain& chain, char* const* operands, int64_t from, int64_t count) {
  beginRow<T>(chain, operands, count);
  runChain<T>(chain, from, count);
}

/**
 * Evaluates n (at most kBlock) points of the row, from element `from` on.
 * @return the values of kResult
 */
template <class T>
HEBB_INLINE const typename T::Element* evaluateResult(Chain& chain, int64_t from, int n) {
  using E = typename T::Element;
  const int direct = chain.expression->directResult;
  if (direct >= 0) return reinterpret_cast<const E*>(chain.places[direct]) + from;
  chain.places[kResultPlace] = chain.values - from * static_cast<int64_t>(sizeof(E));
  runChain<T>(chain, from, n);
  return reinterpret_cast<const E*>(chain.values);
}

}  // namespace
}  // namespace hebb
