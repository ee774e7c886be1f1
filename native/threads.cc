// The thread pool. A job lies in one of a few slots. A worker that looks into a slot first counts itself in
// as a user and only then looks whether the slot is open; the leader closes the slot and then waits until it
// has no users: so nobody reads a job that is gone. Idle workers spin for a short while, as instructions
// follow one another within microseconds, and then sleep.
//
// Each thread begins with a part of the units that is its own, and then helps with the others' parts: so what
// it wrote in one step (rows of a weight, of its slots, columns of a product) it meets again in the next, in
// its own caches. Where two cores share no cache, what the other one wrote came at 26 GB/s, one's own at 98.

#include "threads.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#include "quota.h"

#if defined(__linux__)
#include <sched.h>
#include <sys/mman.h>
#endif
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace hebb {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSlots = 32;
/** Parts that the units of a job are divided into at most; further threads begin where others do. */
constexpr int kParts = 16;
constexpr auto kSpin = std::chrono::microseconds(60);
/** After this time a waiting leader lets others have the CPU: the worker that it waits for may not be
 * running. */
constexpr int kSpinsBeforeYield = 4000;
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kHugeFrom = size_t{4} << 20;

inline void Pause() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

int AvailableCpus() {
  const int cpus = static_cast<int>(std::thread::hardware_concurrency());
#if defined(__linux__)
  cpu_set_t set;
  const bool isKnown = sched_getaffinity(0, sizeof set, &set) == 0;
  return ThreadsFor(isKnown ? CPU_COUNT(&set) : cpus, QuotaCpus("/proc/self/cgroup", "/sys/fs/cgroup"));
#else
  return ThreadsFor(cpus, 0);
#endif
}

void* AllocateAligned(size_t bytes) {
  const size_t alignment = bytes >= kHugeFrom ? kHugePage : 64;
  const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
#if defined(_WIN32)
  return _aligned_malloc(rounded, alignment);
#else
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, rounded > 0 ? rounded : alignment) != 0) return nullptr;
#if defined(__linux__)
  if (alignment == kHugePage) madvise(memory, rounded, MADV_HUGEPAGE);
#endif
  return memory;
#endif
}

void FreeAligned(void* memory) {
#if defined(_WIN32)
  _aligned_free(memory);
#else
  std::free(memory);
#endif
}

ScratchMemory::~ScratchMemory() {
  FreeAligned(scratch_.chain);
  FreeAligned(scratch_.work);
}

bool ScratchMemory::Reserve(size_t workBytes) {
  if (!scratch_.chain) {
    scratch_.chain = static_cast<Chain*>(AllocateAligned(sizeof(Chain)));
    if (!scratch_.chain) return false;
  }
  if (workBytes > scratch_.workBytes) {
    char* grown = static_cast<char*>(AllocateAligned(workBytes));
    if (!grown) return false;
    FreeAligned(scratch_.work);
    scratch_.work = grown;
    scratch_.workBytes = workBytes;
  }
  return true;
}

namespace {

/** Neighbouring units of a job: the next to be claimed, and where they end. */
struct alignas(64) Part {
  std::atomic<int64_t> next{0};
  int64_t end = 0;
};

struct alignas(128) Slot {
  std::atomic<bool> taken{false};
  std::atomic<bool> open{false};
  std::atomic<int> users{0};
  // Written by the leader while the slot is closed and without users.
  alignas(64) Job job;
  int helpers = 0;
  int partCount = 0;
  Part parts[kParts];

  /** Divides the units of the job among `participants`. */
  void Divide(int participants) {
    const int64_t units = job.end - job.begin;
    partCount = participants < kParts ? participants : kParts;
    for (int p = 0; p < partCount; p++) {
      parts[p].next.store(job.begin + units * p / partCount, std::memory_order_relaxed);
      parts[p].end = job.begin + units * (p + 1) / partCount;
    }
  }

  /**
   * Does units until none is left: of the participant's own part first, then of the others.
   * @return whether there were any
   */
  bool Do(const Job& todo, int participant, Scratch& scratch) {
    bool worked = false;
    for (int p = 0; p < partCount; p++) {
      Part& part = parts[(participant + p) % partCount];
      // Looking before it counts leaves the line of a part that is done with its own thread.
      while (part.next.load(std::memory_order_relaxed) < part.end) {
        const int64_t unit = part.next.fetch_add(1, std::memory_order_relaxed);
        if (unit >= part.end) break;
        todo.kernel(*todo.task, *todo.split, todo.phase, unit, unit + 1, scratch);
        worked = true;
      }
    }
    return worked;
  }
};

}  // namespace

