// Checks a program and decodes it on the way, instruction by instruction. check.cc goes through the sections,
// fields and tails; operands.cc has the rules that the table of instructions cannot say, and that operands
// stay in their buffers.

#ifndef HEBB_CHECKER_H_
#define HEBB_CHECKER_H_

#include <initializer_list>

#include "program.h"

namespace hebb {

/** One Load. Functions return false once `refusal` is set. */
class Checker {
 public:
  Checker(Program& program, const int32_t* words, int64_t count)
      : p_(program), words_(words), count_(count) {}

  Refusal Run() {
    if (Header() && Buffers() && Views() && Code()) Finish();
    return refusal_;
  }

 private:
  struct Section {
    int64_t at;
    int64_t count;
  };
  /** A loop that the instruction being checked stands in. */
  struct OpenLoop {
    int32_t instruction;
    int64_t end;  // word offset in the code
  };

  bool Refuse(int32_t code, int64_t at);

  int32_t Word(int64_t at) const { return words_[at]; }

  bool Header();

  bool TakeSection(Section* section, int32_t atWord, int32_t countWord, int64_t entryWords);

  bool Buffers();

  bool Views();

  bool Code();

  void CloseLoops(int64_t pc);

  const Buffer& BufferOf(int32_t view) const;

  bool CheckInstruction(int32_t opcode, int64_t pc, int64_t at, int64_t length);

  bool Fields(Instruction& instruction, int64_t at);

  double Constant(int64_t place) const;

  bool HasLength(int64_t at, int64_t length, int64_t expected);

  bool Tail(Instruction& instruction, int64_t at, int64_t length);

  bool Sizes(int64_t at, int64_t count);

  /** @param offset of the expression in the instruction @param dims place of the sizes of its grid */
  bool TakeExpression(Instruction& instruction, int64_t at, int64_t length, int64_t offset, int64_t rank,
                      int64_t dims);

  /** Checks the steps and appends them, decoded. */
  bool Steps(int64_t start, int64_t count, int32_t dtype, int32_t inputs, int32_t outputs, int32_t registers,
             bool needsResult);

  /** A grid's number of points, zeros left out, is bounded; so no product of sizes overflows later. */
  bool Points(int64_t at, std::initializer_list<int64_t> sizes);

  /** What the table of instructions cannot say. */
  bool Rules(Instruction& i, int64_t at);

  /** Whether an operand that is stepped along `sizes` stays in its buffer in every turn of the loops around.
   */
  bool Inside(int32_t view, int64_t rank, const int64_t* sizes, const int64_t* strides, int64_t at);

  /** Whether field view number `slot` has as many elements as the product of the sizes. */
  bool HasRows(const Instruction& i, int slot, int64_t at, int64_t a, int64_t b = 1, int64_t c = 1);

  bool HasMatrices(const Instruction& i, int slot, int64_t at, int64_t batch, int64_t step, int64_t count,
                   int64_t lead, int64_t columns);

  bool HasExpression(const Instruction& i, int64_t at);

  /** Whether every operand stays in its buffer. */
  bool Operands(const Instruction& i, int64_t at);

  bool Enter(Instruction& loop, int64_t at, int64_t length);

  /** Fills in pointers between the parts, now that they no longer move, and splits the instructions. */
  void Finish();

  Program& p_;
  const int32_t* words_;
  int64_t count_;
  Refusal refusal_;
  Section constants_{}, buffers_{}, views_{}, code_{};
  OpenLoop open_[contract::kLimitLoopDepth];
  int depth_ = 0;
};

}  // namespace hebb

#endif  // HEBB_CHECKER_H_
