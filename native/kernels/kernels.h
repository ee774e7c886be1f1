// What the program side (program, run) and the kernels share: decoded expressions, one instruction about to
// run, and the table of kernels that each instruction set exports. Plain data and pointers only, so that the
// objects compiled for an instruction set export nothing but their table.

#ifndef HEBB_KERNELS_KERNELS_H_
#define HEBB_KERNELS_KERNELS_H_

#include <stddef.h>
#include <stdint.h>

#include "generated/contract.h"

namespace hebb {

/** Elements that a reduction or a softmax takes at a time: 1 KiB of float32. */
constexpr int kBlock = 256;

/** What a step of an expression is; plan.cc decides between the three kinds of load. */
enum class StepKind : uint8_t {
  kConstant,    // stands in its slot from before the first row on
  kLoadOnce,    // stride 0: put into its slot at the start of each row
  kLoadDirect,  // read from the operand's own memory wherever the value is wanted
  kLoad,        // read once, here
  kCompute,     // a micro-operation
  kStore,       // writes a register to an operand
  kResult,      // the register is the value that a reduce consumes
};

struct Step {
  StepKind kind;
  uint8_t operation;    // kMicro...
  uint8_t destination;  // register
  uint8_t a, b, c;      // registers; of loads and stores, `a` is the operand
  double constant;
};

/**
 * Expressions are evaluated by chains of handlers over vector registers. A handler computes on the
 * accumulator, kChainBytes of elements that stay in vector registers from one handler to the next, and
 * tail-calls the handler of the next link; the last one returns to a loop along the row. The other operands
 * lie in memory that advances along the row, or in slots, which stay in L1.
 */
using ChainFunction = void (*)();  // the real type is that of the instruction set and dtype: see chain.inl

struct Link {
  ChainFunction function;
  uint16_t a, b;  // where operands are: bytes from the beginning of the Chain
};

/**
 * Where the operands of a micro-operation come from: A the accumulator, M memory that advances along the row,
 * T a slot, S one number for all elements.
 */
enum LinkOperands {
  kLinkAM,
  kLinkAT,
  kLinkAS,
  kLinkMA,
  kLinkTA,
  kLinkSA,
  kLinkAA,
  kLinkMM,
  kLinkMS,
  kLinkSM
};
/**
 * Of one with three operands: 9 times the place of the accumulator among them, plus 3 times where the first
 * of the other two comes from, plus where the second does: 0 memory, 1 a slot, 2 one number.
 */
enum LinkSources { kLinkMemory, kLinkSlot, kLinkNumber };
constexpr int LinkTernary(int place, int first, int second) { return place * 9 + first * 3 + second; }
constexpr int kLinkOperandsCount = LinkTernary(2, kLinkNumber, kLinkNumber) + 1;

/** The handlers for one dtype. */
template <class Function>
struct HandlersOf {
  static constexpr int kMaximalCount = 192;
  /** By operation and operands (unary ones: 0): a place in `operations`; 0: none, others have to be found. */
  uint8_t places[contract::kMicroCount][kLinkOperandsCount];
  Function operations[kMaximalCount];
  Function load, loadSlot, loadScalar, loadConverted;
  Function store, storeSlot, storeStream, storeConverted;
  Function end;
};
using ChainHandlers = HandlersOf<ChainFunction>;

/** A loop that stands for the full chain of an expression that is one function. */
using RowFunction = void (*)(char* out, const char* in, int64_t n);

/**
 * Full handlers take up to kSlotBytes at a time, narrow ones up to one vector: tails and short rows. Both are
 * HandlersOf a function type of the instruction set's own, laid out as ChainHandlers: constants cannot cast.
 */
struct ChainTable {
  const void* full;
  const void* narrow;
  RowFunction (*rowFunction)(int32_t operation, bool streams);  // null: the operation has none
};

/** Bytes of a slot: as many as a full handler takes on any instruction set. */
constexpr int kSlotBytes = 256;

/** Bytes of the rows into which a flat expression spreads inputs, with room for a vector beyond the last. */
constexpr int kSpreadBytes = 8192 + kSlotBytes;

struct Expression;

/** What handlers work with besides the accumulator: the memory of one evaluation. In L1 as a whole. */
struct alignas(64) Chain {
  char slots[contract::kLimitRegisters][kSlotBytes];
  char work[2][kSlotBytes];  // of conversions and long functions
  char values[kBlock * 8];   // of kResult
  char spread[kSpreadBytes];
  const Expression* expression;
  int64_t count;  // elements that a narrow handler takes, 1 .. width
  /** Of the operands, and of kResult: where the row begins, less what the index of its beginning adds. */
  char* places[contract::kLimitOperands + 1];
};
constexpr int kResultPlace = contract::kLimitOperands;

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
  int32_t linkCount;     // of one chain
  int32_t directResult;  // of reduce: the operand whose memory holds the values as they are, or -1
  bool hasConstants;     // any kConstant
  bool hasLoadOnce;      // any kLoadOnce
  bool streams;          // the full chain has stores that bypass the caches
  int8_t streamOperand;  // the operand of the first of them
  RowFunction row;       // instead of the full chain, from operand 0 to operand 1; or null
  int64_t dims[contract::kLimitRank];
  const Operand* operands;  // inputs, then outputs
  const Step* steps;
  const Link* links;  // the full chain, then the narrow one
  double cost;        // rough nanoseconds an element
};