struct ThreadPool::Implementation {
  Slot slots[kSlots];
  /** Grows with every job; workers spin on it. */
  alignas(64) std::atomic<uint32_t> published{0};
  std::atomic<int> sleepers{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::condition_variable wake;
  std::mutex growing;
  std::atomic<int> workerCount{0};
  std::vector<std::thread> workers;

  /** Helps with one job, if it is open and wants help. @return whether it did anything */
  bool Help(Slot& slot, int number, ScratchMemory& memory) {
    if (!slot.open.load(std::memory_order_relaxed)) return false;
    bool worked = false;
    // Sequentially consistent, with the leader's `open = false; wait for users == 0`.
    const int others = slot.users.fetch_add(1, std::memory_order_seq_cst);
    if (slot.open.load(std::memory_order_seq_cst) && others < slot.helpers) {
      const Job job = slot.job;
      if (memory.Reserve(static_cast<size_t>(job.split->scratchBytes))) {
        worked = slot.Do(job, number, memory.get());
      }
    }
    slot.users.fetch_sub(1, std::memory_order_release);
    return worked;
  }

  void Work(int number) {
    ScratchMemory memory;
    while (!stop.load(std::memory_order_relaxed)) {
      uint32_t seen = published.load(std::memory_order_acquire);
      bool worked = false;
      for (Slot& slot : slots) worked |= Help(slot, number, memory);
      if (worked) continue;
      const auto start = Clock::now();
      int spins = 0;
      while (published.load(std::memory_order_acquire) == seen && !stop.load(std::memory_order_relaxed)) {
        Pause();
        if ((++spins & 63) != 0 || Clock::now() - start < kSpin) continue;
        std::unique_lock<std::mutex> lock(mutex);
        sleepers.fetch_add(1, std::memory_order_seq_cst);
        wake.wait(lock, [&] {
          return published.load(std::memory_order_seq_cst) != seen || stop.load(std::memory_order_relaxed);
        });
        sleepers.fetch_sub(1, std::memory_order_relaxed);
        break;
      }
    }
  }

  void Grow(int wanted) {
    if (workerCount.load(std::memory_order_relaxed) >= wanted) return;
    std::lock_guard<std::mutex> lock(growing);
    try {
      while (static_cast<int>(workers.size()) < wanted) {
        const int number = static_cast<int>(workers.size()) + 1;
        workers.emplace_back([this, number] { Work(number); });
        workerCount.store(static_cast<int>(workers.size()), std::memory_order_relaxed);
      }
    } catch (const std::exception&) {
      // No more threads to be had: the leaders do with fewer.
    }
  }

  void Join() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      stop.store(true, std::memory_order_seq_cst);
    }
    wake.notify_all();
    for (std::thread& worker : workers) worker.join();
  }
};

namespace {

std::mutex poolMutex;
int poolUsers = 0;
ThreadPool* pool = nullptr;

}  // namespace

ThreadPool* ThreadPool::Acquire() {
  std::lock_guard<std::mutex> lock(poolMutex);
  if (poolUsers == 0) pool = new ThreadPool(new Implementation);
  poolUsers++;
  return pool;
}

void ThreadPool::Release() {
  std::lock_guard<std::mutex> lock(poolMutex);
  if (--poolUsers > 0) return;
  pool->implementation_->Join();
  delete pool->implementation_;
  delete pool;
  pool = nullptr;
}

int64_t ThreadPool::Run(const Job& job, int threads, Scratch& scratch, ShouldStop shouldStop, void* context) {
  Implementation& all = *implementation_;
  Slot* slot = nullptr;
  if (threads > 1 && job.end - job.begin > 1) {
    all.Grow(threads - 1);
    for (Slot& candidate : all.slots) {
      if (!candidate.taken.load(std::memory_order_relaxed) &&
          !candidate.taken.exchange(true, std::memory_order_acquire)) {
        slot = &candidate;
        break;
      }
    }
  }
  if (!slot) {
    int64_t unit = job.begin;
    if (!shouldStop) {
      job.kernel(*job.task, *job.split, job.phase, job.begin, job.end, scratch);
      return job.end;
    }
    while (unit < job.end) {
      job.kernel(*job.task, *job.split, job.phase, unit, unit + 1, scratch);
      if (++unit < job.end && shouldStop(context)) break;
    }
    return unit;
  }

  slot->job = job;
  slot->helpers = threads - 1;
  // A run that may stop between units stops after the first so many: they are one part, in order.
  slot->Divide(shouldStop ? 1 : threads);
  slot->open.store(true, std::memory_order_seq_cst);
  all.published.fetch_add(1, std::memory_order_seq_cst);
  if (job.nanoseconds > kWorthWaking && all.sleepers.load(std::memory_order_seq_cst) > 0) {
    { std::lock_guard<std::mutex> lock(all.mutex); }
    all.wake.notify_all();
  }
  int64_t firstLeft = job.end;
  if (!shouldStop) {
    slot->Do(job, 0, scratch);
  } else {
    std::atomic<int64_t>& next = slot->parts[0].next;
    for (;;) {
      const int64_t unit = next.fetch_add(1, std::memory_order_relaxed);
      if (unit >= job.end) break;
      job.kernel(*job.task, *job.split, job.phase, unit, unit + 1, scratch);
      if (!shouldStop(context)) continue;
      const int64_t claimed = next.exchange(job.end, std::memory_order_relaxed);
      firstLeft = claimed < job.end ? claimed : job.end;
      break;
    }
  }
  slot->open.store(false, std::memory_order_seq_cst);
  for (int spins = 0; slot->users.load(std::memory_order_seq_cst) > 0; spins++) {
    if (spins < kSpinsBeforeYield) {
      Pause();
    } else {
      std::this_thread::yield();
    }
  }
  slot->taken.store(false, std::memory_order_release);
  return firstLeft;
}

}  // namespace hebb
