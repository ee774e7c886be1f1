// The addon: what JavaScript sees, a handful of functions over programs. No arithmetic here. Everything that comes in is
// checked: arrays against the program's bound buffers, the arena against its size, the state when a run resumes.
// The functions on the hot path use the C interface, which costs less than its C++ wrapper. No exception leaves them.

#include <napi.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "background.h"
#include "dispatch.h"
#include "program.h"
#include "run.h"
#include "threads.h"

namespace hebb {

namespace {

using namespace contract;

/** What `execute`, `load` and `advance` answer besides a status; the details stand in the report. */
enum Answer : int32_t {
  kInvalidState = kStatusInvalidState,
  kRefused = -2,   // report: code, word
  kBadArray = -3,  // report: number, what is wrong (kWrongType...), elements expected, elements found
  kBadArena = -4,
  kBusy = -5,
  kNoMemory = -6,
  kBadCall = -7,
};
enum ArrayFault : int32_t { kWrongCount = 0, kWrongType = 1, kTooShort = 2 };

constexpr size_t kReportWords = 4;
constexpr size_t kMaximalArguments = 64;
constexpr size_t kHugePage = size_t{2} << 20;

/** A program, loaded. Its External is referenced while a run is on. */
struct Loaded {
  std::vector<int32_t> words;
  Program program;
  Workspace workspace;
  int threads = 1;
  std::atomic<bool> running{false};
  struct BackgroundRun* background = nullptr;
};

/** What one environment (the main thread, or a worker_thread) has of its own. */
struct Environment {
  ThreadPool* pool = nullptr;
  ScratchMemory scratch;
  // For `execute`: memory used again from call to call.
  Program eager;
  Workspace workspace;
  std::vector<char*> arrays;

  int32_t* report = nullptr;
  napi_ref reportReference = nullptr;

  std::atomic<bool> stop{false};
  BackgroundThreads threads;
  napi_threadsafe_function finished = nullptr;
  int underWay = 0;
};

/** One advanceAsync. Its references keep the program, state, arena and arrays from being collected. */
struct BackgroundRun {
  Environment* environment;
  Loaded* loaded;
  int32_t* state;
  char* arena;
  std::vector<char*> arrays;
  RunOptions options;
  std::vector<napi_ref> references;
  napi_deferred deferred;
  int32_t status = kStatusAborted;
  std::mutex mutex;
  std::condition_variable done;
  bool isDone = false;
};

Environment* EnvironmentOf(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Environment*>(data);
}

napi_value Number(napi_env env, int32_t value) {
  napi_value result = nullptr;
  napi_create_int32(env, value, &result);
  return result;
}

void Report(Environment& e, int32_t a, int32_t b = 0, int32_t c = 0, int32_t d = 0) {
  if (!e.report) return;
  e.report[0] = a;
  e.report[1] = b;
  e.report[2] = c;
  e.report[3] = d;
}

int32_t Clamped(int64_t value) { return value > 0x7fffffff ? 0x7fffffff : static_cast<int32_t>(value); }

struct TypedArray {
  napi_typedarray_type type;
  size_t length;  // in elements; 0 if detached
  void* data;
};
bool GetTypedArray(napi_env env, napi_value value, TypedArray* out) {
  return napi_get_typedarray_info(env, value, &out->type, &out->length, &out->data, nullptr, nullptr) == napi_ok;
}

bool Holds(int32_t dtype, napi_typedarray_type type) {
  switch (dtype) {
    case kDtypeBool:
    case kDtypeUint8: return type == napi_uint8_array;
    case kDtypeInt32: return type == napi_int32_array;
    case kDtypeFloat32: return type == napi_float32_array;
    default: return type == napi_float64_array;
  }
}

/** Checks one array against what the program wants. A detached array has no elements. */
bool TakeArray(napi_env env, Environment& e, const Program& program, size_t number, napi_value value, char** data) {
  const Bound& bound = program.bound[number];
  TypedArray array;
  if (!GetTypedArray(env, value, &array) || !Holds(bound.dtype, array.type)) {
    Report(e, static_cast<int32_t>(number), kWrongType);
    return false;
  }
  if (static_cast<int64_t>(array.length) < bound.length) {
    Report(e, static_cast<int32_t>(number), kTooShort, Clamped(bound.length),
           Clamped(static_cast<int64_t>(array.length)));
    return false;
  }
  *data = static_cast<char*>(array.data);
  return true;
}

const KernelTable* KernelsAt(int32_t number) {
  const KernelTable* tables[kMaximalInstructionSets];
  const int count = AvailableKernels(tables);
  return number >= 0 && number < count ? tables[number] : nullptr;
}

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
    const Refusal refusal =
        e.eager.Load(static_cast<const int32_t*>(words.data), static_cast<int64_t>(words.length), kernels);
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
    const RunContext context = {e.pool, threads, &e.scratch, &e.workspace, nullptr};
    const int32_t status = Advance(e.eager, state, nullptr, e.arrays.data(), RunOptions(), context);
    if (status == kStatusFailed) Report(e, state[kStateError], state[kStateDetail0], state[kStateDetail1]);
    return Number(env, status);
  } catch (const std::bad_alloc&) {
    return Number(env, kNoMemory);
  }
}