/**
 * An input of a flat expression that does not lie as the grid does: before the evaluation its values are put
 * into a row of Chain::spread, `run` neighbours at a time, which are `stride` elements apart.
 */
struct Spread {
  int32_t operand;
  int32_t dtype;
  int32_t place;  // bytes from the beginning of Chain::spread
  int32_t run;
  int64_t stride;
  int32_t firstOffset, runs;  // in FlatExpression::offsets: where each run begins, in bytes
};

/** A constant, and the slot that is filled with it. */
struct FlatConstant {
  int32_t slot;
  double value;
};

/** An expression over a grid of at most kBlock points, made at load into one over a single row of them. */
struct FlatExpression {
  Expression expression;
  int64_t points;
  int32_t spreadCount, constantCount;
  const Spread* spreads;
  const int32_t* offsets;
  const FlatConstant* constants;
};

/** Memory of one thread for temporaries; `work` grows. */
struct Scratch {
  Chain* chain;
  char* work;  // workBytes, 64-byte aligned
  size_t workBytes;
};

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

/**
 * What is known at load of an instruction that is so small that finding it out anew would take longer than
 * the instruction itself. Sizes and strides count elements.
 */
struct SmallPlan {
  const FlatExpression* flat;  // the expression, or null
  int64_t m, n, k;             // of a product; outer, inner and length of a reduction; rows of a gather
  int64_t aRow, aDepth, bRow, bColumn, cRow;
  int32_t reduceKind;
  bool packsB;
};

/** Runs the whole of a small instruction on the calling thread. */
using SmallFunction = void (*)(const Task& task, const SmallPlan& plan, Scratch& scratch);

/**
 * Plans a small instruction; `plan->flat` is set if its expression is flat.
 * @return null if it is not small enough
 */
using PlanSmallFunction = SmallFunction (*)(const Task& task, SmallPlan* plan);

struct KernelTable {
  const char* name;
  ChainTable chains[contract::kDtypeFloat64 + 1];  // of the compute dtypes
  KernelFunction kernels[contract::kOpCount];      // null: no arithmetic (loop, boundary)
  SplitFunction splits[contract::kOpCount];
  VerifyFunction verifies[contract::kOpCount];   // null: nothing to verify
  PlanSmallFunction smalls[contract::kOpCount];  // null: never small
};

// Which of them an architecture has: native/build.json.
extern const KernelTable kBaselineKernels;
extern const KernelTable kAvx2Kernels;
extern const KernelTable kAvx512Kernels;

/** gemm of operands rounded to bfloat16, on a CPU that has instructions for it. */
struct RoundedGemm {
  KernelFunction kernel;
  SplitFunction split;
};
extern const RoundedGemm kAvx512Bfloat16;
extern const KernelTable kNeonKernels;

}  // namespace hebb

#endif  // HEBB_KERNELS_KERNELS_H_
