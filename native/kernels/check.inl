// check: whether all elements are finite. It writes nothing, so all of it is a verification.

namespace hebb {
namespace {

template <class T>
int64_t firstNotFinite(const typename T::Element* values, int64_t count) {
  const auto zero = broadcast<T>(0);
  int64_t i = 0;
  for (; i + 4 * T::width <= count; i += 4 * T::width) {
    // x - x is 0 for finite x and NaN for the others, which a sum keeps.
    auto sum = zero;
#pragma GCC unroll 4
    for (int v = 0; v < 4; v++) {
      const auto x = load<T>(values + i + v * T::width);
      sum = sum + (x - x);
    }
    typename T::Element lanes[T::width];
    store<T>(lanes, sum);
    typename T::Element total = 0;
    for (int l = 0; l < T::width; l++) total += lanes[l];
    if (total != 0) break;
  }
  for (; i < count; i++) {
    if (values[i] - values[i] != 0) return i;
  }
  return -1;
}

int32_t verifyCheck(const Task& task, int32_t* detail0, int32_t* detail1) {
  const int64_t count = task.words[contract::kCheckCount];
  const int64_t at = task.dtype == contract::kDtypeFloat32
                         ? firstNotFinite<Float32>(reinterpret_cast<const float*>(task.views[0]), count)
                         : firstNotFinite<Float64>(reinterpret_cast<const double*>(task.views[0]), count);
  if (at < 0) return contract::kRunErrorNone;
  *detail0 = static_cast<int32_t>(at);
  *detail1 = 0;
  return contract::kRunErrorNotFinite;
}

void splitCheck(const Task& task, Split* split) {
  split->nanoseconds = static_cast<double>(task.words[contract::kCheckCount]) * 0.1;
}

}  // namespace
}  // namespace hebb
