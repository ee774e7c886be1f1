// The addon: what JavaScript sees, a handful of functions over programs. No arithmetic here. Everything that
// comes in is checked: arrays against the program's bound buffers, the arena against its size, the state when
// a run resumes. The functions on the hot path use the C interface, which costs less than its C++ wrapper. No
// exception leaves them.

#include <napi.h>

#include <memory>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "environment.h"

namespace hebb {

namespace {

using namespace contract;

constexpr size_t kMaximalArguments = 64;
constexpr size_t kHugePage = size_t{2} << 20;

/** execute(words, instruction set, threads, ...arrays): checks and runs a program without an arena once. */
napi_value Execute(napi_env env, napi_callback_info info) {
  napi_value arguments[kMaximalArguments];
  size_t count = kMaximalArguments;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  Environment& e = *EnvironmentOf(env);
  TypedArray words;
  int32_t isa = 0, threads = 1;
  if (count < 3 || count > kMaximalArguments || !GetTypedArray(env, arguments[0], &words) ||
      words.type != napi_int32_array || napi_get_value_int32(env, arguments[1], &isa) != napi_ok ||
      napi_get_value_int32(env, arguments[2], &threads) != napi_ok) {
    return Number(env, kBadCall);
  }
  const KernelTable* kernels = KernelsAt(isa);
  if (!kernels) return Number(env, kBadCall);
  try {
    const Refusal refusal = e.eager.Load(static_cast<const int32_t*>(words.data),
                                         static_cast<int64_t>(words.length), kernels, false);
    if (refusal.code != kProgramErrorNone) {
      Report(e, refusal.code, refusal.at);
      return Number(env, kRefused);
    }
    if (e.eager.arenaBytes > 0) return Number(env, kBadArena);
    const size_t bound = e.eager.bound.size();
    if (bound != count - 3) {
      Report(e, static_cast<int32_t>(count - 3), kWrongCount, static_cast<int32_t>(bound));
      return Number(env, kBadArray);
    }
    if (e.arrays.size() < bound) e.arrays.resize(bound);
    for (size_t i = 0; i < bound; i++) {
      if (!TakeArray(env, e, e.eager, i, arguments[3 + i], &e.arrays[i])) return Number(env, kBadArray);
    }
    int32_t state[kStateWords] = {};
    const RunContext context = {e.pool, ThreadsToUse(threads), &e.scratch, &e.workspace, nullptr};
    const int32_t status = Advance(e.eager, state, nullptr, e.arrays.data(), RunOptions(), context);
    if (status == kStatusFailed) Report(e, state[kStateError], state[kStateDetail0], state[kStateDetail1]);
    return Number(env, status);
  } catch (const std::bad_alloc&) {
    return Number(env, kNoMemory);
  }
}

/**
 * load(words, instruction set, threads): the program, and in the report a run's rough microseconds on one
 * thread; or an answer with its details in the report.
 */
napi_value Load(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  size_t count = 3;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  Environment& e = *EnvironmentOf(env);
  TypedArray words;
  int32_t isa = 0, threads = 1;
  if (count < 3 || !GetTypedArray(env, arguments[0], &words) || words.type != napi_int32_array ||
      napi_get_value_int32(env, arguments[1], &isa) != napi_ok ||
      napi_get_value_int32(env, arguments[2], &threads) != napi_ok || !KernelsAt(isa)) {
    return Number(env, kBadCall);
  }
  try {
    auto loaded = std::make_unique<Loaded>();
    const int32_t* data = static_cast<const int32_t*>(words.data);
    loaded->words.assign(data, data + words.length);
    loaded->threads = ThreadsToUse(threads);
    const Refusal refusal = loaded->program.Load(
        loaded->words.data(), static_cast<int64_t>(loaded->words.size()), KernelsAt(isa), true);
    if (refusal.code != kProgramErrorNone) {
      Report(e, refusal.code, refusal.at);
      return Number(env, kRefused);
    }
    napi_value handle = nullptr;
    const napi_status status = napi_create_external(
        env, loaded.get(), [](napi_env, void* data, void*) { delete static_cast<Loaded*>(data); }, nullptr,
        &handle);
    if (status != napi_ok) return Number(env, kNoMemory);
    Report(e, loaded->program.Microseconds());
    loaded.release();
    return handle;
  } catch (const std::bad_alloc&) {
    return Number(env, kNoMemory);
  }
}

/** attach(report): an Int32Array that gets the details of answers. */
Napi::Value Attach(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Environment& e = *EnvironmentOf(env);
  TypedArray report;
  if (info.Length() < 1 || !GetTypedArray(env, info[0], &report) || report.type != napi_int32_array ||
      report.length < kReportWords) {
    throw Napi::TypeError::New(env, "attach: expected an Int32Array of 4 words");
  }
  if (e.reportReference) napi_delete_reference(env, e.reportReference);
  napi_create_reference(env, info[0], 1, &e.reportReference);
  e.report = static_cast<int32_t*>(report.data);
  return env.Undefined();
}

/** address(array buffer): its address modulo 2 MiB, for alignment. */
Napi::Value Address(const Napi::CallbackInfo& info) {
  if (info.Length() < 1 || !info[0].IsArrayBuffer()) {
    throw Napi::TypeError::New(info.Env(), "address: expected an ArrayBuffer");
  }
  const auto address = reinterpret_cast<uintptr_t>(info[0].As<Napi::ArrayBuffer>().Data());
  return Napi::Number::New(info.Env(), static_cast<double>(address % kHugePage));
}

/** adviseHuge(array buffer): asks for huge pages where whole ones fit. */
Napi::Value AdviseHuge(const Napi::CallbackInfo& info) {
  if (info.Length() < 1 || !info[0].IsArrayBuffer()) {
    throw Napi::TypeError::New(info.Env(), "adviseHuge: expected an ArrayBuffer");
  }
#if defined(__linux__)
  Napi::ArrayBuffer buffer = info[0].As<Napi::ArrayBuffer>();
  const auto start = reinterpret_cast<uintptr_t>(buffer.Data());
  const uintptr_t first = (start + kHugePage - 1) / kHugePage * kHugePage;
  const uintptr_t last = (start + buffer.ByteLength()) / kHugePage * kHugePage;
  if (last > first) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
  return info.Env().Undefined();
}

/** info(): instruction sets (the best last), features of the CPU, CPUs that this process may use. */
Napi::Value Info(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Napi::Object result = Napi::Object::New(env);
  const KernelTable* tables[kMaximalInstructionSets];
  const int count = AvailableKernels(tables);
  Napi::Array sets = Napi::Array::New(env);
  for (int i = 0; i < count; i++) sets.Set(static_cast<uint32_t>(i), tables[i]->name);
  Napi::Array features = Napi::Array::New(env);
  const char* names[kMaximalFeatures];
  const int featureCount = FeatureNames(FeaturesHere(), names);
  for (int i = 0; i < featureCount; i++) features.Set(static_cast<uint32_t>(i), names[i]);
  result.Set("instructionSets", sets);
  result.Set("features", features);
  result.Set("cpus", AvailableCpus());
  return result;
}

/** Before the environment goes: its background runs are stopped at their next instruction and joined. */
void Close(void* data) {
  Environment& e = *static_cast<Environment*>(data);
  e.stop.store(true, std::memory_order_relaxed);
  e.threads.Join();
  ThreadPool::Release();
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto environment = std::make_unique<Environment>();
  Environment* e = environment.get();
  if (!e->scratch.Reserve(0)) throw Napi::Error::New(env, "out of memory");
  napi_value name = Napi::String::New(env, "hebb background run");
  if (napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, Finished,
                                      &e->finished) != napi_ok) {
    throw Napi::Error::New(env, "could not create a thread-safe function");
  }
  napi_unref_threadsafe_function(env, e->finished);
  e->pool = ThreadPool::Acquire();
  napi_set_instance_data(
      env, environment.release(), [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); },
      nullptr);
  // After the thread-safe function, so that it is run before that one's own clean-up.
  napi_add_env_cleanup_hook(env, Close, e);

  const auto add = [&](const char* functionName, napi_callback callback) {
    napi_value function = nullptr;
    napi_create_function(env, functionName, NAPI_AUTO_LENGTH, callback, nullptr, &function);
    exports.Set(functionName, Napi::Value(env, function));
  };
  add("execute", Execute);
  add("load", Load);
  add("advance", AdvanceNow);
  add("advanceAsync", AdvanceAsync);
  add("wait", Wait);
  exports.Set("attach", Napi::Function::New(env, Attach));
  exports.Set("address", Napi::Function::New(env, Address));
  exports.Set("adviseHuge", Napi::Function::New(env, AdviseHuge));
  exports.Set("info", Napi::Function::New(env, Info));
  return exports;
}

}  // namespace

}  // namespace hebb

static Napi::Object InitHebb(Napi::Env env, Napi::Object exports) { return hebb::Init(env, exports); }

NODE_API_MODULE(hebb, InitHebb)
