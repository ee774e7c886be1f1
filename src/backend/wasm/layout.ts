// How a loaded program lies in WebAssembly memory: what src/backend/wasm/image.ts writes and assembly/ reads. This one
// file is compiled by both compilers, TypeScript and AssemblyScript, so the two cannot disagree; it holds nothing but
// integer constants. Names that end in Bytes are sizes; all others are byte offsets or codes. Addresses are bytes.
//
// A *plan* is an instruction made ready: sizes computed, views replaced by the addresses of their slots, expressions by
// steps. Plans stand one after the other, in the order of the code, and are joined by addresses. A *slot* is the word
// that holds the present address of a view; loops move it.

// The static area. What is below 1024 belongs to the AssemblyScript compiler, which keeps nothing there.
/** Constants of the math functions, filled by initialise(). */
export const mathConstants = 1024;
/** Binary digits of 2 / pi, also filled by initialise(). */
export const reductionDigits = 7168;
/** State words of an eager operation. */
export const stateArea = 8192;
/** What all threads share, see pool... */
export const poolArea = 8448;
/** Work space of the first thread, see work...; those of others lie where there is room. */
export const workBase = 9728;

// The threads' common words (assembly/threads.ts), all of them accessed atomically. A word that many wait for has a line
// of the cache to itself.
/** Grows with every job; idle helpers wait for it to change. */
export const poolPublished = 0;
/** Helpers that sleep, and helpers that there are. */
export const poolSleepers = 64;
export const poolHelpers = 68;
/** 1: all threads are to leave. */
export const poolStop = 72;
/** 1: a thread has trapped, so that nobody may wait for it any more. */
export const poolBroken = 76;
/** Grows with every call for the deputy, who waits for it to change. */
export const poolCalled = 80;
/** Address of the call that the deputy is to make or makes, else 0. */
export const poolCall = 84;
/** 1: the deputy has come. */
export const poolDeputy = 88;
/** 1: the caller's thread may sleep. */
export const poolMayBlock = 92;
/** Jobs: one of the caller's thread, one of the deputy's. */
export const poolJobs = 128;
export const jobBytes = 576;
export const poolBytes = 1280;

// A job: an instruction of which all threads take units.
/** 1 while units may be taken. */
export const jobOpen = 0;
/** Helpers that are looking at it. */
export const jobUsers = 4;
export const jobPlan = 8;
export const jobPartCount = 12;
/** The first unit that failed, why, and the numbers that explain it; behind a lock. */
export const jobLock = 16;
export const jobFailedUnit = 20;
export const jobCode = 24;
export const jobDetail0 = 28;
export const jobDetail1 = 32;
/** 1 while the leader sleeps until nobody looks at it any more. */
export const jobWaiting = 36;
/** Its units in parts, one for each thread to begin with, in lines of the cache of their own. */
export const jobParts = 64;
export const maximumParts = 8;
export const partBytes = 64;
/** The first unit of the part that nobody has taken, and the end of the part. */
export const partNext = 0;
export const partEnd = 4;

// A run's block: the call of run() that a deputy is to make, and the state words.
/** Milliseconds, float64. */
export const callBudget = 0;
export const callImage = 8;
export const callFlags = 12;
export const callInstructions = 16;
/** callPending, then the status that it ended with. */
export const callStatus = 20;
/** What the deputy says when it has ended. */
export const callTicket = 24;
export const callState = 32;
export const callPending = -1;
/** Instead of a status: a thread has trapped. */
export const statusBroken = -2;

// Work space of a thread.
/** Registers of the running expression: limits.registers pairs of pointer and step (0: one element stands for all). */
export const workRegisters = 0;
/** Index of the first row of a block along each outer dimension. */
export const workRowIndex = 256;
/** The 16 lanes of a sum or maximum, and the last elements of a row, filled up. */
export const workLanes = 320;
export const workTail = 448;
/** Operands that are one element, splatBytes for each register, as its block may be written to. */
export const workSplats = 768;
/** One element in all lanes of as many vectors as a loop takes in a turn. */
export const splatBytes = 64;
/** Blocks of values of registers: limits.registers of registerBytes. */
export const workBlocks = 2816;
/** Values of a register: a block of elements, and what a vector loop writes beyond. */
export const registerBytes = 4160;
/** The packed rows of gemm's left operand: at most 120 rows (gemmRowUnits) of 384 float64, or of 512 float32. */
export const workPanelA = 135936;
/** A tile of gemm that has rows or columns outside the output: at most 6 rows of 64 bytes. */
export const workTile = 504576;
export const workBytes = 504960;

