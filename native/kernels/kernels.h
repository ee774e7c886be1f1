// What the program side (program, run) and the kernels share: decoded expressions, one instruction about to
// run, and the table of kernels that each instruction set exports. Plain data and pointers only, so that the
// objects compiled for an instruction set export nothing but their table.

#ifndef HEBB_KERNELS_KERNELS_H_
#define HEBB_KERNELS_KERNELS_H_

#include <stddef.h>
#include <stdint.h>

#include "generated/contract.h"

namespace hebb {

/** Elements of a register while an expression is evaluated: 1 KiB of float32, so that a dozen stay in L1. */
constexpr int kBlock = 256;

/** How a step of an expression gets its value; see program.cc, planExpression, for when each is allowed. */
enum class StepKind : uint8_t {
  kConstant,    // fills the register once, before the first row
  kLoadOnce,    // stride 0: fills the register at the start of each row
  kLoadDirect,  // the register is the operand's own memory
  kLoad,        // reads, with stride or conversion
  kCompute,     // a micro-operation
  kStore,       // writes a register to an operand
  kStoreDone,   // the step that made the value has written it to the operand already
  kResult,      // the register is the value that a reduce consumes
};

struct Step {
  StepKind kind;
  uint8_t operation;     // kMicro...
  uint8_t destination;   // register
  uint8_t a, b, c;       // registers; of loads and stores, `a` is the operand
  int8_t directOperand;  // of kCompute: the operand to whose memory the result goes, or -1
  uint8_t reserved;
  double constant;
};

struct Operand {
  int32_t view;  // -1: the value of a reduce
  int32_t dtype;
  int32_t bytes;                          // of one element
  int64_t strides[contract::kLimitRank];  // in elements
};

struct Expression {
  int32_t dtype;
  int32_t rank;
  int32_t inputCount;
  int32_t outputCount;
  int32_t stepCount;
  int32_t registerCount;
  bool hasConstants;  // any kConstant
  bool hasLoadOnce;   // any kLoadOnce
  int64_t dims[contract::kLimitRank];
  const Operand* operands;  // inputs, then outputs
  const Step* steps;
  double cost;  // rough nanoseconds an element
};

/** Memory of one thread for temporaries; the registers' part has its fixed size, the rest grows. */
struct Scratch {
  char* registers;  // kLimitRegisters * kBlock * 8 bytes, 64-byte aligned
  char* work;       // workBytes, 64-byte aligned
  size_t workBytes;
};

/** Bytes of Scratch::registers: one register more than expressions have, for conversions. */
constexpr size_t kRegisterBytes = (contract::kLimitRegisters + 1) * static_cast<size_t>(kBlock) * 8;

/** View fields that an instruction has at most. */
constexpr int kFieldViews = 4;

/** One instruction about to run. */
struct Task {
  const int32_t* words;                      // of the instruction
  const Expression* expression;              // map, reduce; gemm if it has an epilogue
  char* views[kFieldViews];                  // views of the fields in their order; null where left out
  char* operands[contract::kLimitOperands];  // first elements of the expression's operands
  int32_t dtype;                             // in which it computes, or of the elements that it moves
  int32_t elementBytes;                      // of the elements that it moves (gather, copy)
  int32_t outDtype;                          // of reduce's result, of crossEntropy's labels
  double low, high;                          // of random
  char* workspace;                           // shared by the units of the instruction
};

/** How an instruction is cut; the same whatever the number of threads. */
struct Split {
  int64_t prepareUnits;  // units of the first phase (packing, partial results); 0 where there is none
  int64_t units;         // units of the main phase, which is resumable where prepareUnits is 0 or repeatable
  int64_t workspaceBytes;
  int64_t scratchBytes;  // of each thread
  double nanoseconds;    // rough cost on one thread
  bool serialMain;       // the main phase is short and runs on the leader alone
  bool resumable;        // the run may pause between units of the main phase
};

/** A kernel runs units begin .. end-1 of a phase (0 prepare, 1 main). */
using KernelFunction = void (*)(const Task& task, const Split& split, int phase, int64_t begin, int64_t end,
                                Scratch& scratch);

/** Decides the split of an instruction; strides and sizes are final when it is called. */
using SplitFunction = void (*)(const Task& task, Split* split);

/** Looks at data before anything is written. @return a run error (0: none) with its details */
using VerifyFunction = int32_t (*)(const Task& task, int32_t* detail0, int32_t* detail1);

struct KernelTable {
  const char* name;
  KernelFunction kernels[contract::kOpCount];  // null: no arithmetic (loop, boundary)
  SplitFunction splits[contract::kOpCount];
  VerifyFunction verifies[contract::kOpCount];  // null: nothing to verify
};

extern const KernelTable kBaselineKernels;
#if defined(__x86_64__) || defined(_M_X64)
extern const KernelTable kAvx2Kernels;
extern const KernelTable kAvx512Kernels;
#endif

}  // namespace hebb

#endif  // HEBB_KERNELS_KERNELS_H_