/** load(words, instruction set, threads): the program, or an answer with its details in the report. */
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
    loaded->threads = threads;
    const Refusal refusal = loaded->program.Load(loaded->words.data(), static_cast<int64_t>(loaded->words.size()),
                                                 KernelsAt(isa));
    if (refusal.code != kProgramErrorNone) {
      Report(e, refusal.code, refusal.at);
      return Number(env, kRefused);
    }
    napi_value handle = nullptr;
    const napi_status status = napi_create_external(
        env, loaded.get(), [](napi_env, void* data, void*) { delete static_cast<Loaded*>(data); }, nullptr, &handle);
    if (status != napi_ok) return Number(env, kNoMemory);
    loaded.release();
    return handle;
  } catch (const std::bad_alloc&) {
    return Number(env, kNoMemory);
  }
}

/** The arguments of advance and advanceAsync: handle, state, arena, budget, flags, instructions, arrays. */
constexpr size_t kAdvanceArguments = 7;
constexpr int32_t kFlagStopAtBoundary = 1;

struct AdvanceCall {
  Loaded* loaded;
  int32_t* state;
  char* arena;
  RunOptions options;
};

/** Checks a call; 0 or an answer. The arrays' addresses are put into `arrays`. */
int32_t TakeAdvance(napi_env env, Environment& e, const napi_value* arguments, size_t count, AdvanceCall* call,
                    std::vector<char*>* arrays) {
  void* external = nullptr;
  TypedArray state, arena;
  double budget = -1;
  int32_t flags = 0;
  int64_t instructions = -1;
  if (count < kAdvanceArguments || napi_get_value_external(env, arguments[0], &external) != napi_ok ||
      !GetTypedArray(env, arguments[1], &state) || state.type != napi_int32_array ||
      !GetTypedArray(env, arguments[2], &arena) || arena.type != napi_uint8_array ||
      napi_get_value_double(env, arguments[3], &budget) != napi_ok ||
      napi_get_value_int32(env, arguments[4], &flags) != napi_ok ||
      napi_get_value_int64(env, arguments[5], &instructions) != napi_ok) {
    return kBadCall;
  }
  call->loaded = static_cast<Loaded*>(external);
  if (call->loaded->running.load(std::memory_order_acquire)) return kBusy;
  const Program& program = call->loaded->program;
  if (state.length < static_cast<size_t>(kStateWords)) return kInvalidState;
  if (static_cast<int64_t>(arena.length) < program.arenaBytes ||
      (reinterpret_cast<uintptr_t>(arena.data) & (kArenaUnitBytes - 1) && program.arenaBytes > 0)) {
    return kBadArena;
  }
  call->state = static_cast<int32_t*>(state.data);
  call->arena = static_cast<char*>(arena.data);
  call->options = {budget, (flags & kFlagStopAtBoundary) != 0, instructions};
  uint32_t length = 0;
  if (napi_get_array_length(env, arguments[6], &length) != napi_ok) return kBadCall;
  if (length != program.bound.size()) {
    Report(e, static_cast<int32_t>(length), kWrongCount, static_cast<int32_t>(program.bound.size()));
    return kBadArray;
  }
  if (arrays->size() < length) arrays->resize(length);
  for (uint32_t i = 0; i < length; i++) {
    napi_value element = nullptr;
    if (napi_get_element(env, arguments[6], i, &element) != napi_ok) return kBadCall;
    if (!TakeArray(env, e, program, i, element, &(*arrays)[i])) return kBadArray;
  }
  return 0;
}

/** advance(...): runs on this thread and the pool's. */
napi_value AdvanceNow(napi_env env, napi_callback_info info) {
  napi_value arguments[kAdvanceArguments];
  size_t count = kAdvanceArguments;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  Environment& e = *EnvironmentOf(env);
  AdvanceCall call;
  try {
    const int32_t answer = TakeAdvance(env, e, arguments, count, &call, &e.arrays);
    if (answer != 0) return Number(env, answer);
    const RunContext context = {e.pool, call.loaded->threads, &e.scratch, &call.loaded->workspace, &e.stop};
    return Number(env,
                  Advance(call.loaded->program, call.state, call.arena, e.arrays.data(), call.options, context));
  } catch (const std::bad_alloc&) {
    return Number(env, kNoMemory);
  }
}

