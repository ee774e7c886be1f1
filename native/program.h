// A loaded program: its words checked once, its instructions decoded into plans. Whatever the words are, Load
// reads nothing outside them, and a program that it accepts never touches memory outside its arena and bound
// arrays. The rules are those of src/contract/checking.ts, its twin.

#ifndef HEBB_PROGRAM_H_
#define HEBB_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "kernels/kernels.h"

namespace hebb {

struct Buffer {
  int32_t dtype;
  int32_t bytes;  // of one element
  int32_t kind;
  int64_t length;
  int64_t place;  // arena: offset in bytes; bound: number
  int32_t access;
};

struct View {
  int32_t buffer;
  int64_t offset;
  char* pointer;  // where it stands now; set and moved by the run
};

/** What a bound array must be. */
struct Bound {
  int32_t dtype;
  int64_t length;
  int32_t access;
};

struct Move {
  int32_t view;
  int64_t stride;
};

struct Instruction {
  int32_t opcode;
  int32_t pc;          // word offset in the code
  int32_t parent;      // index of the loop instruction that encloses it, or -1
  int32_t depth;       // loops that enclose it
  int32_t expression;  // index, or -1
  int32_t fieldViews[kFieldViews];
  // loop
  int32_t bodyEnd;  // index of the first instruction after the body
  int32_t count;
  int32_t countView;
  int32_t firstMove, moveCount;
  // kernels: all of the task but its pointers
  Task task;
  Split split;
  VerifyFunction verify;  // null: nothing to verify
  bool moving;            // a loop moves some of its views
  SmallFunction small;    // null: it is not small
  SmallPlan smallPlan;
};

/** An expression made flat, and what it points to. */
struct Flat {
  FlatExpression expression = {};
  std::vector<Operand> operands;
  std::vector<Step> steps;
  std::vector<Link> links;
  std::vector<Spread> spreads;
  std::vector<int32_t> offsets;
  std::vector<FlatConstant> constants;
};

/** Why a program is refused: a code of programErrors and the word offset of the fault. */
struct Refusal {
  int32_t code = 0;
  int32_t at = 0;
};

class Program {
 public:
  /**
   * Checks and decodes `count` words, which must stay where they are while the program is used. Memory of an
   * earlier load is used again. Throws std::bad_alloc.
   * @param again whether the program will run more than once, so that small instructions are worth a plan
   */
  Refusal Load(const int32_t* words, int64_t count, const KernelTable* kernels, bool again);

  /** Rough time of a run on one thread, at most 2^31 - 1. */
  int32_t Microseconds() const;

  const KernelTable* kernels = nullptr;
  std::vector<Buffer> buffers;
  std::vector<View> views;
  std::vector<Bound> bound;  // by number
  std::vector<Move> moves;
  std::vector<Instruction> instructions;
  int64_t arenaBytes = 0;
  int64_t workspaceBytes = 0;  // the most that an instruction wants
  int64_t scratchBytes = 0;
  int32_t codeWords = 0;
  bool hasBoundary = false;

 private:
  friend class Checker;
  /** Finds the instructions whose operands loops move, and plans the small ones if that pays (flatten.cc). */
  void PlanRuns(bool again);
  void PlanSmall(Instruction& instruction);
  std::vector<Expression> expressions_;
  std::vector<Operand> operands_;
  std::vector<Step> steps_;
  std::vector<Link> links_;
  std::deque<Flat> flats_;
};

}  // namespace hebb

#endif  // HEBB_PROGRAM_H_
