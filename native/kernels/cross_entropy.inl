// crossEntropy: softmax cross-entropy of rows of logits and its gradient, without storing probabilities. With
// m the largest logit of a row and s the sum of exp(z - m), -log softmax(z)[c] = log s - (z[c] - m).

namespace hebb {
namespace {

void splitCrossEntropy(const Task& task, Split* split) {
  const int64_t rows = task.words[contract::kCrossEntropyRows];
  const int64_t columns = task.words[contract::kCrossEntropyColumns];
  if (rows == 0) return;
  split->units = (rows + rowsPerUnit(columns) - 1) / rowsPerUnit(columns);
  const bool isShort = columns <= contract::kReduceLanes && task.words[contract::kCrossEntropySparse] != 0;
  split->nanoseconds =
      static_cast<double>(rows) * (isShort ? 15 : static_cast<double>(columns) * 1.2 + 50);
  split->resumable = true;
}

HEBB_INLINE int32_t labelAt(const Task& task, int64_t row) {
  if (task.outDtype == contract::kDtypeUint8) return reinterpret_cast<const uint8_t*>(task.views[1])[row];
  return reinterpret_cast<const int32_t*>(task.views[1])[row];
}

int32_t verifyCrossEntropy(const Task& task, int32_t* detail0, int32_t* detail1) {
  if (task.words[contract::kCrossEntropySparse] == 0) return contract::kRunErrorNone;
  const int64_t rows = task.words[contract::kCrossEntropyRows];
  const int32_t columns = task.words[contract::kCrossEntropyColumns];
  for (int64_t r = 0; r < rows; r++) {
    const int32_t label = labelAt(task, r);
    if (label >= 0 && label < columns) continue;
    *detail0 = label;
    *detail1 = columns - 1;
    return contract::kRunErrorLabelOutOfRange;
  }
  return contract::kRunErrorNone;
}

/** Rows begin .. end - 1 of at most 16 classes, against class numbers. */
template <class T>
void crossEntropyOfShortRows(const Task& task, int64_t begin, int64_t end) {
  using E = typename T::Element;
  constexpr int64_t group = 16;
  const int64_t columns = task.words[contract::kCrossEntropyColumns];
  const ShortRows<T> shortRows(columns);
  E* losses = reinterpret_cast<E*>(task.views[2]);
  E* deltas = reinterpret_cast<E*>(task.views[3]);
  for (int64_t first = begin; first < end; first += group) {
    const int64_t n = end - first < group ? end - first : group;
    // Of each row the sum, and z[c] - m: logarithms are taken a vector at a time.
    E sums[group], chosen[group];
    for (int64_t i = 0; i < n; i++) {
      const int64_t at = (first + i) * columns;
      const E* z = reinterpret_cast<const E*>(task.views[0]) + at;
      const int64_t label = within(labelAt(task, first + i), columns);
      typename ShortRows<T>::Row x;
      shortRows.read(x, z);
      const E max = shortRows.maximumOf(x);
      chosen[i] = z[label] - max;
      sums[i] = shortRows.exponentialsOf(x, max);
      if (!deltas) continue;
      shortRows.divide(x, sums[i]);
      shortRows.write(deltas + at, x);
      deltas[at + label] -= 1;
    }
    for (int64_t i = 0; losses && i < n; i += T::width) {
      const int lanes = static_cast<int>(n - i < T::width ? n - i : T::width);
      const auto loss = logarithm<T>(loadPartial<T>(sums + i, lanes)) - loadPartial<T>(chosen + i, lanes);
      storePartial(losses + first + i, loss, lanes);
    }
  }
}

template <class T>
void crossEntropyUnits(const Task& task, int64_t begin, int64_t end) {
  using E = typename T::Element;
  const int64_t rows = task.words[contract::kCrossEntropyRows];
  const int64_t columns = task.words[contract::kCrossEntropyColumns];
  const bool sparse = task.words[contract::kCrossEntropySparse] != 0;
  E* losses = reinterpret_cast<E*>(task.views[2]);
  E* deltas = reinterpret_cast<E*>(task.views[3]);
  const int64_t perUnit = rowsPerUnit(columns);
  const int64_t last = end * perUnit < rows ? end * perUnit : rows;
  if (sparse && ShortRows<T>::fits(columns)) {
    return crossEntropyOfShortRows<T>(task, begin * perUnit, last);
  }
  for (int64_t r = begin * perUnit; r < last; r++) {
    const E* z = reinterpret_cast<const E*>(task.views[0]) + r * columns;
    const E* y = sparse ? nullptr : reinterpret_cast<const E*>(task.views[1]) + r * columns;
    E* delta = deltas ? deltas + r * columns : nullptr;
    // The loss first: delta may lie in the place of the logits or the labels.
    const E max = rowMaximum<T>(z, columns);
    const E sum = sumOfExponentials<T>(z, columns, max, nullptr);
    const int32_t label = sparse ? static_cast<int32_t>(within(labelAt(task, r), columns)) : 0;
    if (losses) {
      const E logarithm = scalarLogarithm<T>(sum);
      if (sparse) {
        losses[r] = logarithm - (z[label] - max);
      } else {
        losses[r] = rowSum<T>(columns, [&](E* block, int64_t i, int n) {
          for (int j = 0; j < n; j++) block[j] = y[i + j] * (logarithm - (z[i + j] - max));
        });
      }
    }
    if (!delta) continue;
    E total = 1;
    if (!sparse) {
      total = rowSum<T>(columns, [&](E* block, int64_t i, int n) {
        __builtin_memcpy(block, y + i, static_cast<size_t>(n) * sizeof(E));
      });
    }
    E block[kBlock];
    for (int64_t i = 0; i < columns; i += kBlock) {
      const int n = static_cast<int>(columns - i < kBlock ? columns - i : kBlock);
      shiftedExponentials<T>(block, z + i, max, n);
      if (sparse) {
        for (int j = 0; j < n; j++) delta[i + j] = block[j] / sum;
      } else {
        for (int j = 0; j < n; j++) delta[i + j] = block[j] / sum * total - y[i + j];
      }
    }
    if (sparse) delta[label] -= 1;
  }
}

void runCrossEntropy(const Task& task, const Split&, int, int64_t begin, int64_t end, Scratch&) {
  if (task.dtype == contract::kDtypeFloat32) return crossEntropyUnits<Float32>(task, begin, end);
  crossEntropyUnits<Float64>(task, begin, end);
}

}  // namespace
}  // namespace hebb
