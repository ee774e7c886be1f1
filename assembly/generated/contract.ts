// Made by scripts/generate.mjs from src/contract. Do not edit: change the contract and run `npm run generate`.

// Layout of programs
export const arenaUnitBytes: i32 = 64;
export const bufferWords: i32 = 4;
export const headerWords: i32 = 16;
export const instructionHeaderWords: i32 = 3;
export const programMagic: i32 = 1111639368;
export const programVersion: i32 = 1;
export const reduceChunk: i32 = 1024;
export const reduceLanes: i32 = 16;
export const stateWords: i32 = 32;
export const stepWords: i32 = 5;
export const viewWords: i32 = 2;

// Limits that hold for a checked program
export const limitRank: i32 = 8;
export const limitRegisters: i32 = 32;
export const limitOperands: i32 = 24;
export const limitSteps: i32 = 256;
export const limitLoopDepth: i32 = 6;
export const limitElements: i32 = 2147483647;

// Element types
export const dtypeBool: i32 = 0;
export const dtypeUint8: i32 = 1;
export const dtypeInt32: i32 = 2;
export const dtypeFloat32: i32 = 3;
export const dtypeFloat64: i32 = 4;

// Opcodes
export const opMap: i32 = 0;
export const opReduce: i32 = 1;
export const opGemm: i32 = 2;
export const opGather: i32 = 3;
export const opScatterAdd: i32 = 4;
export const opCopy: i32 = 5;
export const opRandom: i32 = 6;
export const opSoftmax: i32 = 7;
export const opCrossEntropy: i32 = 8;
export const opLoop: i32 = 9;
export const opBoundary: i32 = 10;
export const opCheck: i32 = 11;
export const opCount: i32 = 12;

// Micro-operations of expressions
export const microLoad: i32 = 0;
export const microStore: i32 = 1;
export const microConstant: i32 = 2;
export const microCopy: i32 = 3;
export const microNeg: i32 = 4;
export const microAbs: i32 = 5;
export const microSign: i32 = 6;
export const microNot: i32 = 7;
export const microFloor: i32 = 8;
export const microCeil: i32 = 9;
export const microRound: i32 = 10;
export const microTrunc: i32 = 11;
export const microSqrt: i32 = 12;
export const microRsqrt: i32 = 13;
export const microReciprocal: i32 = 14;
export const microIsNaN: i32 = 15;
export const microIsInf: i32 = 16;
export const microIsFinite: i32 = 17;
export const microExp: i32 = 18;
export const microExpm1: i32 = 19;
export const microLog: i32 = 20;
export const microLog1p: i32 = 21;
export const microSin: i32 = 22;
export const microCos: i32 = 23;
export const microTan: i32 = 24;
export const microAsin: i32 = 25;
export const microAcos: i32 = 26;
export const microAtan: i32 = 27;
export const microSinh: i32 = 28;
export const microCosh: i32 = 29;
export const microTanh: i32 = 30;
export const microAsinh: i32 = 31;
export const microAcosh: i32 = 32;
export const microAtanh: i32 = 33;
export const microErf: i32 = 34;
export const microSigmoid: i32 = 35;
export const microSoftplus: i32 = 36;
export const microAdd: i32 = 37;
export const microSub: i32 = 38;
export const microMul: i32 = 39;
export const microDiv: i32 = 40;
export const microMod: i32 = 41;
export const microPow: i32 = 42;
export const microMin: i32 = 43;
export const microMax: i32 = 44;
export const microAtan2: i32 = 45;
export const microEqual: i32 = 46;
export const microNotEqual: i32 = 47;
export const microLess: i32 = 48;
export const microLessEqual: i32 = 49;
export const microGreater: i32 = 50;
export const microGreaterEqual: i32 = 51;
export const microAnd: i32 = 52;
export const microOr: i32 = 53;
export const microSelect: i32 = 54;
export const microFma: i32 = 55;
export const microCount: i32 = 56;

