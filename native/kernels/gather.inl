// gather: rows picked along an axis by their numbers, which are all looked at before anything is written.

namespace hebb {
namespace {

constexpr int64_t kGatherUnitBytes = 1 << 13;

/**
 * Rows that are fetched ahead, and bytes of each: rows lie anywhere, so the CPU cannot foresee them, and each waits for
 * memory, and for its translation, 100 ns or more.
 */
constexpr int64_t kGatherAhead = 8, kGatherAheadBytes = 1024;
HEBB_INLINE void fetchRow(const char* row, int64_t bytes) {
  for (int64_t i = 0; i < bytes && i < kGatherAheadBytes; i += 64) __builtin_prefetch(row + i);
}

HEBB_INLINE int32_t verifyIndices(const int32_t* indices, int64_t count, int32_t axis, int32_t* detail0,
                                  int32_t* detail1) {
  for (int64_t j = 0; j < count; j++) {
    if (indices[j] >= 0 && indices[j] < axis) continue;
    *detail0 = indices[j];
    *detail1 = axis - 1;
    return contract::kRunErrorIndexOutOfRange;
  }
  return contract::kRunErrorNone;
}

/**
 * JavaScript may write to the indices of a background run after they were looked at: no element outside is
 * ever touched, whatever they are by then.
 */
HEBB_INLINE int64_t within(int32_t index, int64_t axis) { return index >= 0 && index < axis ? index : 0; }

int32_t verifyGather(const Task& task, int32_t* detail0, int32_t* detail1) {
  if (task.words[contract::kGatherOuter] == 0) return contract::kRunErrorNone;
  return verifyIndices(reinterpret_cast<const int32_t*>(task.views[1]), task.words[contract::kGatherCount],
                       task.words[contract::kGatherAxis], detail0, detail1);
}

HEBB_INLINE int64_t gatherRowsPerUnit(int64_t rowBytes) {
  const int64_t rows = kGatherUnitBytes / (rowBytes + 8);
  return rows > 1 ? rows : 1;
}

void splitGather(const Task& task, Split* split) {
  const int64_t rows =
      static_cast<int64_t>(task.words[contract::kGatherOuter]) * task.words[contract::kGatherCount];
  const int64_t rowBytes = static_cast<int64_t>(task.words[contract::kGatherInner]) * task.elementBytes;
  if (rows == 0 || rowBytes == 0) return;
  const int64_t perUnit = gatherRowsPerUnit(rowBytes);
  split->units = (rows + perUnit - 1) / perUnit;
  split->nanoseconds = static_cast<double>(rows) * (static_cast<double>(rowBytes) * 0.1 + 3);
  split->resumable = true;
}

template <class E>
void gatherElements(char* outBytes, const char* inBytes, const int32_t* indices, int64_t axis, int64_t n) {
  E* out = reinterpret_cast<E*>(outBytes);
  const E* in = reinterpret_cast<const E*>(inBytes);
  for (int64_t j = 0; j < n; j++) out[j] = in[within(indices[j], axis)];
}

void runGather(const Task& task, const Split&, int, int64_t begin, int64_t end, Scratch&) {
  const int64_t outer = task.words[contract::kGatherOuter];
  const int64_t axis = task.words[contract::kGatherAxis];
  const int64_t count = task.words[contract::kGatherCount];
  const int64_t rowBytes = static_cast<int64_t>(task.words[contract::kGatherInner]) * task.elementBytes;
  const int32_t* indices = reinterpret_cast<const int32_t*>(task.views[1]);
  const int64_t perUnit = gatherRowsPerUnit(rowBytes);
  int64_t row = begin * perUnit;
  const int64_t last = end * perUnit < outer * count ? end * perUnit : outer * count;
  while (row < last) {
    const int64_t o = row / count;
    const int64_t j = row % count;
    const int64_t n = last - row < count - j ? last - row : count - j;
    const char* in = task.views[0] + o * axis * rowBytes;
    char* out = task.views[2] + row * rowBytes;
    if (task.words[contract::kGatherInner] == 1) {
      switch (task.elementBytes) {
        case 1: gatherElements<uint8_t>(out, in, indices + j, axis, n); break;
        case 4: gatherElements<uint32_t>(out, in, indices + j, axis, n); break;
        default: gatherElements<uint64_t>(out, in, indices + j, axis, n);
      }
    } else {
      for (int64_t i = 0; i < kGatherAhead && i < n; i++) {
        fetchRow(in + within(indices[j + i], axis) * rowBytes, rowBytes);
      }
      for (int64_t i = 0; i < n; i++) {
        if (i + kGatherAhead < n) fetchRow(in + within(indices[j + i + kGatherAhead], axis) * rowBytes, rowBytes);
        __builtin_memcpy(out + i * rowBytes, in + within(indices[j + i], axis) * rowBytes,
                         static_cast<size_t>(rowBytes));
      }
    }
    row += n;
  }
}

}  // namespace
}  // namespace hebb
