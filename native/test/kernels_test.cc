// Kernels on odd sizes, on every instruction set of this machine: results against plain loops, and nothing
// read or written outside the arrays.

#include <cmath>

#include "support.h"

namespace hebb {
namespace {

using namespace contract;

template <class E>
constexpr int32_t DtypeOf() {
  return sizeof(E) == 4 ? kDtypeFloat32 : kDtypeFloat64;
}

template <class E>
void TestGemm(const KernelTable* kernels, Runner& runner, int m, int n, int k, bool ta, bool tb,
              bool rounded) {
  // Leading dimensions longer than the rows: what lies between must stay.
  const int lda = (ta ? m : k) + 3, ldb = (tb ? k : n) + 1, ldc = n + 2;
  const int aRows = ta ? k : m, bRows = tb ? n : k;
  const auto extent = [](int rows, int lead, int columns) {
    return static_cast<size_t>(rows > 0 && columns > 0 ? (rows - 1) * lead + columns : 0);
  };
  Guarded<E> a(extent(aRows, lda, ta ? m : k)), b(extent(bRows, ldb, tb ? k : n)), c(extent(m, ldc, n));
  Numbers numbers(static_cast<uint32_t>(m * 31 + n * 7 + k));
  // Multiples of 1/64 of few bits: sums of products are exact, in any order, with or without fused
  // multiply-add.
  for (size_t i = 0; i < a.length(); i++) a[i] = static_cast<E>(std::floor(numbers.Next() * 16) / 16);
  for (size_t i = 0; i < b.length(); i++) b[i] = static_cast<E>(std::floor(numbers.Next() * 16) / 16);
  for (size_t i = 0; i < c.length(); i++) c[i] = 77;
  Words words;
  const int32_t dtype = DtypeOf<E>();
  for (size_t length : {a.length(), b.length(), c.length()}) words.Buffer(dtype, length);
  words.Add(kOpGemm, {dtype, rounded ? kPrecisionBfloat16 : kPrecisionFull,
                      1,     m,
                      n,     k,
                      0,     lda,
                      0,     ta,
                      1,     ldb,
                      0,     tb,
                      2,     ldc,
                      0,     0,
                      0,     0,
                      0});
  runner.Run(words.Finish(), kernels,
             {reinterpret_cast<char*>(a.data()), reinterpret_cast<char*>(b.data()),
              reinterpret_cast<char*>(c.data())});
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < ldc && static_cast<size_t>(i * ldc + j) < c.length(); j++) {
      double sum = 77;
      if (j < n) {
        sum = 0;
        for (int p = 0; p < k; p++) {
          sum += static_cast<double>(a[static_cast<size_t>(ta ? p * lda + i : i * lda + p)]) *
                 static_cast<double>(b[static_cast<size_t>(tb ? j * ldb + p : p * ldb + j)]);
        }
      }
      Expect(static_cast<double>(c[static_cast<size_t>(i * ldc + j)]) == sum, "gemm", m * 10000 + n, k,
             i * 1000 + j);
    }
  }
  Expect(a.Intact() && b.Intact() && c.Intact(), "gemm keeps to its arrays", m, n, k);
}

/** out = x * y + exp(x) over n elements; y broadcast where `still`. */
template <class E>
void TestMap(const KernelTable* kernels, Runner& runner, int n, bool still, bool inPlace) {
  Guarded<E> x(static_cast<size_t>(n)), y(static_cast<size_t>(still ? 1 : n)), out(static_cast<size_t>(n));
  Numbers numbers(static_cast<uint32_t>(n));
  std::vector<double> expected;
  for (size_t i = 0; i < y.length(); i++) y[i] = static_cast<E>(numbers.Next());
  for (size_t i = 0; i < x.length(); i++) {
    x[i] = static_cast<E>(numbers.Next() * 3);
    expected.push_back(static_cast<double>(x[i]) * static_cast<double>(y[still ? 0 : i]) +
                       std::exp(static_cast<double>(x[i])));
  }
  const int32_t dtype = DtypeOf<E>();
  Words words;
  words.Buffer(dtype, x.length());
  words.Buffer(dtype, y.length());
  words.Buffer(dtype, out.length());
  words.Add(kOpMap, {dtype,
                     1,
                     n,
                     2,
                     1,
                     6,
                     4,
                     0,
                     1,
                     1,
                     still ? 0 : 1,
                     inPlace ? 0 : 2,
                     1,
                     kMicroLoad,
                     0,
                     0,
                     0,
                     0,
                     kMicroLoad,
                     1,
                     1,
                     0,
                     0,
                     kMicroMul,
                     2,
                     0,
                     1,
                     0,
                     kMicroExp,
                     3,
                     0,
                     0,
                     0,
                     kMicroAdd,
                     1,
                     2,
                     3,
                     0,
                     kMicroStore,
                     0,
                     1,
                     2,
                     0});
  runner.Run(words.Finish(), kernels,
             {reinterpret_cast<char*>(x.data()), reinterpret_cast<char*>(y.data()),
              reinterpret_cast<char*>(out.data())});
  Guarded<E>& result = inPlace ? x : out;
  for (int i = 0; i < n; i++) {
    const double want = expected[static_cast<size_t>(i)];
    const double bound = (sizeof(E) == 4 ? 5e-7 : 1e-15) * (std::fabs(want) + 4);
    Expect(std::fabs(static_cast<double>(result[static_cast<size_t>(i)]) - want) <= bound, "map", n, i,
           still);
  }
  Expect(x.Intact() && y.Intact() && out.Intact(), "map keeps to its arrays", n);
}

