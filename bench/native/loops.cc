// Loops that Hebb's kernels are measured against: the peak of multiply-adds, an ordinary copy, Adam and gelu
// fused by hand. Compiled for the benchmarks only, with no part in the package. Contraction to fused
// multiply-add is on here.

#include <node_api.h>
#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

struct AdamScalars {
  float rate, correction1, correction2;
};

/** What one instruction set has. */
struct Loops {
  size_t width;  // floats of a vector
  double (*floatPeak)(int64_t turns);
  double (*doublePeak)(int64_t turns);
  void (*copy)(float* to, const float* from, size_t begin, size_t end);
  void (*adam)(float* w, float* m, float* v, const float* g, const AdamScalars& s, size_t begin, size_t end);
  void (*gelu)(float* to, const float* from, size_t begin, size_t end);
};

#if defined(__x86_64__)
#define HEBB_REGISTER(v) "+v"(v)
#else
#define HEBB_REGISTER(v) "+w"(v)
#endif

#define HEBB_TWELVE(step) \
  step(a) step(b) step(c) step(d) step(e) step(f) step(g) step(h) step(i) step(j) step(k) step(l)

namespace baseline {
#define HEBB_WIDTH 4
#include "loops.inl"
#undef HEBB_WIDTH
}  // namespace baseline

#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
#define HEBB_WIDTH 8
#include "loops.inl"
#undef HEBB_WIDTH
}  // namespace avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
namespace avx512 {
#define HEBB_WIDTH 16
#include "loops.inl"
#undef HEBB_WIDTH
}  // namespace avx512
#pragma GCC pop_options

/** Products of bfloat16 pairs, added to float32: 64 operations an instruction. */
__attribute__((target("avx512f,avx512bf16"))) double bfloat16Peak(int64_t turns) {
  const __m512 one = _mm512_set1_ps(1);
  __m512 a = one, b = one, c = one, d = one, e = one, f = one, g = one, h = one, i = one, j = one, k = one,
         l = one;
  const __m512bh factor = _mm512_cvtne2ps_pbh(_mm512_set1_ps(0.001f), _mm512_set1_ps(0.001f));
  for (int64_t t = 0; t < turns; t++) {
#define HEBB_STEP(x)                       \
  x = _mm512_dpbf16_ps(x, factor, factor); \
  asm volatile("" : HEBB_REGISTER(x));
    HEBB_TWELVE(HEBB_STEP)
#undef HEBB_STEP
  }
  const __m512 sum = _mm512_add_ps(_mm512_add_ps(_mm512_add_ps(a, b), _mm512_add_ps(c, d)),
                                   _mm512_add_ps(_mm512_add_ps(e, f), _mm512_add_ps(g, h)));
  return _mm512_cvtss_f32(_mm512_add_ps(sum, _mm512_add_ps(_mm512_add_ps(i, j), _mm512_add_ps(k, l))));
}
#endif

const Loops* loopsOf(int isa) {
#if defined(__x86_64__)
  if (isa == 2) return &avx512::kLoops;
  if (isa == 1) return &avx2::kLoops;
#endif
  return isa == 0 ? &baseline::kLoops : nullptr;
}

bool hasInstructionSet(int isa) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (isa == 1) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa == 2) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
  if (isa == 3) return __builtin_cpu_supports("avx512bf16");
#endif
  return isa == 0;
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/** All of `count` threads meet here; they spin for a moment and then let others have the core. */
class Barrier {
 public:
  explicit Barrier(int count) : count_(count) {}
  void meet() {
    const int turn = turn_.load();
    if (waiting_.fetch_add(1) + 1 == count_) {
      waiting_.store(0);
      turn_.store(turn + 1);
      return;
    }
    for (int spins = 0; turn_.load() == turn; spins++) {
      if (spins > 10000) std::this_thread::yield();
    }
  }

 private:
  const int count_;
  std::atomic<int> waiting_{0}, turn_{0};
};

/** Seconds of each of `repeats` runs of work(thread) on all threads, which start each together. */
template <typename Work>
std::vector<double> timed(int threads, int repeats, const Work& work) {
  Barrier barrier(threads);
  std::vector<double> times;
  const auto loop = [&](int thread) {
    for (int r = 0; r < repeats; r++) {
      barrier.meet();
      const double start = now();
      work(thread);
      barrier.meet();
      if (thread == 0) times.push_back(now() - start);
    }
  };
  std::vector<std::thread> others;
  for (int t = 1; t < threads; t++) others.emplace_back(loop, t);
  loop(0);
  for (std::thread& t : others) t.join();
  return times;
}

napi_value numbers(napi_env env, const std::vector<double>& values) {
  napi_value list;
  napi_create_array_with_length(env, values.size(), &list);
  for (size_t i = 0; i < values.size(); i++) {
    napi_value number;
    napi_create_double(env, values[i], &number);
    napi_set_element(env, list, static_cast<uint32_t>(i), number);
  }
  return list;
}

