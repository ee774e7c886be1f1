// scatterAdd: rows of updates added into the rows of out that their indices name, in the order of the
// updates. A unit has all updates of one outer index and a part of the columns, so that the order never
// depends on threads.

namespace hebb {
namespace {

constexpr int64_t kScatterColumns = 256;

int32_t verifyScatterAdd(const Task& task, int32_t* detail0, int32_t* detail1) {
  if (task.words[contract::kScatterAddOuter] == 0) return contract::kRunErrorNone;
  return verifyIndices(reinterpret_cast<const int32_t*>(task.views[1]),
                       task.words[contract::kScatterAddCount], task.words[contract::kScatterAddAxis], detail0,
                       detail1);
}

HEBB_INLINE int64_t scatterParts(const int32_t* words) {
  return (words[contract::kScatterAddInner] + kScatterColumns - 1) / kScatterColumns;
}

void splitScatterAdd(const Task& task, Split* split) {
  const int32_t* w = task.words;
  split->units = w[contract::kScatterAddOuter] * scatterParts(w);
  const double rows =
      static_cast<double>(w[contract::kScatterAddCount]) + static_cast<double>(w[contract::kScatterAddAxis]);
  split->nanoseconds =
      w[contract::kScatterAddOuter] * rows * (static_cast<double>(w[contract::kScatterAddInner]) * 0.15 + 2);
  split->resumable = true;
}

template <class T>
HEBB_INLINE void addTo(typename T::Element* out, const typename T::Element* x, int64_t n) {
  int64_t i = 0;
  for (; i + T::width <= n; i += T::width) store<T>(out + i, load<T>(out + i) + load<T>(x + i));
  const int left = static_cast<int>(n - i);
  if (left > 0) storePartial(out + i, loadPartial<T>(out + i, left) + loadPartial<T>(x + i, left), left);
}

template <class T>
void scatterUnits(const Task& task, int64_t begin, int64_t end) {
  using E = typename T::Element;
  const int64_t axis = task.words[contract::kScatterAddAxis];
  const int64_t count = task.words[contract::kScatterAddCount];
  const int64_t inner = task.words[contract::kScatterAddInner];
  const int32_t* indices = reinterpret_cast<const int32_t*>(task.views[1]);
  const int64_t parts = scatterParts(task.words);
  for (int64_t unit = begin; unit < end; unit++) {
    const int64_t o = unit / parts;
    const int64_t column = unit % parts * kScatterColumns;
    const int width = static_cast<int>(inner - column < kScatterColumns ? inner - column : kScatterColumns);
    const E* updates = reinterpret_cast<const E*>(task.views[0]) + o * count * inner + column;
    E* out = reinterpret_cast<E*>(task.views[2]) + o * axis * inner + column;
    for (int64_t a = 0; a < axis; a++)
      __builtin_memset(out + a * inner, 0, static_cast<size_t>(width) * sizeof(E));
    for (int64_t j = 0; j < count; j++) {
      E* row = out + within(indices[j], axis) * inner;
      const E* update = updates + j * inner;
      if (width == 1) {
        row[0] += update[0];
      } else {
        addTo<T>(row, update, width);
      }
    }
  }
}

void runScatterAdd(const Task& task, const Split&, int, int64_t begin, int64_t end, Scratch&) {
  switch (task.dtype) {
    case contract::kDtypeInt32: return scatterUnits<Int32>(task, begin, end);
    case contract::kDtypeFloat32: return scatterUnits<Float32>(task, begin, end);
    default: return scatterUnits<Float64>(task, begin, end);
  }
}

}  // namespace
}  // namespace hebb