/** Elements of a block of an expression: large enough that a step's loop outweighs its start, small for the cache. */
export const blockElements32 = 1024;
export const blockElements64 = 512;

// A loaded program.
/** Slots of the views, one word each. */
export const imageSlots = 0;
/** What the slots hold before loops move them. */
export const imageOrigins = 4;
export const imageViewCount = 8;
/** Place in the code -> address of its plan; one word for each word of the code, and one for the end. */
export const imagePlans = 12;
export const imageBytes = 16;

// Kernels: what a plan runs. Where there are several, they have one entry for each compute dtype.
/** A map whose grid is a few vectors. */
export const kernelSmallMapInt32 = 0;
export const kernelSmallMapFloat32 = 1;
export const kernelSmallMapFloat64 = 2;
export const kernelMapInt32 = 3;
export const kernelMapFloat32 = 4;
export const kernelMapFloat64 = 5;
export const kernelReduceInt32 = 6;
export const kernelReduceFloat32 = 7;
export const kernelReduceFloat64 = 8;
export const kernelGemmFloat32 = 9;
export const kernelGemmFloat64 = 10;
export const kernelSmallGemmFloat32 = 11;
export const kernelSmallGemmFloat64 = 12;
export const kernelGather = 13;
export const kernelScatterAddInt32 = 14;
export const kernelScatterAddFloat32 = 15;
export const kernelScatterAddFloat64 = 16;
export const kernelCopy = 17;
export const kernelSoftmaxFloat32 = 18;
export const kernelSoftmaxFloat64 = 19;
export const kernelCrossEntropyFloat32 = 20;
export const kernelCrossEntropyFloat64 = 21;
export const kernelCheckFloat32 = 22;
export const kernelCheckFloat64 = 23;
/** From here on there is more to an instruction than its units. */
export const kernelRandom = 24;
// Control flow, which the interpreter does itself.
export const kernelControl = 25;
export const kernelLoop = 25;
export const kernelLoopEnd = 26;
export const kernelBoundary = 27;
export const kernelEnd = 28;

// Every plan.
export const planKernel = 0;
/** Its place in the code. */
export const planPc = 4;
/** Address of the plan that follows. */
export const planNext = 8;
/** How many units it has; at least 1. */
export const planUnits = 12;
/** Units to do between two looks at the clock. */
export const planSlice = 16;
/** What a slice costs, roughly, in nanoseconds. */
export const planCost = 20;
/** The units that prepare work space for the others; done again when a run is resumed beyond them. */
export const planPreparation = 24;
export const planBody = 28;

// map: one evaluation.
export const mapEvaluation = 28;
export const mapBlocks = 32;
/** Blocks of a unit. */
export const mapUnitBlocks = 36;
export const mapPlanBytes = 40;

// reduce
export const reducePlanKind = 28;
export const reducePlanOuter = 32;
export const reducePlanLength = 36;
export const reducePlanInner = 40;
export const reducePlanOut = 44;
export const reducePlanEvaluation = 48;
/** Register that holds the value to be reduced, as an offset in workRegisters. */
export const reducePlanRegister = 52;
/** Outer entries of a unit. */
export const reducePlanUnitRows = 56;
/** Columns of a unit where inner is not 1, and units that share an outer entry. */
export const reducePlanColumns = 60;
export const reducePlanPieces = 64;
export const reducePlanOutDtype = 68;
export const reducePlanBytes = 72;