/** Called on the environment's thread when a background run has ended. */
void Finished(napi_env env, napi_value, void*, void* data) {
  std::unique_ptr<BackgroundRun> run(static_cast<BackgroundRun*>(data));
  if (!env) return;  // the environment is closing
  Environment& e = *run->environment;
  if (--e.underWay == 0) napi_unref_threadsafe_function(env, e.finished);
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  napi_resolve_deferred(env, run->deferred, Number(env, run->status));
  for (napi_ref reference : run->references) napi_delete_reference(env, reference);
  napi_close_handle_scope(env, scope);
}

/** On a background thread. */
void RunInBackground(BackgroundRun* run, ScratchMemory& scratch) {
  Environment& e = *run->environment;
  Loaded& loaded = *run->loaded;
  const RunContext context = {e.pool, loaded.threads, &scratch, &loaded.workspace, &e.stop};
  const int32_t status = Advance(loaded.program, run->state, run->arena, run->arrays.data(), run->options, context);
  {
    std::lock_guard<std::mutex> lock(run->mutex);
    run->status = status;
    run->isDone = true;
    // Before anyone who waits can go on: the next advance may follow at once.
    loaded.running.store(false, std::memory_order_release);
    run->done.notify_all();
  }
  napi_call_threadsafe_function(e.finished, run, napi_tsfn_nonblocking);
}

/** advanceAsync(...): the same on a thread of the addon's own; a promise of the status, or an answer. */
napi_value AdvanceAsync(napi_env env, napi_callback_info info) {
  napi_value arguments[kAdvanceArguments];
  size_t count = kAdvanceArguments;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  Environment& e = *EnvironmentOf(env);
  AdvanceCall call;
  try {
    auto run = std::make_unique<BackgroundRun>();
    const int32_t answer = TakeAdvance(env, e, arguments, count, &call, &run->arrays);
    if (answer != 0) return Number(env, answer);
    run->environment = &e;
    run->loaded = call.loaded;
    run->state = call.state;
    run->arena = call.arena;
    run->options = call.options;
    const auto keep = [&](napi_value value) {
      napi_ref reference = nullptr;
      if (napi_create_reference(env, value, 1, &reference) == napi_ok) run->references.push_back(reference);
    };
    run->references.reserve(3 + run->arrays.size());
    for (int i = 0; i < 3; i++) keep(arguments[i]);
    for (uint32_t i = 0; i < run->arrays.size(); i++) {
      napi_value element = nullptr;
      napi_get_element(env, arguments[6], i, &element);
      keep(element);
    }
    napi_value promise = nullptr;
    if (napi_create_promise(env, &run->deferred, &promise) != napi_ok) return Number(env, kNoMemory);
    call.loaded->running.store(true, std::memory_order_release);
    call.loaded->background = run.get();
    try {
      BackgroundRun* started = run.get();
      e.threads.Start([started](ScratchMemory& scratch) { RunInBackground(started, scratch); });
    } catch (...) {
      call.loaded->running.store(false, std::memory_order_release);
      throw;
    }
    run.release();
    if (e.underWay++ == 0) napi_ref_threadsafe_function(env, e.finished);
    return promise;
  } catch (const std::exception&) {
    return Number(env, kNoMemory);
  }
}

/** wait(handle): asks a background run to pause at its next boundary and blocks until it has stopped. */
napi_value Wait(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  void* external = nullptr;
  if (count < 1 || napi_get_value_external(env, argument, &external) != napi_ok) return Number(env, kBadCall);
  Loaded& loaded = *static_cast<Loaded*>(external);
  // `background` is freed on this very thread, after `running` was cleared: while it is set the run is there.
  if (loaded.running.load(std::memory_order_acquire)) {
    BackgroundRun& run = *loaded.background;
    int32_t expected = kRequestNone;
    __atomic_compare_exchange_n(&run.state[kStateRequest], &expected, kRequestPause, false, __ATOMIC_RELAXED,
                                __ATOMIC_RELAXED);
    std::unique_lock<std::mutex> lock(run.mutex);
    run.done.wait(lock, [&] { return run.isDone; });
  }
  return Number(env, 0);
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
  uint32_t number = 0;
  for (const char* const* name = CpuFeatures(); *name; name++) features.Set(number++, *name);
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
      env, environment.release(), [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); }, nullptr);
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