/** Sums over the middle of outer x length x inner; whole numbers, so that sums are exact. */
template <class E>
void TestReduce(const KernelTable* kernels, Runner& runner, int outer, int length, int inner) {
  Guarded<E> x(static_cast<size_t>(outer * length * inner)), out(static_cast<size_t>(outer * inner));
  Numbers numbers(static_cast<uint32_t>(length));
  for (size_t i = 0; i < x.length(); i++) x[i] = static_cast<E>(std::floor(numbers.Next() * 8));
  const int32_t dtype = DtypeOf<E>();
  Words words;
  words.Buffer(dtype, x.length());
  words.Buffer(dtype, out.length());
  words.Add(kOpReduce, {kReduceKindSum,
                        dtype,
                        outer,
                        length,
                        inner,
                        1,
                        1,
                        1,
                        2,
                        1,
                        0,
                        length * inner,
                        inner,
                        1,
                        -1,
                        0,
                        0,
                        0,
                        kMicroLoad,
                        0,
                        0,
                        0,
                        0,
                        kMicroStore,
                        0,
                        0,
                        1,
                        0});
  runner.Run(words.Finish(), kernels,
             {reinterpret_cast<char*>(x.data()), reinterpret_cast<char*>(out.data())});
  for (int o = 0; o < outer; o++) {
    for (int i = 0; i < inner; i++) {
      double sum = 0;
      for (int r = 0; r < length; r++)
        sum += static_cast<double>(x[static_cast<size_t>((o * length + r) * inner + i)]);
      Expect(static_cast<double>(out[static_cast<size_t>(o * inner + i)]) == sum, "reduce", outer, length,
             inner);
    }
  }
  Expect(x.Intact() && out.Intact(), "reduce keeps to its arrays", outer, length, inner);
}

template <class E>
void TestSoftmax(const KernelTable* kernels, Runner& runner, int rows, int columns) {
  Guarded<E> x(static_cast<size_t>(rows * columns)), out(static_cast<size_t>(rows * columns));
  Numbers numbers(static_cast<uint32_t>(columns));
  for (size_t i = 0; i < x.length(); i++) x[i] = static_cast<E>(numbers.Next() * 20);
  const int32_t dtype = DtypeOf<E>();
  Words words;
  words.Buffer(dtype, x.length());
  words.Buffer(dtype, out.length());
  words.Add(kOpSoftmax, {dtype, 0, rows, columns, 0, 1});
  runner.Run(words.Finish(), kernels,
             {reinterpret_cast<char*>(x.data()), reinterpret_cast<char*>(out.data())});
  for (int r = 0; r < rows; r++) {
    double sum = 0;
    for (int c = 0; c < columns; c++) sum += static_cast<double>(out[static_cast<size_t>(r * columns + c)]);
    Expect(columns == 0 || std::fabs(sum - 1) < 1e-5, "a row of softmax sums to 1", rows, columns);
  }
  Expect(x.Intact() && out.Intact(), "softmax keeps to its arrays", rows, columns);
}

/** An output that no cache could hold, which is written past the caches, from a place between vectors on. */
void TestStreamedMap(const KernelTable* kernels, Runner& runner) {
  const size_t n = (36 << 20) / sizeof(float) + 5, offset = 3;
  std::vector<float> x(n), out(n + offset + 1, 77.0f);
  for (size_t i = 0; i < n; i++) x[i] = static_cast<float>(i & 0xffffff);
  const int32_t count = static_cast<int32_t>(n);
  Words words;
  words.Buffer(kDtypeFloat32, n);
  words.Buffer(kDtypeFloat32, n);
  words.Add(kOpMap, {kDtypeFloat32, 1, count, 1, 1, 3,           2, 0, 1, 1, 1, kMicroLoad, 0, 0, 0, 0,
                     kMicroNeg,     1, 0,     0, 0, kMicroStore, 0, 1, 1, 0});
  runner.Run(words.Finish(), kernels,
             {reinterpret_cast<char*>(x.data()), reinterpret_cast<char*>(out.data() + offset)});
  bool isRight = true;
  for (size_t i = 0; i < n; i++) isRight = isRight && out[i + offset] == -x[i];
  Expect(isRight, "a streamed map");
  Expect(out[offset - 1] == 77 && out[n + offset] == 77, "a streamed map keeps to its arrays");
}