// gemm, both kinds. Leading dimensions and strides are in bytes.
export const gemmPlanBatch = 28;
export const gemmPlanM = 32;
export const gemmPlanN = 36;
export const gemmPlanK = 40;
export const gemmPlanA = 44;
/** From a row of A to the next, and from a column to the next. */
export const gemmPlanARow = 48;
export const gemmPlanAColumn = 52;
export const gemmPlanABatch = 56;
export const gemmPlanB = 60;
export const gemmPlanBRow = 64;
export const gemmPlanBColumn = 68;
export const gemmPlanBBatch = 72;
export const gemmPlanOut = 76;
export const gemmPlanOutRow = 80;
export const gemmPlanOutBatch = 84;
/** Evaluation of the epilogue, 0 for none; its grid has batch * m rows of n columns. */
export const gemmPlanEpilogue = 88;
export const gemmPlanPrecision = 92;
/** Address of the packed right operand; 0: B is read where it is. */
export const gemmPlanPackedB = 96;
/** Groups of columns, the units of packing. */
export const gemmPlanPackUnits = 100;
/** Columns that a unit packs. */
export const gemmPlanPackColumns = 104;
/**
 * Where every batch entry has its own B, a unit is a batch entry, and packs for itself: bytes from the area in which one
 * thread packs to that of the next. 0: all share one B.
 */
export const gemmPlanOwnB = 108;
/** Units of a batch entry, among which its panels of rows are divided evenly. */
export const gemmPlanRowUnits = 112;
/** Length of a block along k. */
export const gemmPlanKBlock = 116;
/** Bytes of a row of a panel of B: two vectors, or four where the engine joins them in pairs. */
export const gemmPlanPanel = 120;
export const gemmPlanBytes = 124;

/** Rows of a panel of A that is packed. */
export const gemmRowsRelaxed = 6;
export const gemmRowsPlain = 5;

// gather and scatterAdd
export const gatherPlanOuter = 28;
export const gatherPlanAxis = 32;
export const gatherPlanCount = 36;
export const gatherPlanInner = 40;
/** gather: the input; scatterAdd: the updates. */
export const gatherPlanInput = 44;
export const gatherPlanIndices = 48;
export const gatherPlanOut = 52;
export const gatherPlanElementBytes = 56;
/** gather: entries of (outer, count) of a unit; scatterAdd: columns of a unit. */
export const gatherPlanUnit = 60;
/** scatterAdd: units that share an outer entry. */
export const gatherPlanPieces = 64;
export const gatherPlanBytes = 68;

// copy. Strides are in bytes; the last dimension are the columns.
export const copyPlanInput = 28;
export const copyPlanOut = 32;
export const copyPlanElementBytes = 36;
export const copyPlanRows = 40;
export const copyPlanColumns = 44;
export const copyPlanInputColumn = 48;
export const copyPlanOutColumn = 52;
export const copyPlanUnitRows = 56;
export const copyPlanOuterRank = 60;
/** Seven outer dimensions, then seven strides of the input, then of the output. */
export const copyPlanDimensions = 64;
export const copyPlanInputStrides = 92;
export const copyPlanOutStrides = 120;
export const copyPlanBytes = 148;

// random
export const randomPlanKind = 28;
export const randomPlanDtype = 32;
export const randomPlanCount = 36;
export const randomPlanState = 40;
export const randomPlanOut = 44;
/** Elements of a unit. */
export const randomPlanUnit = 48;
export const randomPlanLow = 56;
export const randomPlanHigh = 64;
export const randomPlanBytes = 72;

// softmax and crossEntropy
export const rowsPlanRows = 28;
export const rowsPlanColumns = 32;
export const rowsPlanUnit = 36;
/** softmax: whether logarithms are wanted; crossEntropy: the dtype of class numbers, -1 for distributions. */
export const rowsPlanOption = 40;
export const rowsPlanInput = 44;
/** softmax: the output; crossEntropy: the labels. */
export const rowsPlanSecond = 48;
/** crossEntropy: slots of loss and delta, 0 for none. */
export const rowsPlanLoss = 52;
export const rowsPlanDelta = 56;
export const rowsPlanBytes = 60;

// check
export const checkPlanCount = 28;
export const checkPlanInput = 32;
export const checkPlanUnit = 36;
export const checkPlanBytes = 40;

// loop; the moves follow: slot and bytes to move by.
export const loopPlanCount = 28;
/** Slot of the count, 0 for none. */
export const loopPlanCountSlot = 32;
/** Plan of the first instruction of the body, and the plan after the loop. */
export const loopPlanBody = 36;
export const loopPlanAfter = 40;
export const loopPlanMoves = 44;
export const loopPlanMovesEnd = 48;
export const loopPlanBytes = 52;
/** loop end: the plan of its loop. */
export const loopEndPlanLoop = 28;
export const loopEndPlanBytes = 32;