// Kinds of buffers
export const bufferKindArena: i32 = 0;
export const bufferKindBound: i32 = 1;

// Access bits of bound buffers
export const accessRead: i32 = 1;
export const accessWrite: i32 = 2;

// Kinds of reduce
export const reduceKindSum: i32 = 0;
export const reduceKindProd: i32 = 1;
export const reduceKindMax: i32 = 2;
export const reduceKindMin: i32 = 3;
export const reduceKindArgMax: i32 = 4;
export const reduceKindArgMin: i32 = 5;
export const reduceKindAny: i32 = 6;
export const reduceKindAll: i32 = 7;

// Kinds of random
export const randomKindUniform: i32 = 0;
export const randomKindNormal: i32 = 1;
export const randomKindTruncatedNormal: i32 = 2;
export const randomKindPermutation: i32 = 3;

// Precisions of gemm
export const precisionFull: i32 = 0;
export const precisionBfloat16: i32 = 1;

// How a run ended
export const statusDone: i32 = 0;
export const statusYielded: i32 = 1;
export const statusAborted: i32 = 2;
export const statusFailed: i32 = 3;

// What a run may be asked to do
export const requestNone: i32 = 0;
export const requestPause: i32 = 1;
export const requestAbort: i32 = 2;

// Why an instruction failed
export const runErrorNone: i32 = 0;
export const runErrorIndexOutOfRange: i32 = 1;
export const runErrorLabelOutOfRange: i32 = 2;
export const runErrorNotFinite: i32 = 3;
export const runErrorLoopCount: i32 = 4;
export const runErrorOutOfMemory: i32 = 5;

// Why a program is refused
export const programErrorNone: i32 = 0;
export const programErrorTruncated: i32 = 1;
export const programErrorForeign: i32 = 2;
export const programErrorSection: i32 = 3;
export const programErrorBuffer: i32 = 4;
export const programErrorView: i32 = 5;
export const programErrorOpcode: i32 = 6;
export const programErrorLength: i32 = 7;
export const programErrorField: i32 = 8;
export const programErrorOperand: i32 = 9;
export const programErrorDtype: i32 = 10;
export const programErrorAccess: i32 = 11;
export const programErrorBounds: i32 = 12;
export const programErrorExpression: i32 = 13;
export const programErrorLoop: i32 = 14;

// Words of the header
export const headerMagic: i32 = 0;
export const headerVersion: i32 = 1;
export const headerTotalWords: i32 = 2;
export const headerConstantsAt: i32 = 3;
export const headerConstantCount: i32 = 4;
export const headerBuffersAt: i32 = 5;
export const headerBufferCount: i32 = 6;
export const headerViewsAt: i32 = 7;
export const headerViewCount: i32 = 8;
export const headerCodeAt: i32 = 9;
export const headerCodeWords: i32 = 10;
export const headerBoundCount: i32 = 11;
export const headerArenaUnits: i32 = 12;
export const headerReserved0: i32 = 13;
export const headerReserved1: i32 = 14;
export const headerReserved2: i32 = 15;

// Words of the state of a run
export const statePc: i32 = 0;
export const stateUnit: i32 = 1;
export const stateDepth: i32 = 2;
export const stateTurn0: i32 = 3;
export const stateTurn1: i32 = 4;
export const stateTurn2: i32 = 5;
export const stateTurn3: i32 = 6;
export const stateTurn4: i32 = 7;
export const stateTurn5: i32 = 8;
export const stateCount0: i32 = 9;
export const stateCount1: i32 = 10;
export const stateCount2: i32 = 11;
export const stateCount3: i32 = 12;
export const stateCount4: i32 = 13;
export const stateCount5: i32 = 14;
export const stateLoopPc0: i32 = 15;
export const stateLoopPc1: i32 = 16;
export const stateLoopPc2: i32 = 17;
export const stateLoopPc3: i32 = 18;
export const stateLoopPc4: i32 = 19;
export const stateLoopPc5: i32 = 20;
export const stateProgress: i32 = 21;
export const stateRequest: i32 = 22;
export const stateError: i32 = 23;
export const stateDetail0: i32 = 24;
export const stateDetail1: i32 = 25;
export const stateReserved0: i32 = 26;
export const stateReserved1: i32 = 27;
export const stateReserved2: i32 = 28;
export const stateReserved3: i32 = 29;
export const stateReserved4: i32 = 30;
export const stateReserved5: i32 = 31;