void TestCopy(const KernelTable* kernels, Runner& runner, int rows, int columns) {
  Guarded<float> x(static_cast<size_t>(rows * columns)), out(static_cast<size_t>(rows * columns));
  for (size_t i = 0; i < x.length(); i++) x[i] = static_cast<float>(i);
  Words words;
  words.Buffer(kDtypeFloat32, x.length());
  words.Buffer(kDtypeFloat32, out.length());
  words.Add(kOpCopy, {0, 1, 2, rows, columns, columns, 1, 1, rows});
  runner.Run(words.Finish(), kernels,
             {reinterpret_cast<char*>(x.data()), reinterpret_cast<char*>(out.data())});
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < columns; c++) {
      Expect(out[static_cast<size_t>(c * rows + r)] == x[static_cast<size_t>(r * columns + c)], "transpose",
             rows, columns);
    }
  }
  Expect(x.Intact() && out.Intact(), "copy keeps to its arrays", rows, columns);
}

template <class E>
void TestAll(const KernelTable* kernels, Runner& runner) {
  for (int m : {0, 1, 3, 8, 13, 66}) {
    for (int n : {0, 1, 10, 16, 31, 32, 45, 300}) {
      for (int k : {0, 1, 7, 33}) {
        for (int flags = 0; flags < 4; flags++)
          TestGemm<E>(kernels, runner, m, n, k, flags & 1, flags & 2, false);
      }
    }
  }
  TestGemm<E>(kernels, runner, 17, 35, 1100, false, false, false);
  TestGemm<E>(kernels, runner, 140, 190, 1030, true, true, false);
  // What gemm.inl decides on by size: the turned product, B packed for all units, in several blocks of k; B
  // too large to stay in the cache; long vectors.
  TestGemm<E>(kernels, runner, 37, 300, 1100, false, true, false);
  TestGemm<E>(kernels, runner, 530, 9, 45, true, false, false);
  TestGemm<E>(kernels, runner, 301, 90, 1067, false, true, false);
  TestGemm<E>(kernels, runner, 70, 520, 1030, true, false, false);
  TestGemm<E>(kernels, runner, 1, 1500, 70, false, false, false);
  TestGemm<E>(kernels, runner, 1500, 1, 70, false, false, false);
  for (int n : {0, 1, 3, 4, 7, 8, 15, 16, 17, 255, 256, 257, 1031, 40000}) {
    for (int flags = 0; flags < 4; flags++) TestMap<E>(kernels, runner, n, flags & 1, flags & 2);
  }
  for (int length : {0, 1, 15, 16, 17, 31, 1023, 1024, 1025, 2050}) {
    for (int inner : {1, 2, 17, 259}) TestReduce<E>(kernels, runner, 3, length, inner);
  }
  TestReduce<E>(kernels, runner, 1, 200003, 1);
  for (int columns : {1, 3, 10, 16, 33, 1025}) TestSoftmax<E>(kernels, runner, 5, columns);
}

/** Operands that bfloat16 holds: their products are exact. */
void TestRounded(const KernelTable* kernels, Runner& runner) {
  for (int m : {1, 9, 70}) TestGemm<float>(kernels, runner, m, 37, 65, m == 9, m == 70, true);
  TestGemm<float>(kernels, runner, 301, 100, 130, false, true, true);
  TestGemm<float>(kernels, runner, 40, 300, 101, false, true, true);
  TestGemm<float>(kernels, runner, 290, 40, 2100, true, false, true);
}

}  // namespace
}  // namespace hebb

int main() {
  using namespace hebb;
  const KernelTable* tables[kMaximalInstructionSets];
  const int count = AvailableKernels(tables);
  for (int t = 0; t < count; t++) {
    for (int threads : {1, 3}) {
      Runner runner(threads);
      TestAll<float>(tables[t], runner);
      TestAll<double>(tables[t], runner);
      TestRounded(tables[t], runner);
      for (int rows : {1, 15, 16, 17, 130}) TestCopy(tables[t], runner, rows, 37);
      TestStreamedMap(tables[t], runner);
    }
    std::printf("%s: %s\n", tables[t]->name, failures == 0 ? "ok" : "FAILED");
  }
  // Rounded without instructions for it, where the CPU has them.
  CpuFeatures features = FeaturesHere();
  features.avx512bf16 = false;
  Runner runner(2);
  TestRounded(tables[KernelsFor(features, tables) - 1], runner);
  return failures == 0 ? 0 : 1;
}
