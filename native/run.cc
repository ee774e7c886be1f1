// See run.h. The loop is the same as in src/backend/js/executor.ts; here an instruction is cut only where
// that pays.

#include "run.h"

#include <chrono>
#include <cstring>

namespace hebb {

using namespace contract;

namespace {

using Clock = std::chrono::steady_clock;

/** Rough nanoseconds of work between looks at the clock, which cost 25 each. */
constexpr double kClockWork = 20e3;
/** ... that walking to the next instruction costs. */
constexpr double kInstructionWork = 10;
/** An instruction below this cost runs on the leader alone: a hand-off costs 0.5 us. */
constexpr double kWorthSharing = 5e3;
/** An instruction above this cost may be left between two units. */
constexpr double kWorthLeaving = 200e3;

// JavaScript may look at and write the state while a run is on.
int32_t ReadShared(const int32_t* word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }
void WriteShared(int32_t* word, int32_t value) { __atomic_store_n(word, value, __ATOMIC_RELAXED); }

class Run {
 public:
  Run(Program& program, int32_t* state, const RunOptions& options, const RunContext& context)
      : p_(program), state_(state), options_(options), context_(context) {
    hasDeadline_ = options.budget >= 0 && options.budget < 1e12;
    if (hasDeadline_) {
      deadline_ = Clock::now() + std::chrono::nanoseconds(static_cast<int64_t>(options.budget * 1e6));
    }
  }

  int32_t Go(char* arena, char* const* arrays) {
    if (ReadShared(&state_[kStateError]) != kRunErrorNone) return kStatusFailed;
    for (View& view : p_.views) {
      const Buffer& buffer = p_.buffers[static_cast<size_t>(view.buffer)];
      char* base = buffer.kind == kBufferKindArena ? arena + buffer.place : arrays[buffer.place];
      view.pointer = base + view.offset * buffer.bytes;
    }
    if (!Resume()) return kStatusInvalidState;
    for (Instruction& instruction : p_.instructions) Point(instruction);
    if (!context_.scratch->Reserve(0)) return FailForMemory(sizeof(Chain));
    const int32_t status = Walk();
    Suspend();
    return status;
  }

 private:
  const Instruction& At(int32_t index) const { return p_.instructions[static_cast<size_t>(index)]; }
  int32_t InstructionCount() const { return static_cast<int32_t>(p_.instructions.size()); }

