// Error bounds of the micro-operations (src/contract/micro-operations.ts), on every instruction set of this
// machine: float32 over its whole range against the C library in float64, float64 against long double. The
// instruction sets with fused multiply-add have to agree to the bit.

#include <cmath>
#include <cstring>
#include <memory>

#include "support.h"

namespace hebb {
namespace {

using namespace contract;

constexpr int kCount = 4096;

struct Function {
  const char* name;
  int32_t operation;
  double ulp, ulp64;  // bounds: those stated, or tighter ones that the native backend keeps
  long double (*exact)(long double, long double);
  int arity = 1;
};

using Long = long double;
Long Sigmoid(Long x, Long) { return 1 / (1 + std::exp(-x)); }
Long Softplus(Long x, Long) { return std::fmax(x, 0.0L) + std::log1p(std::exp(-std::fabs(x))); }
/** Math.pow */
Long Power(Long x, Long y) { return std::fabs(x) == 1 && !std::isfinite(y) ? std::nanl("") : std::pow(x, y); }

const Function kFunctions[] = {
    {"exp", kMicroExp, 2, 2, [](Long x, Long) { return std::exp(x); }},
    {"expm1", kMicroExpm1, 2, 2, [](Long x, Long) { return std::expm1(x); }},
    {"log", kMicroLog, 2, 2, [](Long x, Long) { return std::log(x); }},
    {"log1p", kMicroLog1p, 2, 2, [](Long x, Long) { return std::log1p(x); }},
    {"tanh", kMicroTanh, 3, 2, [](Long x, Long) { return std::tanh(x); }},
    {"sigmoid", kMicroSigmoid, 4, 3, Sigmoid},
    {"softplus", kMicroSoftplus, 4, 4, Softplus},
    {"sin", kMicroSin, 0.51, 1, [](Long x, Long) { return std::sin(x); }},
    {"cos", kMicroCos, 0.51, 1, [](Long x, Long) { return std::cos(x); }},
    {"tan", kMicroTan, 0.51, 2, [](Long x, Long) { return std::tan(x); }},
    {"asin", kMicroAsin, 0.51, 2, [](Long x, Long) { return std::asin(x); }},
    {"acos", kMicroAcos, 0.51, 2, [](Long x, Long) { return std::acos(x); }},
    {"atan", kMicroAtan, 0.51, 2, [](Long x, Long) { return std::atan(x); }},
    {"sinh", kMicroSinh, 0.51, 2, [](Long x, Long) { return std::sinh(x); }},
    {"cosh", kMicroCosh, 0.51, 2, [](Long x, Long) { return std::cosh(x); }},
    {"asinh", kMicroAsinh, 0.51, 2, [](Long x, Long) { return std::asinh(x); }},
    {"acosh", kMicroAcosh, 0.51, 2, [](Long x, Long) { return std::acosh(x); }},
    {"atanh", kMicroAtanh, 0.51, 2, [](Long x, Long) { return std::atanh(x); }},
    {"erf", kMicroErf, 4, 2, [](Long x, Long) { return std::erf(x); }},
    {"pow", kMicroPow, 0.51, 1, Power, 2},
    {"atan2", kMicroAtan2, 0.51, 2, [](Long y, Long x) { return std::atan2(y, x); }, 2},
};

/** Distance in steps of E at the exact value; beyond the largest number counts as one step more. */
template <class E>
double UlpError(E got, long double exact) {
  constexpr int kDigits = sizeof(E) == 4 ? 24 : 53;
  constexpr int kLowest = sizeof(E) == 4 ? -125 : -1021;
  constexpr int kHighest = sizeof(E) == 4 ? 128 : 1024;
  if (std::isnan(exact) || std::isnan(got)) return std::isnan(exact) && std::isnan(got) ? 0 : 1e9;
  const long double limit = std::ldexp(1.0L, kHighest);
  const auto bounded = [&](long double x) { return x > limit ? limit : x < -limit ? -limit : x; };
  const long double wanted = bounded(exact);
  int exponent;
  std::frexp(wanted, &exponent);
  exponent = exponent < kLowest ? kLowest : exponent > kHighest ? kHighest : exponent;
  return static_cast<double>(std::fabs(wanted - bounded(static_cast<long double>(got))) /
                             std::ldexp(1.0L, exponent - kDigits));
}

/** Evaluates one operation on kCount numbers. */
class Evaluator {
 public:
  Evaluator(const KernelTable* kernels, int32_t operation, int32_t dtype, int arity) : arity_(arity) {
    Words words;
    for (int i = 0; i <= arity; i++) words.Buffer(dtype, kCount);
    if (arity == 1) {
      words.Add(kOpMap, {dtype, 1, kCount, 1,         1, 3, 2, 0, 1,           1, 1, kMicroLoad, 0,
                         0,     0, 0,      operation, 1, 0, 0, 0, kMicroStore, 0, 1, 1,          0});
    } else {
      words.Add(kOpMap, {dtype, 1,         kCount,     2, 1, 4, 3,           0,          1, 1, 1,
                         2,     1,         kMicroLoad, 0, 0, 0, 0,           kMicroLoad, 1, 1, 0,
                         0,     operation, 2,          0, 1, 0, kMicroStore, 0,          2, 2, 0});
    }
    words_ = words.Finish();
    const Refusal refusal = program_.Load(words_.data(), static_cast<int64_t>(words_.size()), kernels, true);
    Expect(refusal.code == kProgramErrorNone, "the program is accepted", refusal.code);
    pool_ = ThreadPool::Acquire();
    Expect(scratch_.Reserve(0), "memory");
  }
  ~Evaluator() { ThreadPool::Release(); }

