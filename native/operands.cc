// See checker.h: what the table of instructions cannot say, and that no operand reaches outside its buffer.

#include <algorithm>

#include "checker.h"

namespace hebb {

using namespace contract;

namespace {

// Reaches of views are sums of up to 8 + 6 products of 31-bit numbers: more than 64 bits.
using Wide = __int128;

}  // namespace

bool Checker::Points(int64_t at, std::initializer_list<int64_t> sizes) {
  int64_t points = 1;
  for (int64_t size : sizes) {
    if (size > 0) points *= size;
    if (points > kLimitElements) return Refuse(kProgramErrorField, at);
  }
  return true;
}

bool Checker::Rules(Instruction& i, int64_t at) {
  const auto field = [&](int32_t f) { return static_cast<int64_t>(Word(at + f)); };
  Task& task = i.task;
  switch (i.opcode) {
    case kOpMap:
    case kOpCopy: {
      const int64_t rank = field(i.opcode == kOpMap ? kMapRank : kCopyRank);
      const int32_t tail = i.opcode == kOpMap ? kMapTail : kCopyTail;
      int64_t dims[kLimitRank];
      for (int64_t d = 0; d < kLimitRank; d++) dims[d] = d < rank ? field(static_cast<int32_t>(tail + d)) : 1;
      if (!Points(at, {dims[0], dims[1], dims[2], dims[3], dims[4], dims[5], dims[6], dims[7]})) return false;
      if (i.opcode == kOpMap) return true;
      task.elementBytes = BufferOf(i.fieldViews[0]).bytes;
      return BufferOf(i.fieldViews[0]).dtype == BufferOf(i.fieldViews[1]).dtype ||
             Refuse(kProgramErrorDtype, at);
    }
    case kOpReduce: {
      if (!Points(at, {field(kReduceOuter), field(kReduceLength), field(kReduceInner)})) return false;
      const int64_t kind = field(kReduceKind);
      const bool search = kind == kReduceKindArgMax || kind == kReduceKindArgMin;
      const bool truth = kind == kReduceKindAny || kind == kReduceKindAll;
      task.outDtype = BufferOf(i.fieldViews[0]).dtype;
      if ((search && task.outDtype != kDtypeInt32) || (truth && task.outDtype != kDtypeBool)) {
        return Refuse(kProgramErrorDtype, at);
      }
      return !search || field(kReduceLength) > 0 || field(kReduceOuter) == 0 || field(kReduceInner) == 0 ||
             Refuse(kProgramErrorField, at);
    }
    case kOpGemm:
      if (!Points(at, {field(kGemmBatch), field(kGemmM), field(kGemmN)})) return false;
      return field(kGemmPrecision) != kPrecisionBfloat16 || task.dtype == kDtypeFloat32 ||
             Refuse(kProgramErrorField, at);
    case kOpGather:
      if (!Points(at, {field(kGatherOuter), std::max(field(kGatherAxis), field(kGatherCount)),
                       field(kGatherInner)})) {
        return false;
      }
      task.elementBytes = BufferOf(i.fieldViews[0]).bytes;
      return BufferOf(i.fieldViews[0]).dtype == BufferOf(i.fieldViews[2]).dtype ||
             Refuse(kProgramErrorDtype, at);
    case kOpScatterAdd:
      return Points(at, {field(kScatterAddOuter), std::max(field(kScatterAddAxis), field(kScatterAddCount)),
                         field(kScatterAddInner)});
    case kOpRandom:
      task.low = Constant(field(kRandomLow));
      task.high = Constant(field(kRandomHigh));
      return field(kRandomKind) != kRandomKindPermutation || task.dtype == kDtypeInt32 ||
             Refuse(kProgramErrorField, at);
    case kOpSoftmax: return Points(at, {field(kSoftmaxRows), field(kSoftmaxColumns)});
    case kOpCrossEntropy: {
      if (!Points(at, {field(kCrossEntropyRows), field(kCrossEntropyColumns)})) return false;
      task.outDtype = BufferOf(i.fieldViews[1]).dtype;
      const bool isClass = task.outDtype == kDtypeInt32 || task.outDtype == kDtypeUint8;
      const bool sound = field(kCrossEntropySparse) != 0 ? isClass : task.outDtype == task.dtype;
      return sound || Refuse(kProgramErrorDtype, at);
    }
    case kOpBoundary: p_.hasBoundary = true; return true;
    default: return true;
  }
}

bool Checker::Inside(int32_t view, int64_t rank, const int64_t* sizes, const int64_t* strides, int64_t at) {
  if (view < 0) return true;
  Wide lowest = 0, highest = 0;
  for (int64_t d = 0; d < rank; d++) {
    if (sizes[d] == 0) return true;
    const Wide reach = static_cast<Wide>(strides[d]) * (sizes[d] - 1);
    (reach < 0 ? lowest : highest) += reach;
  }
  for (int d = 0; d < depth_; d++) {
    const Instruction& loop = p_.instructions[static_cast<size_t>(open_[d].instruction)];
    const int64_t turns = loop.count > 0 ? loop.count - 1 : 0;
    for (int32_t m = 0; m < loop.moveCount; m++) {
      const Move& move = p_.moves[static_cast<size_t>(loop.firstMove + m)];
      if (move.view != view) continue;
      const Wide reach = static_cast<Wide>(move.stride) * turns;
      (reach < 0 ? lowest : highest) += reach;
    }
  }
  const int64_t offset = p_.views[static_cast<size_t>(view)].offset;
  return (offset + lowest >= 0 && offset + highest < BufferOf(view).length) ||
         Refuse(kProgramErrorBounds, at);
}

bool Checker::HasRows(const Instruction& i, int slot, int64_t at, int64_t a, int64_t b, int64_t c) {
  const int64_t sizes[3] = {a, b, c};
  const int64_t strides[3] = {b * c, c, 1};
  return Inside(i.fieldViews[slot], 3, sizes, strides, at);
}

bool Checker::HasMatrices(const Instruction& i, int slot, int64_t at, int64_t batch, int64_t step,
                          int64_t count, int64_t lead, int64_t columns) {
  const int64_t sizes[3] = {batch, count, columns};
  const int64_t strides[3] = {step, lead, 1};
  return Inside(i.fieldViews[slot], 3, sizes, strides, at);
}

bool Checker::HasExpression(const Instruction& i, int64_t at) {
  const Expression& e = p_.expressions_[static_cast<size_t>(i.expression)];
  const size_t count = static_cast<size_t>(e.inputCount + e.outputCount);
  const Operand* operands = p_.operands_.data() + p_.operands_.size() - count;
  for (size_t o = 0; o < count; o++) {
    if (!Inside(operands[o].view, e.rank, e.dims, operands[o].strides, at)) return false;
  }
  return true;
}

bool Checker::Operands(const Instruction& i, int64_t at) {
  const auto field = [&](int32_t f) { return static_cast<int64_t>(Word(at + f)); };
  switch (i.opcode) {
    case kOpMap: return HasExpression(i, at);
    case kOpReduce:
      return HasRows(i, 0, at, field(kReduceOuter), field(kReduceInner)) && HasExpression(i, at);
    case kOpGemm: {
      const int64_t batch = field(kGemmBatch), m = field(kGemmM), n = field(kGemmN), k = field(kGemmK);
      const bool ta = field(kGemmTransposeA) != 0, tb = field(kGemmTransposeB) != 0;
      return HasMatrices(i, 0, at, batch, field(kGemmStrideA), ta ? k : m, field(kGemmLda), ta ? m : k) &&
             HasMatrices(i, 1, at, batch, field(kGemmStrideB), tb ? n : k, field(kGemmLdb), tb ? k : n) &&
             HasMatrices(i, 2, at, batch, field(kGemmStrideC), m, field(kGemmLdc), n) && HasExpression(i, at);
    }
    case kOpGather: {
      const int64_t outer = field(kGatherOuter), axis = field(kGatherAxis);
      const int64_t count = field(kGatherCount), inner = field(kGatherInner);
      return HasRows(i, 0, at, outer, axis, inner) && HasRows(i, 1, at, count) &&
             HasRows(i, 2, at, outer, count, inner);
    }
    case kOpScatterAdd: {
      const int64_t outer = field(kScatterAddOuter), axis = field(kScatterAddAxis);
      const int64_t count = field(kScatterAddCount), inner = field(kScatterAddInner);
      return HasRows(i, 0, at, outer, count, inner) && HasRows(i, 1, at, count) &&
             HasRows(i, 2, at, outer, axis, inner);
    }
    case kOpCopy: {
      const int64_t rank = field(kCopyRank);
      int64_t sizes[kLimitRank], strides[kLimitRank];
      for (int side = 0; side < 2; side++) {
        for (int64_t d = 0; d < rank; d++) {
          sizes[d] = Word(at + kCopyTail + d);
          strides[d] = Word(at + kCopyTail + (1 + side) * rank + d);
        }
        if (!Inside(i.fieldViews[side], rank, sizes, strides, at)) return false;
      }
      return true;
    }
    case kOpRandom: return HasRows(i, 0, at, 4) && HasRows(i, 1, at, field(kRandomCount));
    case kOpSoftmax: {
      const int64_t rows = field(kSoftmaxRows), columns = field(kSoftmaxColumns);
      return HasRows(i, 0, at, rows, columns) && HasRows(i, 1, at, rows, columns);
    }
    case kOpCrossEntropy: {
      const int64_t rows = field(kCrossEntropyRows), columns = field(kCrossEntropyColumns);
      const int64_t labels = field(kCrossEntropySparse) != 0 ? 1 : columns;
      return HasRows(i, 0, at, rows, columns) && HasRows(i, 1, at, rows, labels) && HasRows(i, 2, at, rows) &&
             HasRows(i, 3, at, rows, columns);
    }
    case kOpLoop: return HasRows(i, 0, at, 1);
    case kOpCheck: return HasRows(i, 0, at, field(kCheckCount));
    default: return true;
  }
}

bool Checker::Enter(Instruction& loop, int64_t at, int64_t length) {
  const int64_t around = depth_ > 0 ? open_[depth_ - 1].end : code_.count;
  const int64_t end = loop.pc + length + Word(at + kLoopBodyWords);
  if (depth_ == kLimitLoopDepth || end > around) return Refuse(kProgramErrorLoop, at);
  loop.count = Word(at + kLoopCount);
  loop.countView = Word(at + kLoopCountView);
  loop.firstMove = static_cast<int32_t>(p_.moves.size());
  loop.moveCount = Word(at + kLoopMoveCount);
  const int64_t turns = loop.count > 0 ? loop.count - 1 : 0;
  for (int32_t m = 0; m < loop.moveCount; m++) {
    const int64_t place = at + kLoopTail + 2 * m;
    const int32_t view = Word(place);
    const int64_t stride = Word(place + 1);
    if (view < 0 || view >= views_.count) return Refuse(kProgramErrorOperand, place);
    // No buffer is as long.
    if (turns * (stride < 0 ? -stride : stride) > kLimitElements) return Refuse(kProgramErrorBounds, place);
    p_.moves.push_back({view, stride});
  }
  open_[depth_++] = {static_cast<int32_t>(p_.instructions.size()) - 1, end};
  return true;
}

}  // namespace hebb