// Words of map
export const mapDtype: i32 = 3;
export const mapRank: i32 = 4;
export const mapTail: i32 = 5;

// Words of reduce
export const reduceKind: i32 = 3;
export const reduceDtype: i32 = 4;
export const reduceOuter: i32 = 5;
export const reduceLength: i32 = 6;
export const reduceInner: i32 = 7;
export const reduceOut: i32 = 8;
export const reduceTail: i32 = 9;

// Words of gemm
export const gemmDtype: i32 = 3;
export const gemmPrecision: i32 = 4;
export const gemmBatch: i32 = 5;
export const gemmM: i32 = 6;
export const gemmN: i32 = 7;
export const gemmK: i32 = 8;
export const gemmA: i32 = 9;
export const gemmLda: i32 = 10;
export const gemmStrideA: i32 = 11;
export const gemmTransposeA: i32 = 12;
export const gemmB: i32 = 13;
export const gemmLdb: i32 = 14;
export const gemmStrideB: i32 = 15;
export const gemmTransposeB: i32 = 16;
export const gemmOut: i32 = 17;
export const gemmLdc: i32 = 18;
export const gemmStrideC: i32 = 19;
export const gemmTail: i32 = 20;

// Words of gather
export const gatherOuter: i32 = 3;
export const gatherAxis: i32 = 4;
export const gatherCount: i32 = 5;
export const gatherInner: i32 = 6;
export const gatherInput: i32 = 7;
export const gatherIndices: i32 = 8;
export const gatherOut: i32 = 9;

// Words of scatterAdd
export const scatterAddDtype: i32 = 3;
export const scatterAddOuter: i32 = 4;
export const scatterAddAxis: i32 = 5;
export const scatterAddCount: i32 = 6;
export const scatterAddInner: i32 = 7;
export const scatterAddUpdates: i32 = 8;
export const scatterAddIndices: i32 = 9;
export const scatterAddOut: i32 = 10;

// Words of copy
export const copyInput: i32 = 3;
export const copyOut: i32 = 4;
export const copyRank: i32 = 5;
export const copyTail: i32 = 6;

// Words of random
export const randomKind: i32 = 3;
export const randomDtype: i32 = 4;
export const randomCount: i32 = 5;
export const randomLow: i32 = 6;
export const randomHigh: i32 = 7;
export const randomState: i32 = 8;
export const randomOut: i32 = 9;

// Words of softmax
export const softmaxDtype: i32 = 3;
export const softmaxLog: i32 = 4;
export const softmaxRows: i32 = 5;
export const softmaxColumns: i32 = 6;
export const softmaxInput: i32 = 7;
export const softmaxOut: i32 = 8;

// Words of crossEntropy
export const crossEntropyDtype: i32 = 3;
export const crossEntropySparse: i32 = 4;
export const crossEntropyRows: i32 = 5;
export const crossEntropyColumns: i32 = 6;
export const crossEntropyLogits: i32 = 7;
export const crossEntropyLabels: i32 = 8;
export const crossEntropyLoss: i32 = 9;
export const crossEntropyDelta: i32 = 10;

// Words of loop
export const loopCount: i32 = 3;
export const loopCountView: i32 = 4;
export const loopBodyWords: i32 = 5;
export const loopMoveCount: i32 = 6;
export const loopTail: i32 = 7;

// Words of check
export const checkDtype: i32 = 3;
export const checkCount: i32 = 4;
export const checkInput: i32 = 5;