// An evaluation: an expression over a grid of rows and columns; rows are numbered through all outer dimensions.
export const evaluationSteps = 0;
export const evaluationStepsEnd = 4;
export const evaluationRows = 8;
export const evaluationColumns = 12;
/** A block is so many whole rows (at least 1) ... */
export const evaluationBlockRows = 16;
/** ... or one of so many pieces of one row. */
export const evaluationPieces = 20;
export const evaluationOuterRank = 24;
export const evaluationDimensions = 28;
/** Where the whole grid is a few vectors, its steps (smallStep...), else 0; their end; and the points of the grid. */
export const evaluationSmall = 56;
export const evaluationSmallEnd = 60;
export const evaluationPoints = 64;
export const evaluationBytes = 68;

/** Bytes of a register of a small grid: as many points as fit. */
export const smallRegisterBytes = 64;
// A step of a small grid. Its operands are addresses of pointers to values: to a register's place, or slots of views.
export const smallStepOperation = 0;
/** What is written; of a store, and of the value that a reduce consumes (which has the code of a constant), what is read. */
export const smallStepValue = 4;
/**
 * load, store: the slot, the operand, the table of its places where it lies in strides, and whether the places of each
 * vector follow each other; reduce: workRegisters' offset.
 */
export const smallStepA = 8;
export const smallStepB = 12;
export const smallStepC = 16;
export const smallStepD = 20;
export const smallStepE = 24;
export const smallStepBytes = 28;

// A step. Registers are offsets in workRegisters.
export const stepOperation = 0;
export const stepTarget = 4;
export const stepA = 8;
export const stepB = 12;
export const stepC = 16;
/** Where the values of the target go, as an offset in workBlocks. */
export const stepBlock = 20;
/** load, store: the operand. Others: the output that takes the values at once where that is possible, or 0. */
export const stepOperand = 24;
export const stepD = 28;
export const stepE = 32;
export const stepBytes = 36;

// Steps that are several micro-operations at once (fusion.ts): each rounds as they do, but values stay in registers.
/** max(a, 0) */
export const fusedRelu = 64;
/** max(a + b, 0) */
export const fusedSumRelu = 65;
/** sqrt(a + b) */
export const fusedRootOfSum = 66;
/** sqrt(a * b) */
export const fusedRootOfProduct = 67;
/** sqrt(a * b) + c */
export const fusedRootPlus = 68;
/** a * (b * c) */
export const fusedProduct3 = 69;
/** fma(a, b, c * d) */
export const fusedFmaProduct = 70;
/** fma(a, b, c * (d * d)) */
export const fusedFmaSquare = 71;
/** a - b * c */
export const fusedLessProduct = 72;
/** a - b / c */
export const fusedLessQuotient = 73;
/** (a * b) / c */
export const fusedProductQuotient = 74;
/** a - (b * c) / d */
export const fusedLessProductQuotient = 75;
/** (a - b) * c */
export const fusedDifferenceProduct = 76;
/** a - (b * c) / sqrt(d + e) */
export const fusedLessProductOverRoot = 77;

// An operand of an expression.
export const operandSlot = 0;
export const operandDtype = 4;
/** How it lies along the grid, one of the kinds below. */
export const operandKind = 8;
/** Elements from a column to the next. */
export const operandColumn = 12;
/** Whether the vector loops may read it where it is: it has the compute dtype, and no store comes between. */
export const operandDirect = 16;
/** Elements from an entry to the next along each outer dimension. */
export const operandRows = 20;
export const operandBytes = 48;

/** The same element everywhere. */
export const operandScalar = 0;
/** The elements of the whole grid follow each other. */
export const operandLinear = 1;
/** Any strides. */
export const operandStrided = 2;

// What run() is asked, bits.
/** Stop only at boundaries. */
export const runStopAtBoundary = 1;
/** The program has boundaries. */
export const runHasBoundary = 2;
/** Stop after every unit: the deadline is now. */
export const runEveryUnit = 4;
