// Made by scripts/generate.mjs from src/contract. Do not edit: change the contract and run `npm run generate`.

#ifndef HEBB_GENERATED_CONTRACT_H_
#define HEBB_GENERATED_CONTRACT_H_

#include <cstdint>

namespace hebb::contract {

// Layout of programs
constexpr int32_t kArenaUnitBytes = 64;
constexpr int32_t kBufferWords = 4;
constexpr int32_t kHeaderWords = 16;
constexpr int32_t kInstructionHeaderWords = 3;
constexpr int32_t kProgramMagic = 1111639368;
constexpr int32_t kProgramVersion = 1;
constexpr int32_t kReduceChunk = 1024;
constexpr int32_t kReduceLanes = 16;
constexpr int32_t kStateWords = 32;
constexpr int32_t kStepWords = 5;
constexpr int32_t kViewWords = 2;

// Limits that hold for a checked program
constexpr int32_t kLimitRank = 8;
constexpr int32_t kLimitRegisters = 32;
constexpr int32_t kLimitOperands = 24;
constexpr int32_t kLimitSteps = 256;
constexpr int32_t kLimitLoopDepth = 6;
constexpr int32_t kLimitElements = 2147483647;

// Element types
constexpr int32_t kDtypeBool = 0;
constexpr int32_t kDtypeUint8 = 1;
constexpr int32_t kDtypeInt32 = 2;
constexpr int32_t kDtypeFloat32 = 3;
constexpr int32_t kDtypeFloat64 = 4;

// Opcodes
constexpr int32_t kOpMap = 0;
constexpr int32_t kOpReduce = 1;
constexpr int32_t kOpGemm = 2;
constexpr int32_t kOpGather = 3;
constexpr int32_t kOpScatterAdd = 4;
constexpr int32_t kOpCopy = 5;
constexpr int32_t kOpRandom = 6;
constexpr int32_t kOpSoftmax = 7;
constexpr int32_t kOpCrossEntropy = 8;
constexpr int32_t kOpLoop = 9;
constexpr int32_t kOpBoundary = 10;
constexpr int32_t kOpCheck = 11;
constexpr int32_t kOpCount = 12;

// Micro-operations of expressions
constexpr int32_t kMicroLoad = 0;
constexpr int32_t kMicroStore = 1;
constexpr int32_t kMicroConstant = 2;
constexpr int32_t kMicroCopy = 3;
constexpr int32_t kMicroNeg = 4;
constexpr int32_t kMicroAbs = 5;
constexpr int32_t kMicroSign = 6;
constexpr int32_t kMicroNot = 7;
constexpr int32_t kMicroFloor = 8;
constexpr int32_t kMicroCeil = 9;
constexpr int32_t kMicroRound = 10;
constexpr int32_t kMicroTrunc = 11;
constexpr int32_t kMicroSqrt = 12;
constexpr int32_t kMicroRsqrt = 13;
constexpr int32_t kMicroReciprocal = 14;
constexpr int32_t kMicroIsNaN = 15;
constexpr int32_t kMicroIsInf = 16;
constexpr int32_t kMicroIsFinite = 17;
constexpr int32_t kMicroExp = 18;
constexpr int32_t kMicroExpm1 = 19;
constexpr int32_t kMicroLog = 20;
constexpr int32_t kMicroLog1p = 21;
constexpr int32_t kMicroSin = 22;
constexpr int32_t kMicroCos = 23;
constexpr int32_t kMicroTan = 24;
constexpr int32_t kMicroAsin = 25;
constexpr int32_t kMicroAcos = 26;
constexpr int32_t kMicroAtan = 27;
constexpr int32_t kMicroSinh = 28;
constexpr int32_t kMicroCosh = 29;
constexpr int32_t kMicroTanh = 30;
constexpr int32_t kMicroAsinh = 31;
constexpr int32_t kMicroAcosh = 32;
constexpr int32_t kMicroAtanh = 33;
constexpr int32_t kMicroErf = 34;
constexpr int32_t kMicroSigmoid = 35;
constexpr int32_t kMicroSoftplus = 36;
constexpr int32_t kMicroAdd = 37;
constexpr int32_t kMicroSub = 38;
constexpr int32_t kMicroMul = 39;
constexpr int32_t kMicroDiv = 40;
constexpr int32_t kMicroMod = 41;
constexpr int32_t kMicroPow = 42;
constexpr int32_t kMicroMin = 43;
constexpr int32_t kMicroMax = 44;
constexpr int32_t kMicroAtan2 = 45;
constexpr int32_t kMicroEqual = 46;
constexpr int32_t kMicroNotEqual = 47;
constexpr int32_t kMicroLess = 48;
constexpr int32_t kMicroLessEqual = 49;
constexpr int32_t kMicroGreater = 50;
constexpr int32_t kMicroGreaterEqual = 51;
constexpr int32_t kMicroAnd = 52;
constexpr int32_t kMicroOr = 53;
constexpr int32_t kMicroSelect = 54;
constexpr int32_t kMicroFma = 55;
constexpr int32_t kMicroCount = 56;

// Kinds of buffers
constexpr int32_t kBufferKindArena = 0;
constexpr int32_t kBufferKindBound = 1;

// Access bits of bound buffers
constexpr int32_t kAccessRead = 1;
constexpr int32_t kAccessWrite = 2;

// Kinds of reduce
constexpr int32_t kReduceKindSum = 0;
constexpr int32_t kReduceKindProd = 1;
constexpr int32_t kReduceKindMax = 2;
constexpr int32_t kReduceKindMin = 3;
constexpr int32_t kReduceKindArgMax = 4;
constexpr int32_t kReduceKindArgMin = 5;
constexpr int32_t kReduceKindAny = 6;
constexpr int32_t kReduceKindAll = 7;

// Kinds of random
constexpr int32_t kRandomKindUniform = 0;
constexpr int32_t kRandomKindNormal = 1;
constexpr int32_t kRandomKindTruncatedNormal = 2;
constexpr int32_t kRandomKindPermutation = 3;

// Precisions of gemm
constexpr int32_t kPrecisionFull = 0;
constexpr int32_t kPrecisionBfloat16 = 1;

// How a run ended
constexpr int32_t kStatusDone = 0;
constexpr int32_t kStatusYielded = 1;
constexpr int32_t kStatusAborted = 2;
constexpr int32_t kStatusFailed = 3;

// What a run may be asked to do
constexpr int32_t kRequestNone = 0;
constexpr int32_t kRequestPause = 1;
constexpr int32_t kRequestAbort = 2;

// Why an instruction failed
constexpr int32_t kRunErrorNone = 0;
constexpr int32_t kRunErrorIndexOutOfRange = 1;
constexpr int32_t kRunErrorLabelOutOfRange = 2;
constexpr int32_t kRunErrorNotFinite = 3;
constexpr int32_t kRunErrorLoopCount = 4;
constexpr int32_t kRunErrorOutOfMemory = 5;

// Why a program is refused
constexpr int32_t kProgramErrorNone = 0;
constexpr int32_t kProgramErrorTruncated = 1;
constexpr int32_t kProgramErrorForeign = 2;
constexpr int32_t kProgramErrorSection = 3;
constexpr int32_t kProgramErrorBuffer = 4;
constexpr int32_t kProgramErrorView = 5;
constexpr int32_t kProgramErrorOpcode = 6;
constexpr int32_t kProgramErrorLength = 7;
constexpr int32_t kProgramErrorField = 8;
constexpr int32_t kProgramErrorOperand = 9;
constexpr int32_t kProgramErrorDtype = 10;
constexpr int32_t kProgramErrorAccess = 11;
constexpr int32_t kProgramErrorBounds = 12;
constexpr int32_t kProgramErrorExpression = 13;
constexpr int32_t kProgramErrorLoop = 14;

// Words of the header
constexpr int32_t kHeaderMagic = 0;
constexpr int32_t kHeaderVersion = 1;
constexpr int32_t kHeaderTotalWords = 2;
constexpr int32_t kHeaderConstantsAt = 3;
constexpr int32_t kHeaderConstantCount = 4;
constexpr int32_t kHeaderBuffersAt = 5;
constexpr int32_t kHeaderBufferCount = 6;
constexpr int32_t kHeaderViewsAt = 7;
constexpr int32_t kHeaderViewCount = 8;
constexpr int32_t kHeaderCodeAt = 9;
constexpr int32_t kHeaderCodeWords = 10;
constexpr int32_t kHeaderBoundCount = 11;
constexpr int32_t kHeaderArenaUnits = 12;
constexpr int32_t kHeaderReserved0 = 13;
constexpr int32_t kHeaderReserved1 = 14;
constexpr int32_t kHeaderReserved2 = 15;

// Words of the state of a run
constexpr int32_t kStatePc = 0;
constexpr int32_t kStateUnit = 1;
constexpr int32_t kStateDepth = 2;
constexpr int32_t kStateTurn0 = 3;
constexpr int32_t kStateTurn1 = 4;
constexpr int32_t kStateTurn2 = 5;
constexpr int32_t kStateTurn3 = 6;
constexpr int32_t kStateTurn4 = 7;
constexpr int32_t kStateTurn5 = 8;
constexpr int32_t kStateCount0 = 9;
constexpr int32_t kStateCount1 = 10;
constexpr int32_t kStateCount2 = 11;
constexpr int32_t kStateCount3 = 12;
constexpr int32_t kStateCount4 = 13;
constexpr int32_t kStateCount5 = 14;
constexpr int32_t kStateLoopPc0 = 15;
constexpr int32_t kStateLoopPc1 = 16;
constexpr int32_t kStateLoopPc2 = 17;
constexpr int32_t kStateLoopPc3 = 18;
constexpr int32_t kStateLoopPc4 = 19;
constexpr int32_t kStateLoopPc5 = 20;
constexpr int32_t kStateProgress = 21;
constexpr int32_t kStateRequest = 22;
constexpr int32_t kStateError = 23;
constexpr int32_t kStateDetail0 = 24;
constexpr int32_t kStateDetail1 = 25;
constexpr int32_t kStateReserved0 = 26;
constexpr int32_t kStateReserved1 = 27;
constexpr int32_t kStateReserved2 = 28;
constexpr int32_t kStateReserved3 = 29;
constexpr int32_t kStateReserved4 = 30;
constexpr int32_t kStateReserved5 = 31;

// Words of map
constexpr int32_t kMapDtype = 3;
constexpr int32_t kMapRank = 4;
constexpr int32_t kMapTail = 5;

// Words of reduce
constexpr int32_t kReduceKind = 3;
constexpr int32_t kReduceDtype = 4;
constexpr int32_t kReduceOuter = 5;
constexpr int32_t kReduceLength = 6;
constexpr int32_t kReduceInner = 7;
constexpr int32_t kReduceOut = 8;
constexpr int32_t kReduceTail = 9;

// Words of gemm
constexpr int32_t kGemmDtype = 3;
constexpr int32_t kGemmPrecision = 4;
constexpr int32_t kGemmBatch = 5;
constexpr int32_t kGemmM = 6;
constexpr int32_t kGemmN = 7;
constexpr int32_t kGemmK = 8;
constexpr int32_t kGemmA = 9;
constexpr int32_t kGemmLda = 10;
constexpr int32_t kGemmStrideA = 11;
constexpr int32_t kGemmTransposeA = 12;
constexpr int32_t kGemmB = 13;
constexpr int32_t kGemmLdb = 14;
constexpr int32_t kGemmStrideB = 15;
constexpr int32_t kGemmTransposeB = 16;
constexpr int32_t kGemmOut = 17;
constexpr int32_t kGemmLdc = 18;
constexpr int32_t kGemmStrideC = 19;
constexpr int32_t kGemmTail = 20;

// Words of gather
constexpr int32_t kGatherOuter = 3;
constexpr int32_t kGatherAxis = 4;
constexpr int32_t kGatherCount = 5;
constexpr int32_t kGatherInner = 6;
constexpr int32_t kGatherInput = 7;
constexpr int32_t kGatherIndices = 8;
constexpr int32_t kGatherOut = 9;

// Words of scatterAdd
constexpr int32_t kScatterAddDtype = 3;
constexpr int32_t kScatterAddOuter = 4;
constexpr int32_t kScatterAddAxis = 5;
constexpr int32_t kScatterAddCount = 6;
constexpr int32_t kScatterAddInner = 7;
constexpr int32_t kScatterAddUpdates = 8;
constexpr int32_t kScatterAddIndices = 9;
constexpr int32_t kScatterAddOut = 10;

// Words of copy
constexpr int32_t kCopyInput = 3;
constexpr int32_t kCopyOut = 4;
constexpr int32_t kCopyRank = 5;
constexpr int32_t kCopyTail = 6;

// Words of random
constexpr int32_t kRandomKind = 3;
constexpr int32_t kRandomDtype = 4;
constexpr int32_t kRandomCount = 5;
constexpr int32_t kRandomLow = 6;
constexpr int32_t kRandomHigh = 7;
constexpr int32_t kRandomState = 8;
constexpr int32_t kRandomOut = 9;

// Words of softmax
constexpr int32_t kSoftmaxDtype = 3;
constexpr int32_t kSoftmaxLog = 4;
constexpr int32_t kSoftmaxRows = 5;
constexpr int32_t kSoftmaxColumns = 6;
constexpr int32_t kSoftmaxInput = 7;
constexpr int32_t kSoftmaxOut = 8;

// Words of crossEntropy
constexpr int32_t kCrossEntropyDtype = 3;
constexpr int32_t kCrossEntropySparse = 4;
constexpr int32_t kCrossEntropyRows = 5;
constexpr int32_t kCrossEntropyColumns = 6;
constexpr int32_t kCrossEntropyLogits = 7;
constexpr int32_t kCrossEntropyLabels = 8;
constexpr int32_t kCrossEntropyLoss = 9;
constexpr int32_t kCrossEntropyDelta = 10;

// Words of loop
constexpr int32_t kLoopCount = 3;
constexpr int32_t kLoopCountView = 4;
constexpr int32_t kLoopBodyWords = 5;
constexpr int32_t kLoopMoveCount = 6;
constexpr int32_t kLoopTail = 7;

// Words of check
constexpr int32_t kCheckDtype = 3;
constexpr int32_t kCheckCount = 4;
constexpr int32_t kCheckInput = 5;

// What the checker of programs goes by
enum class FieldKind : uint8_t { kView, kSize, kInteger, kFlag, kConstant, kDtype, kCode };
enum class TailKind : uint8_t { kNone, kExpression, kGrid, kStrided, kMoves };

// Stands for "the dtype in the field `dtype` of the same instruction".
constexpr uint32_t kDtypesOfInstruction = 0x80000000u;

struct FieldDefinition {
  const char* name;
  FieldKind kind;
  uint8_t access;   // views: kAccessRead, kAccessWrite
  bool optional;    // views: -1 stands for none
  uint32_t dtypes;  // views and dtypes: mask of 1 << dtype, or kDtypesOfInstruction
  uint32_t codes;   // codes: mask of 1 << code
};

constexpr FieldDefinition kFields[] = {
    {"dtype", FieldKind::kDtype, 0, false, 28, 0x0u},  // map
    {"rank", FieldKind::kSize, 0, false, 0, 0x0u},  // map
    {"kind", FieldKind::kCode, 0, false, 0, 0xffu},  // reduce
    {"dtype", FieldKind::kDtype, 0, false, 28, 0x0u},  // reduce
    {"outer", FieldKind::kSize, 0, false, 0, 0x0u},  // reduce
    {"length", FieldKind::kSize, 0, false, 0, 0x0u},  // reduce
    {"inner", FieldKind::kSize, 0, false, 0, 0x0u},  // reduce
    {"out", FieldKind::kView, 2, false, 31, 0x0u},  // reduce
    {"dtype", FieldKind::kDtype, 0, false, 24, 0x0u},  // gemm
    {"precision", FieldKind::kCode, 0, false, 0, 0x3u},  // gemm
    {"batch", FieldKind::kSize, 0, false, 0, 0x0u},  // gemm
    {"m", FieldKind::kSize, 0, false, 0, 0x0u},  // gemm
    {"n", FieldKind::kSize, 0, false, 0, 0x0u},  // gemm
    {"k", FieldKind::kSize, 0, false, 0, 0x0u},  // gemm
    {"a", FieldKind::kView, 1, false, kDtypesOfInstruction, 0x0u},  // gemm
    {"lda", FieldKind::kSize, 0, false, 0, 0x0u},  // gemm
    {"strideA", FieldKind::kSize, 0, false, 0, 0x0u},  // gemm
    {"transposeA", FieldKind::kFlag, 0, false, 0, 0x0u},  // gemm
    {"b", FieldKind::kView, 1, false, kDtypesOfInstruction, 0x0u},  // gemm
    {"ldb", FieldKind::kSize, 0, false, 0, 0x0u},  // gemm
    {"strideB", FieldKind::kSize, 0, false, 0, 0x0u},  // gemm
    {"transposeB", FieldKind::kFlag, 0, false, 0, 0x0u},  // gemm
    {"out", FieldKind::kView, 2, false, kDtypesOfInstruction, 0x0u},  // gemm
    {"ldc", FieldKind::kSize, 0, false, 0, 0x0u},  // gemm
    {"strideC", FieldKind::kSize, 0, false, 0, 0x0u},  // gemm
    {"outer", FieldKind::kSize, 0, false, 0, 0x0u},  // gather
    {"axis", FieldKind::kSize, 0, false, 0, 0x0u},  // gather
    {"count", FieldKind::kSize, 0, false, 0, 0x0u},  // gather
    {"inner", FieldKind::kSize, 0, false, 0, 0x0u},  // gather
    {"input", FieldKind::kView, 1, false, 31, 0x0u},  // gather
    {"indices", FieldKind::kView, 1, false, 4, 0x0u},  // gather
    {"out", FieldKind::kView, 2, false, 31, 0x0u},  // gather
    {"dtype", FieldKind::kDtype, 0, false, 28, 0x0u},  // scatterAdd
    {"outer", FieldKind::kSize, 0, false, 0, 0x0u},  // scatterAdd
    {"axis", FieldKind::kSize, 0, false, 0, 0x0u},  // scatterAdd
    {"count", FieldKind::kSize, 0, false, 0, 0x0u},  // scatterAdd
    {"inner", FieldKind::kSize, 0, false, 0, 0x0u},  // scatterAdd
    {"updates", FieldKind::kView, 1, false, kDtypesOfInstruction, 0x0u},  // scatterAdd
    {"indices", FieldKind::kView, 1, false, 4, 0x0u},  // scatterAdd
    {"out", FieldKind::kView, 2, false, kDtypesOfInstruction, 0x0u},  // scatterAdd
    {"input", FieldKind::kView, 1, false, 31, 0x0u},  // copy
    {"out", FieldKind::kView, 2, false, 31, 0x0u},  // copy
    {"rank", FieldKind::kSize, 0, false, 0, 0x0u},  // copy
    {"kind", FieldKind::kCode, 0, false, 0, 0xfu},  // random
    {"dtype", FieldKind::kDtype, 0, false, 28, 0x0u},  // random
    {"count", FieldKind::kSize, 0, false, 0, 0x0u},  // random
    {"low", FieldKind::kConstant, 0, false, 0, 0x0u},  // random
    {"high", FieldKind::kConstant, 0, false, 0, 0x0u},  // random
    {"state", FieldKind::kView, 3, false, 4, 0x0u},  // random
    {"out", FieldKind::kView, 2, false, kDtypesOfInstruction, 0x0u},  // random
    {"dtype", FieldKind::kDtype, 0, false, 24, 0x0u},  // softmax
    {"log", FieldKind::kFlag, 0, false, 0, 0x0u},  // softmax
    {"rows", FieldKind::kSize, 0, false, 0, 0x0u},  // softmax
    {"columns", FieldKind::kSize, 0, false, 0, 0x0u},  // softmax
    {"input", FieldKind::kView, 1, false, kDtypesOfInstruction, 0x0u},  // softmax
    {"out", FieldKind::kView, 2, false, kDtypesOfInstruction, 0x0u},  // softmax
    {"dtype", FieldKind::kDtype, 0, false, 24, 0x0u},  // crossEntropy
    {"sparse", FieldKind::kFlag, 0, false, 0, 0x0u},  // crossEntropy
    {"rows", FieldKind::kSize, 0, false, 0, 0x0u},  // crossEntropy
    {"columns", FieldKind::kSize, 0, false, 0, 0x0u},  // crossEntropy
    {"logits", FieldKind::kView, 1, false, kDtypesOfInstruction, 0x0u},  // crossEntropy
    {"labels", FieldKind::kView, 1, false, 30, 0x0u},  // crossEntropy
    {"loss", FieldKind::kView, 2, true, kDtypesOfInstruction, 0x0u},  // crossEntropy
    {"delta", FieldKind::kView, 2, true, kDtypesOfInstruction, 0x0u},  // crossEntropy
    {"count", FieldKind::kSize, 0, false, 0, 0x0u},  // loop
    {"countView", FieldKind::kView, 1, true, 4, 0x0u},  // loop
    {"bodyWords", FieldKind::kSize, 0, false, 0, 0x0u},  // loop
    {"moveCount", FieldKind::kSize, 0, false, 0, 0x0u},  // loop
    {"dtype", FieldKind::kDtype, 0, false, 24, 0x0u},  // check
    {"count", FieldKind::kSize, 0, false, 0, 0x0u},  // check
    {"input", FieldKind::kView, 1, false, kDtypesOfInstruction, 0x0u},  // check
};

struct InstructionDefinition {
  const char* name;
  int32_t firstField;  // in kFields; a field stands at word kInstructionHeaderWords + its place in the instruction
  int32_t fieldCount;
  TailKind tail;
};

// By opcode.
constexpr InstructionDefinition kInstructions[] = {
    {"map", 0, 2, TailKind::kGrid},
    {"reduce", 2, 6, TailKind::kExpression},
    {"gemm", 8, 17, TailKind::kExpression},
    {"gather", 25, 7, TailKind::kNone},
    {"scatterAdd", 32, 8, TailKind::kNone},
    {"copy", 40, 3, TailKind::kStrided},
    {"random", 43, 7, TailKind::kNone},
    {"softmax", 50, 6, TailKind::kNone},
    {"crossEntropy", 56, 8, TailKind::kNone},
    {"loop", 64, 4, TailKind::kMoves},
    {"boundary", 68, 0, TailKind::kNone},
    {"check", 68, 3, TailKind::kNone},
};

struct MicroDefinition {
  const char* name;
  uint8_t arity;   // number of register operands
  bool floatOnly;  // not for int32
};

// By code.
constexpr MicroDefinition kMicroOperations[] = {
    {"load", 0, false},
    {"store", 0, false},
    {"constant", 0, false},
    {"copy", 1, false},
    {"neg", 1, false},
    {"abs", 1, false},
    {"sign", 1, false},
    {"not", 1, false},
    {"floor", 1, true},
    {"ceil", 1, true},
    {"round", 1, true},
    {"trunc", 1, true},
    {"sqrt", 1, true},
    {"rsqrt", 1, true},
    {"reciprocal", 1, true},
    {"isNaN", 1, true},
    {"isInf", 1, true},
    {"isFinite", 1, true},
    {"exp", 1, true},
    {"expm1", 1, true},
    {"log", 1, true},
    {"log1p", 1, true},
    {"sin", 1, true},
    {"cos", 1, true},
    {"tan", 1, true},
    {"asin", 1, true},
    {"acos", 1, true},
    {"atan", 1, true},
    {"sinh", 1, true},
    {"cosh", 1, true},
    {"tanh", 1, true},
    {"asinh", 1, true},
    {"acosh", 1, true},
    {"atanh", 1, true},
    {"erf", 1, true},
    {"sigmoid", 1, true},
    {"softplus", 1, true},
    {"add", 2, false},
    {"sub", 2, false},
    {"mul", 2, false},
    {"div", 2, false},
    {"mod", 2, false},
    {"pow", 2, false},
    {"min", 2, false},
    {"max", 2, false},
    {"atan2", 2, true},
    {"equal", 2, false},
    {"notEqual", 2, false},
    {"less", 2, false},
    {"lessEqual", 2, false},
    {"greater", 2, false},
    {"greaterEqual", 2, false},
    {"and", 2, false},
    {"or", 2, false},
    {"select", 3, false},
    {"fma", 3, true},
};

constexpr int32_t kDtypeBytes[] = {1, 1, 4, 4, 8};

}  // namespace hebb::contract

#endif  // HEBB_GENERATED_CONTRACT_H_
