// What the parts of the addon share: its answers, the state of an environment, loaded programs, and how
// arguments are taken. No exception leaves a function of the addon.

#ifndef HEBB_ENVIRONMENT_H_
#define HEBB_ENVIRONMENT_H_

#include <node_api.h>

#include <atomic>
#include <vector>

#include "background.h"
#include "dispatch.h"
#include "program.h"
#include "run.h"
#include "threads.h"

namespace hebb {

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

struct BackgroundRun;

/** A program, loaded. Its External is referenced while a run is on. */
struct Loaded {
  std::vector<int32_t> words;
  Program program;
  Workspace workspace;
  int threads = 1;
  std::atomic<bool> running{false};
  BackgroundRun* background = nullptr;
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

Environment* EnvironmentOf(napi_env env);
napi_value Number(napi_env env, int32_t value);

/** Writes the details of an answer. */
void Report(Environment& e, int32_t a, int32_t b = 0, int32_t c = 0, int32_t d = 0);

struct TypedArray {
  napi_typedarray_type type;
  size_t length;  // in elements; 0 if detached
  void* data;
};
bool GetTypedArray(napi_env env, napi_value value, TypedArray* out);

/** Checks one array against what the program wants. A detached array has no elements. */
bool TakeArray(napi_env env, Environment& e, const Program& program, size_t number, napi_value value,
               char** data);

/**
 * Threads that a program runs on if `wanted` are asked for: no more than there are CPUs, as more would take
 * the time of each other and, asleep in the middle of a unit, of those that wait for them (MNIST on 2 CPUs
 * took 1.9 times as long with 8). Two on one CPU, however, where they are asked for: to be tested.
 */
int ThreadsToUse(int wanted);

/** The kernels of an instruction set by its number in `info().instructionSets`; null if there is none. */
const KernelTable* KernelsAt(int32_t number);

// The functions that run loaded programs (advance.cc).
napi_value AdvanceNow(napi_env env, napi_callback_info info);
napi_value AdvanceAsync(napi_env env, napi_callback_info info);
napi_value Wait(napi_env env, napi_callback_info info);
/** Called on the environment's thread when a background run has ended. */
void Finished(napi_env env, napi_value, void*, void* data);

}  // namespace hebb

#endif  // HEBB_ENVIRONMENT_H_