  void Run(const void* x, const void* y, void* out) {
    const auto bytes = [](const void* p) { return const_cast<char*>(static_cast<const char*>(p)); };
    char* arrays[3] = {bytes(x), bytes(arity_ == 1 ? out : y), bytes(out)};
    int32_t state[kStateWords] = {};
    const RunContext context = {pool_, 1, &scratch_, &workspace_, nullptr};
    Expect(Advance(program_, state, nullptr, arrays, RunOptions(), context) == kStatusDone,
           "the run is done");
  }

 private:
  int arity_;
  std::vector<int32_t> words_;
  Program program_;
  ThreadPool* pool_;
  ScratchMemory scratch_;
  Workspace workspace_;
};

/** Compares a function with the exact one at `points` arguments: next(i, &x, &y) makes the i-th. */
template <class E, class Next>
void Compare(const KernelTable* const* tables, int count, const Function& f, int64_t points,
             const Next& next) {
  const int32_t dtype = sizeof(E) == 4 ? kDtypeFloat32 : kDtypeFloat64;
  std::vector<E> x(kCount), y(kCount), fused(kCount), out(kCount);
  double worst[kMaximalInstructionSets] = {};
  E worstAt[kMaximalInstructionSets] = {};
  std::vector<std::unique_ptr<Evaluator>> evaluators;
  for (int t = 0; t < count; t++)
    evaluators.push_back(std::make_unique<Evaluator>(tables[t], f.operation, dtype, f.arity));
  for (int64_t done = 0; done < points; done += kCount) {
    for (size_t i = 0; i < kCount; i++) {
      next(done + static_cast<int64_t>(i), &x[i], &y[i]);
    }
    bool isFirstFused = true;
    std::vector<long double> exact(kCount);
    for (size_t i = 0; i < kCount; i++) {
      exact[i] = f.exact(x[i], y[i]);
    }
    for (int t = 0; t < count; t++) {
      evaluators[static_cast<size_t>(t)]->Run(x.data(), y.data(), out.data());
      for (size_t i = 0; i < kCount; i++) {
        const double error = UlpError<E>(out[i], exact[i]);
        if (error > worst[t]) {
          worst[t] = error;
          worstAt[t] = x[i];
        }
        // NaNs may differ in what they carry.
        if (out[i] != out[i]) out[i] = 0;
      }
      if (std::strcmp(tables[t]->name, "baseline") == 0) continue;
      if (isFirstFused) fused = out;
      isFirstFused = false;
      Expect(std::memcmp(fused.data(), out.data(), kCount * sizeof(E)) == 0,
             "instruction sets with fused multiply-add agree to the bit", f.operation, t, done);
    }
  }
  for (int t = 0; t < count; t++) {
    std::printf("%-9s float%d %-9s %.3f ULP at %.9g\n", f.name, static_cast<int>(8 * sizeof(E)),
                tables[t]->name, worst[t], static_cast<double>(worstAt[t]));
    Expect(worst[t] <= (sizeof(E) == 4 ? f.ulp : f.ulp64), f.name, static_cast<int64_t>(worst[t] * 1000), t);
  }
}

/**
 * Every `stride`-th bit pattern from `first` on: all exponents, both signs, subnormals, infinities and NaN. A
 * second operand goes through the patterns from `second` on in another order.
 */
template <class E, class Bits>
void Sweep(const KernelTable* const* tables, int count, const Function& f, Bits first, Bits stride,
           int64_t points, Bits second) {
  Compare<E>(tables, count, f, points, [=](int64_t i, E* x, E* y) {
    const Bits pattern = first + static_cast<Bits>(i) * stride;
    const Bits other = second + static_cast<Bits>(i * 31 % points) * stride;
    std::memcpy(x, &pattern, sizeof pattern);
    std::memcpy(y, &other, sizeof other);
  });
}

/** The numbers next to multiples of pi / 2, where what is left of the angle is what reduction is worth. */
void SweepQuarterTurns(const KernelTable* const* tables, int count, const Function& f) {
  Compare<double>(tables, count, f, 1 << 18, [](int64_t i, double* x, double*) {
    *x = static_cast<double>(static_cast<Long>(i * 3 + 1) * 1.57079632679489661923132169163975L);
  });
}

}  // namespace
}  // namespace hebb

int main() {
  using namespace hebb;
  const KernelTable* tables[kMaximalInstructionSets];
  const int count = AvailableKernels(tables);
  for (const Function& f : kFunctions) {
    // All of float32 in steps of a prime that visits every mantissa's low bits; then the usual magnitudes.
    Sweep<float, uint32_t>(tables, count, f, 0, 4099, 1 << 20, 0);
    Sweep<float, uint32_t>(tables, count, f, 0x3c000000, 97, 1 << 20, 0xbc000000);  // 0.0078 .. 27
    Sweep<float, uint32_t>(tables, count, f, 0xbc000000, 97, 1 << 20, 0x3c000000);
    Sweep<double, uint64_t>(tables, count, f, 0, (1ull << 46) + 12345677, 1 << 18, 0);
    Sweep<double, uint64_t>(tables, count, f, 0x3f80000000000000, 210453397511ull, 1 << 18,
                            0xbf80000000000000);
    Sweep<double, uint64_t>(tables, count, f, 0xbf80000000000000, 210453397511ull, 1 << 18,
                            0x3f80000000000000);
    if (f.operation == kMicroSin || f.operation == kMicroCos || f.operation == kMicroTan) {
      SweepQuarterTurns(tables, count, f);
    }
  }
  return failures == 0 ? 0 : 1;
}
