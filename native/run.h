// The interpreter of programs: walks through the instructions, enters and leaves loops, hands large
// instructions to the pool, and stops where it is told to. All that a run needs to go on stands in its state
// words (stateFields in src/contract/instructions.ts).

#ifndef HEBB_RUN_H_
#define HEBB_RUN_H_

#include <atomic>
#include <cstdint>

#include "program.h"
#include "threads.h"

namespace hebb {

/** Memory shared by the units of an instruction; grows to what the largest wants. */
class Workspace {
 public:
  Workspace() = default;
  ~Workspace() { FreeAligned(memory_); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  bool Reserve(int64_t bytes);
  char* get() const { return memory_; }

 private:
  char* memory_ = nullptr;
  int64_t bytes_ = 0;
};

struct RunOptions {
  double budget = -1;           // milliseconds; negative: none
  bool stopAtBoundary = false;  // ... only, if the program has any
  int64_t instructions = -1;    // negative: no limit
};

/** What a run works with. `arrays` are as long and as aligned as the program's bound buffers want. */
struct RunContext {
  ThreadPool* pool;
  int threads;
  ScratchMemory* scratch;
  Workspace* workspace;
  /** Set when the environment closes: the run is aborted at the next instruction. May be null. */
  const std::atomic<bool>* stop;
};

/** The state is not one that a run of this program can have. */
constexpr int32_t kStatusInvalidState = -1;

/** Goes on from where `state` stands. @return a status (kStatus...) */
int32_t Advance(Program& program, int32_t* state, char* arena, char* const* arrays, const RunOptions& options,
                const RunContext& context);

}  // namespace hebb

#endif  // HEBB_RUN_H_
