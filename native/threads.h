// The thread pool: process-wide, shared by all environments and programs. The thread that runs a program (the
// leader) publishes an instruction as a job with a fixed number of units; it and the workers claim them, each
// beginning with a part of its own. Which thread takes a unit changes nothing in its arithmetic, and where no
// worker comes the leader does all of them.

#ifndef HEBB_THREADS_H_
#define HEBB_THREADS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernels.h"

namespace hebb {

/** CPUs that this process may use: affinity mask and cgroup quota (v2 or v1), at least 1. */
int AvailableCpus();

/** A thread's memory for temporaries. */
class ScratchMemory {
 public:
  ScratchMemory() = default;
  ~ScratchMemory();
  ScratchMemory(const ScratchMemory&) = delete;
  ScratchMemory& operator=(const ScratchMemory&) = delete;

  /** Makes `workBytes` of work space available. @return false if there is no memory */
  bool Reserve(size_t workBytes);
  Scratch& get() { return scratch_; }

 private:
  Scratch scratch_ = {nullptr, nullptr, 0};
};

/** Memory aligned to 64 bytes (2 MiB and huge pages for large blocks); null if there is none. */
void* AllocateAligned(size_t bytes);
void FreeAligned(void* memory);

/** Nanoseconds of work for which sleeping workers are woken: that costs 5 us, a hand-off to a spinning one
 * 0.5. */
constexpr double kWorthWaking = 30e3;

/** Units of one phase of an instruction. */
struct Job {
  KernelFunction kernel;
  const Task* task;
  const Split* split;
  int phase;
  int64_t begin, end;
  /**
   * Rough cost on one thread of all units, and of the jobs before for which nobody was woken: many
   * instructions of 10 us are worth it as one of 100 is.
   */
  double nanoseconds;
};

/** Whether a run has to stop in the middle of an instruction; asked by the leader between units. */
using ShouldStop = bool (*)(void* context);

class ThreadPool {
 public:
  /** The pool of the process; every Acquire is answered by one Release, the last of which joins the workers.
   */
  static ThreadPool* Acquire();
  static void Release();

  /**
   * Runs a job on this thread and up to `threads` - 1 workers. Returns the first unit that has not been done:
   * job.end, or less if `shouldStop` said so.
   */
  int64_t Run(const Job& job, int threads, Scratch& scratch, ShouldStop shouldStop, void* context);

 private:
  struct Implementation;
  explicit ThreadPool(Implementation* implementation) : implementation_(implementation) {}
  Implementation* implementation_;
};

}  // namespace hebb

#endif  // HEBB_THREADS_H_