  /** The instruction at a place in the code, the number of instructions for its end, -1 for none. */
  int32_t Find(int32_t pc) const {
    if (pc == p_.codeWords) return InstructionCount();
    int32_t low = 0, high = InstructionCount();
    while (low < high) {
      const int32_t middle = (low + high) / 2;
      if (At(middle).pc < pc) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < InstructionCount() && At(low).pc == pc ? low : -1;
  }

  void MoveViews(const Instruction& loop, int64_t turns) {
    for (int32_t m = 0; m < loop.moveCount; m++) {
      const Move& move = p_.moves[static_cast<size_t>(loop.firstMove + m)];
      View& view = p_.views[static_cast<size_t>(move.view)];
      view.pointer += turns * move.stride * p_.buffers[static_cast<size_t>(view.buffer)].bytes;
    }
  }

  /** Takes the place from the state, which anyone may have written: it has to be one that a run can reach. */
  bool Resume() {
    place_ = Find(ReadShared(&state_[kStatePc]));
    unit_ = ReadShared(&state_[kStateUnit]);
    depth_ = ReadShared(&state_[kStateDepth]);
    if (place_ < 0 || unit_ < 0 || depth_ < 0 || depth_ > kLimitLoopDepth) return false;
    for (int32_t d = 0; d < depth_; d++) {
      open_[d] = Find(ReadShared(&state_[kStateLoopPc0 + d]));
      turns_[d] = ReadShared(&state_[kStateTurn0 + d]);
      counts_[d] = ReadShared(&state_[kStateCount0 + d]);
      if (open_[d] < 0 || open_[d] >= InstructionCount()) return false;
      const Instruction& loop = At(open_[d]);
      if (loop.opcode != kOpLoop || loop.parent != (d > 0 ? open_[d - 1] : -1)) return false;
      if (counts_[d] < 0 || counts_[d] > loop.count || turns_[d] < 0 || turns_[d] >= counts_[d]) return false;
      MoveViews(loop, turns_[d]);
    }
    // The place lies in the body of the innermost loop, or at its end.
    const int32_t inner = depth_ > 0 ? open_[depth_ - 1] : -1;
    if (depth_ > 0 && place_ == At(inner).bodyEnd) return unit_ == 0;
    if (place_ == InstructionCount()) return depth_ == 0 && unit_ == 0;
    const Instruction& instruction = At(place_);
    return instruction.parent == inner &&
           (unit_ == 0 || (instruction.split.resumable && unit_ < instruction.split.units));
  }

  void Suspend() {
    WriteShared(&state_[kStatePc], place_ < InstructionCount() ? At(place_).pc : p_.codeWords);
    WriteShared(&state_[kStateUnit], static_cast<int32_t>(unit_));
    WriteShared(&state_[kStateDepth], depth_);
    for (int32_t d = 0; d < kLimitLoopDepth; d++) {
      const bool isOpen = d < depth_;
      WriteShared(&state_[kStateLoopPc0 + d], isOpen ? At(open_[d]).pc : 0);
      WriteShared(&state_[kStateTurn0 + d], isOpen ? turns_[d] : 0);
      WriteShared(&state_[kStateCount0 + d], isOpen ? counts_[d] : 0);
    }
  }

  int32_t Fail(int32_t code, int32_t detail0, int32_t detail1) {
    WriteShared(&state_[kStateError], code);
    WriteShared(&state_[kStateDetail0], detail0);
    WriteShared(&state_[kStateDetail1], detail1);
    return kStatusFailed;
  }

  bool Late() {
    work_ = 0;
    late_ = late_ || Clock::now() >= deadline_;
    return late_;
  }

  int32_t Walk() {
    const bool onlyAtBoundary = p_.hasBoundary && options_.stopAtBoundary;
    int64_t left = options_.instructions;
    if (hasDeadline_) Late();
    for (;;) {
      CloseLoops();
      if (place_ == InstructionCount()) return kStatusDone;
      if (left == 0) return kStatusYielded;
      if (context_.stop && context_.stop->load(std::memory_order_relaxed)) return kStatusAborted;
      Instruction& instruction = p_.instructions[static_cast<size_t>(place_)];
      bool mayStop = !onlyAtBoundary;
      // Without boundaries a request is obeyed anywhere: there is no step to complete.
      bool obey = !p_.hasBoundary;
      switch (instruction.opcode) {
        case kOpLoop: {
          int32_t count = instruction.count;
          if (instruction.countView >= 0) {
            std::memcpy(&count, p_.views[static_cast<size_t>(instruction.countView)].pointer, sizeof count);
            if (count < 0 || count > instruction.count)
              return Fail(kRunErrorLoopCount, count, instruction.count);
          }
          if (count == 0 || instruction.bodyEnd == place_ + 1) {  // turns of nothing are not made
            place_ = instruction.bodyEnd;
          } else {
            open_[depth_] = place_;
            turns_[depth_] = 0;
            counts_[depth_] = count;
            depth_++;
            place_++;
          }
          break;
        }
        case kOpBoundary:
          WriteShared(&state_[kStateProgress],
                      static_cast<int32_t>(static_cast<uint32_t>(ReadShared(&state_[kStateProgress])) + 1u));
          mayStop = true;
          obey = true;
          place_++;
          break;
        default: {
          const int32_t status = RunKernel(instruction, hasDeadline_ && !onlyAtBoundary);
          if (status != kStatusDone) return status;
          place_++;
        }
      }
      work_ += kInstructionWork;
      if (left > 0) left--;
      if (hasDeadline_ && work_ >= kClockWork) Late();
      if (obey) {
        const int32_t request = ReadShared(&state_[kStateRequest]);
        if (request == kRequestAbort) return kStatusAborted;
        if (request == kRequestPause) {
          int32_t expected = kRequestPause;
          __atomic_compare_exchange_n(&state_[kStateRequest], &expected, kRequestNone, false,
                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED);
          return kStatusYielded;
        }
      }
      if (late_ && mayStop) return AtEnd() ? kStatusDone : kStatusYielded;
    }
  }

  void CloseLoops() {
    while (depth_ > 0 && place_ == At(open_[depth_ - 1]).bodyEnd) {
      const Instruction& loop = At(open_[depth_ - 1]);
      if (turns_[depth_ - 1] + 1 < counts_[depth_ - 1]) {
        turns_[depth_ - 1]++;
        MoveViews(loop, 1);
        place_ = open_[depth_ - 1] + 1;
      } else {
        depth_--;
        MoveViews(loop, -static_cast<int64_t>(turns_[depth_]));
      }
    }
  }

  bool AtEnd() {
    CloseLoops();
    return place_ == InstructionCount();
  }

  static bool StopAsked(void* context) { return static_cast<Run*>(context)->Late(); }

  /** Gives the task of an instruction the present addresses of its views. */
  void Point(Instruction& instruction) {
    Task& task = instruction.task;
    for (int v = 0; v < kFieldViews; v++) {
      const int32_t view = instruction.fieldViews[v];
      task.views[v] = view >= 0 ? p_.views[static_cast<size_t>(view)].pointer : nullptr;
    }
    if (const Expression* e = task.expression) {
      const int32_t count = e->inputCount + e->outputCount;
      for (int32_t o = 0; o < count; o++) {
        const int32_t view = e->operands[o].view;
        task.operands[o] = view >= 0 ? p_.views[static_cast<size_t>(view)].pointer : nullptr;
      }
    }
  }

  int32_t RunKernel(Instruction& instruction, bool mayLeave) {
    Task& task = instruction.task;
    const Split& split = instruction.split;
    if (instruction.moving) Point(instruction);
    work_ += split.nanoseconds;
    if (instruction.verify) {
      int32_t detail0 = 0, detail1 = 0;
      const int32_t error = instruction.verify(task, &detail0, &detail1);
      if (error != kRunErrorNone) return Fail(error, detail0, detail1);
    }
    if (instruction.small) {
      instruction.small(task, instruction.smallPlan, context_.scratch->get());
      return kStatusDone;
    }
    if (split.units > 0) {
      if (split.workspaceBytes > 0 && !context_.workspace->Reserve(split.workspaceBytes)) {
        return FailForMemory(split.workspaceBytes);
      }
      if (split.scratchBytes > 0 && !context_.scratch->Reserve(static_cast<size_t>(split.scratchBytes))) {
        return FailForMemory(split.scratchBytes);
      }
      task.workspace = context_.workspace->get();
      const KernelFunction kernel = p_.kernels->kernels[instruction.opcode];
      const bool leave = mayLeave && split.resumable && split.nanoseconds > kWorthLeaving;
      if (split.nanoseconds < kWorthSharing && unit_ == 0) {
        Scratch& scratch = context_.scratch->get();
        if (split.prepareUnits > 0) kernel(task, split, 0, 0, split.prepareUnits, scratch);
        kernel(task, split, 1, 0, split.units, scratch);
      } else {
        shared_ += split.nanoseconds;
        Share({kernel, &task, &split, 0, 0, split.prepareUnits, shared_}, context_.threads, false);
        unit_ = Share({kernel, &task, &split, 1, unit_, split.units, shared_},
                      split.serialMain ? 1 : context_.threads, leave);
        // After both phases: the first one may be of one unit, for which nobody is woken.
        if (shared_ > kWorthWaking) shared_ = 0;
        if (unit_ < split.units) return kStatusYielded;
        unit_ = 0;
      }
    }
    if (instruction.opcode == kOpRandom) CountDraw(task.views[0]);
    return kStatusDone;
  }

  int32_t FailForMemory(int64_t bytes) {
    return Fail(kRunErrorOutOfMemory, static_cast<int32_t>(bytes / 1024), 0);
  }

  int64_t Share(const Job& job, int threads, bool leave) {
    if (job.begin >= job.end) return job.end;
    return context_.pool->Run(job, threads, context_.scratch->get(), leave ? StopAsked : nullptr, this);
  }

  /** Adds 1 to the 64-bit draw counter of a generator's state. */
  static void CountDraw(char* state) {
    uint32_t words[4];
    std::memcpy(words, state, sizeof words);
    if (++words[2] == 0) words[3]++;
    std::memcpy(state, words, sizeof words);
  }

  Program& p_;
  int32_t* state_;
  const RunOptions& options_;
  const RunContext& context_;
  bool hasDeadline_ = false;
  Clock::time_point deadline_;
  bool late_ = false;
  double work_ = 0;
  /** Rough nanoseconds of shared instructions since sleeping threads were last woken for them. */
  double shared_ = 0;
  int32_t place_ = 0;
  int64_t unit_ = 0;
  int32_t depth_ = 0;
  int32_t open_[kLimitLoopDepth] = {}, turns_[kLimitLoopDepth] = {}, counts_[kLimitLoopDepth] = {};
};

}  // namespace

bool Workspace::Reserve(int64_t bytes) {
  if (bytes <= bytes_) return true;
  char* grown = static_cast<char*>(AllocateAligned(static_cast<size_t>(bytes)));
  if (!grown) return false;
  FreeAligned(memory_);
  memory_ = grown;
  bytes_ = bytes;
  return true;
}

int32_t Advance(Program& program, int32_t* state, char* arena, char* const* arrays, const RunOptions& options,
                const RunContext& context) {
  return Run(program, state, options, context).Go(arena, arrays);
}

}  // namespace hebb