/** Arguments of a call, read one after the other. */
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = 12;
    napi_get_cb_info(env, info, &count, values_, nullptr, nullptr);
  }
  double number() {
    double value = 0;
    napi_get_value_double(env_, values_[next_++], &value);
    return value;
  }
  int integer() { return static_cast<int>(number()); }
  float* array(size_t* length) {
    napi_typedarray_type type;
    void* data = nullptr;
    napi_get_typedarray_info(env_, values_[next_++], &type, length, &data, nullptr, nullptr);
    return static_cast<float*>(data);
  }

 private:
  napi_env env_;
  napi_value values_[12];
  int next_ = 0;
};

/** The part of `length` elements that one of `threads` takes, cut at cache lines. */
size_t cut(size_t length, int threads, int thread) {
  return thread == threads ? length : length / 16 * static_cast<size_t>(thread) / threads * 16;
}

/** has(isa): whether this CPU has it; 0 baseline, 1 avx2, 2 avx512, 3 avx512 with bfloat16. */
napi_value has(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  napi_value result;
  napi_get_boolean(env, hasInstructionSet(arguments.integer()), &result);
  return result;
}

/** peak(isa, kind, threads, turns, repeats): operations a second of each repeat; kind 0 float32, 1 float64.
 */
napi_value peak(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int isa = arguments.integer(), kind = arguments.integer(), threads = arguments.integer();
  const int64_t turns = static_cast<int64_t>(arguments.number());
  const int repeats = arguments.integer();
  static volatile double sink;
  double operations;
  std::vector<double> times;
#if defined(__x86_64__)
  if (isa == 3) {
    operations = 64;
    times = timed(threads, repeats, [&](int) { sink = bfloat16Peak(turns); });
  } else
#endif
  {
    const Loops* loops = loopsOf(isa);
    const auto loop = kind == 0 ? loops->floatPeak : loops->doublePeak;
    operations = static_cast<double>(loops->width) * (kind == 0 ? 2 : 1);
    times = timed(threads, repeats, [&](int) { sink = loop(turns); });
  }
  for (double& t : times) t = operations * 12 * static_cast<double>(turns) * threads / t;
  return numbers(env, times);
}

/** clock(): cycles a second, by a chain of additions that take a cycle each. */
napi_value clock(napi_env env, napi_callback_info) {
  constexpr int64_t kTurns = 2'000'000;
  int64_t x = 1;
  const std::vector<double> times = timed(1, 9, [&](int) {
    for (int64_t t = 0; t < kTurns; t++) {
#define HEBB_STEP(unused) \
  x += t;                 \
  asm volatile("" : "+r"(x));
      HEBB_TWELVE(HEBB_STEP)
#undef HEBB_STEP
    }
  });
  napi_value result;
  napi_create_double(env, 12.0 * kTurns / *std::min_element(times.begin(), times.end()), &result);
  return result;
}

/** copy(isa, threads, repeats, to, from): seconds of each repeat. */
napi_value copy(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const Loops* loops = loopsOf(arguments.integer());
  const int threads = arguments.integer(), repeats = arguments.integer();
  size_t length;
  float* to = arguments.array(&length);
  const float* from = arguments.array(&length);
  return numbers(env, timed(threads, repeats, [&](int t) {
                   loops->copy(to, from, cut(length, threads, t), cut(length, threads, t + 1));
                 }));
}

/** gelu(isa, threads, repeats, to, from): seconds of each repeat. */
napi_value gelu(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const Loops* loops = loopsOf(arguments.integer());
  const int threads = arguments.integer(), repeats = arguments.integer();
  size_t length;
  float* to = arguments.array(&length);
  const float* from = arguments.array(&length);
  return numbers(env, timed(threads, repeats, [&](int t) {
                   loops->gelu(to, from, cut(length, threads, t), cut(length, threads, t + 1));
                 }));
}

/** adam(isa, threads, repeats, w, m, v, g): seconds of each repeat. */
napi_value adam(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const Loops* loops = loopsOf(arguments.integer());
  const int threads = arguments.integer(), repeats = arguments.integer();
  size_t length;
  float* w = arguments.array(&length);
  float* m = arguments.array(&length);
  float* v = arguments.array(&length);
  const float* g = arguments.array(&length);
  const AdamScalars scalars = {0.001f, 1.5f, 1.25f};
  return numbers(env, timed(threads, repeats, [&](int t) {
                   loops->adam(w, m, v, g, scalars, cut(length, threads, t), cut(length, threads, t + 1));
                 }));
}

}  // namespace

NAPI_MODULE_INIT() {
  const struct {
    const char* name;
    napi_callback call;
  } functions[] = {{"has", has},   {"peak", peak}, {"clock", clock},
                   {"copy", copy}, {"gelu", gelu}, {"adam", adam}};
  for (const auto& f : functions) {
    napi_value function;
    napi_create_function(env, f.name, NAPI_AUTO_LENGTH, f.call, nullptr, &function);
    napi_set_named_property(env, exports, f.name, function);
  }
  return exports;
}
