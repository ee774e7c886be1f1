// advance, advanceAsync, wait: running loaded programs, on the calling thread or in the background.

#include <node_api.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>

#include "environment.h"

namespace hebb {

using namespace contract;

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

namespace {

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
int32_t TakeAdvance(napi_env env, Environment& e, const napi_value* arguments, size_t count,
                    AdvanceCall* call, std::vector<char*>* arrays) {
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

/** On a background thread. */
void RunInBackground(BackgroundRun* run, ScratchMemory& scratch) {
  Environment& e = *run->environment;
  Loaded& loaded = *run->loaded;
  const RunContext context = {e.pool, loaded.threads, &scratch, &loaded.workspace, &e.stop};
  const int32_t status =
      Advance(loaded.program, run->state, run->arena, run->arrays.data(), run->options, context);
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

}  // namespace

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
    return Number(
        env, Advance(call.loaded->program, call.state, call.arena, e.arrays.data(), call.options, context));
  } catch (const std::bad_alloc&) {
    return Number(env, kNoMemory);
  }
}

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

}  // namespace hebb
