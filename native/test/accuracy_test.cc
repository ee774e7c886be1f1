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
  double ulp, ulp64;  // stated bounds
  long double (*exact)(long double);
};

long double Sigmoid(long double x) { return 1 / (1 + std::exp(-x)); }
long double Softplus(long double x) { return std::fmax(x, 0.0L) + std::log1p(std::exp(-std::fabs(x))); }

const Function kFunctions[] = {
    {"exp", kMicroExp, 2, 2, [](long double x) { return std::exp(x); }},
    {"expm1", kMicroExpm1, 2, 2, [](long double x) { return std::expm1(x); }},
    {"log", kMicroLog, 2, 2, [](long double x) { return std::log(x); }},
    {"log1p", kMicroLog1p, 2, 2, [](long double x) { return std::log1p(x); }},
    {"tanh", kMicroTanh, 3, 2, [](long double x) { return std::tanh(x); }},
    {"sigmoid", kMicroSigmoid, 4, 3, Sigmoid},
    {"softplus", kMicroSoftplus, 4, 4, Softplus},
    {"sin", kMicroSin, 2, 2, [](long double x) { return std::sin(x); }},
    {"cos", kMicroCos, 2, 2, [](long double x) { return std::cos(x); }},
    {"tan", kMicroTan, 4, 4, [](long double x) { return std::tan(x); }},
    {"erf", kMicroErf, 4, 4, [](long double x) { return std::erf(x); }},
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
  Evaluator(const KernelTable* kernels, int32_t operation, int32_t dtype) {
    Words words;
    words.Buffer(dtype, kCount);
    words.Buffer(dtype, kCount);
    words.Add(kOpMap, {dtype, 1, kCount, 1,         1, 3, 2, 0, 1,           1, 1, kMicroLoad, 0,
                       0,     0, 0,      operation, 1, 0, 0, 0, kMicroStore, 0, 1, 1,          0});
    words_ = words.Finish();
    const Refusal refusal = program_.Load(words_.data(), static_cast<int64_t>(words_.size()), kernels, true);
    Expect(refusal.code == kProgramErrorNone, "the program is accepted", refusal.code);
    pool_ = ThreadPool::Acquire();
    Expect(scratch_.Reserve(0), "memory");
  }
  ~Evaluator() { ThreadPool::Release(); }

  void Run(const void* x, void* out) {
    char* arrays[2] = {const_cast<char*>(static_cast<const char*>(x)), static_cast<char*>(out)};
    int32_t state[kStateWords] = {};
    const RunContext context = {pool_, 1, &scratch_, &workspace_, nullptr};
    Expect(Advance(program_, state, nullptr, arrays, RunOptions(), context) == kStatusDone,
           "the run is done");
  }

 private:
  std::vector<int32_t> words_;
  Program program_;
  ThreadPool* pool_;
  ScratchMemory scratch_;
  Workspace workspace_;
};

/** Every `stride`-th bit pattern: all exponents, both signs, subnormals, infinities and NaN. */
template <class E, class Bits>
void Sweep(const KernelTable* const* tables, int count, const Function& f, Bits first, Bits stride,
           int64_t points) {
  const int32_t dtype = sizeof(E) == 4 ? kDtypeFloat32 : kDtypeFloat64;
  std::vector<E> x(kCount), fused(kCount), out(kCount);
  double worst[kMaximalInstructionSets] = {};
  E worstAt[kMaximalInstructionSets] = {};
  std::vector<std::unique_ptr<Evaluator>> evaluators;
  for (int t = 0; t < count; t++)
    evaluators.push_back(std::make_unique<Evaluator>(tables[t], f.operation, dtype));
  Bits pattern = first;
  for (int64_t done = 0; done < points; done += kCount) {
    for (E& number : x) {
      std::memcpy(&number, &pattern, sizeof number);
      pattern += stride;
    }
    bool isFirstFused = true;
    std::vector<long double> exact(kCount);
    for (size_t i = 0; i < kCount; i++) {
      exact[i] = f.exact(x[i]);
    }
    for (int t = 0; t < count; t++) {
      evaluators[static_cast<size_t>(t)]->Run(x.data(), out.data());
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

}  // namespace
}  // namespace hebb

int main() {
  using namespace hebb;
  const KernelTable* tables[kMaximalInstructionSets];
  const int count = AvailableKernels(tables);
  for (const Function& f : kFunctions) {
    // All of float32 in steps of a prime that visits every mantissa's low bits; then the usual magnitudes.
    Sweep<float, uint32_t>(tables, count, f, 0, 4099, 1 << 20);
    Sweep<float, uint32_t>(tables, count, f, 0x3c000000, 97, 1 << 20);  // 0.0078 .. 27
    Sweep<float, uint32_t>(tables, count, f, 0xbc000000, 97, 1 << 20);
    Sweep<double, uint64_t>(tables, count, f, 0, (1ull << 46) + 12345677, 1 << 18);
    Sweep<double, uint64_t>(tables, count, f, 0x3f80000000000000, 210453397511ull, 1 << 18);
    Sweep<double, uint64_t>(tables, count, f, 0xbf80000000000000, 210453397511ull, 1 << 18);
  }
  return failures == 0 ? 0 : 1;
}
