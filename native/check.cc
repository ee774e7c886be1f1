// See checker.h: sections, fields, tails and the steps of expressions.

#include <algorithm>
#include <cstring>
#include <set>

#include "checker.h"
#include "plan.h"

namespace hebb {

using namespace contract;

bool Checker::Refuse(int32_t code, int64_t at) {
  refusal_ = {code, static_cast<int32_t>(at)};
  return false;
}

bool Checker::Header() {
  if (count_ < 2) return Refuse(kProgramErrorTruncated, 0);
  if (Word(kHeaderMagic) != kProgramMagic) return Refuse(kProgramErrorForeign, kHeaderMagic);
  if (Word(kHeaderVersion) != kProgramVersion) return Refuse(kProgramErrorForeign, kHeaderVersion);
  if (count_ < kHeaderWords || Word(kHeaderTotalWords) > count_) {
    return Refuse(kProgramErrorTruncated, kHeaderTotalWords);
  }
  if (Word(kHeaderArenaUnits) < 0) return Refuse(kProgramErrorBuffer, kHeaderArenaUnits);
  return TakeSection(&constants_, kHeaderConstantsAt, kHeaderConstantCount, 2) &&
         TakeSection(&buffers_, kHeaderBuffersAt, kHeaderBufferCount, kBufferWords) &&
         TakeSection(&views_, kHeaderViewsAt, kHeaderViewCount, kViewWords) &&
         TakeSection(&code_, kHeaderCodeAt, kHeaderCodeWords, 1);
}

bool Checker::TakeSection(Section* section, int32_t atWord, int32_t countWord, int64_t entryWords) {
  section->at = Word(atWord);
  section->count = Word(countWord);
  const int64_t end = section->at + section->count * entryWords;
  const bool sound = section->at >= kHeaderWords && section->count >= 0 && end <= Word(kHeaderTotalWords);
  return sound || Refuse(kProgramErrorSection, atWord);
}

bool Checker::Buffers() {
  const int64_t boundCount = Word(kHeaderBoundCount);
  p_.arenaBytes = static_cast<int64_t>(Word(kHeaderArenaUnits)) * kArenaUnitBytes;
  // There are no more bound buffers than buffers; a number beyond is a fault that the last line finds,
  // unless it comes twice.
  const int64_t possible = std::max<int64_t>(0, std::min(boundCount, buffers_.count));
  p_.bound.assign(static_cast<size_t>(possible), Bound{-1, 0, 0});
  p_.buffers.resize(static_cast<size_t>(buffers_.count));
  std::set<int64_t> beyond;
  int64_t seen = 0;
  for (int64_t i = 0; i < buffers_.count; i++) {
    const int64_t at = buffers_.at + i * kBufferWords;
    Buffer& b = p_.buffers[static_cast<size_t>(i)];
    b.dtype = Word(at);
    b.kind = Word(at + 1);
    b.length = Word(at + 2);
    const int64_t place = Word(at + 3);
    if (b.dtype < 0 || b.dtype > kDtypeFloat64 || b.length < 0 || place < 0)
      return Refuse(kProgramErrorBuffer, at);
    b.bytes = kDtypeBytes[b.dtype];
    if (b.kind == kBufferKindArena) {
      b.place = place * kArenaUnitBytes;
      b.access = kAccessRead | kAccessWrite;
      if (b.place + b.length * b.bytes > p_.arenaBytes) return Refuse(kProgramErrorBuffer, at);
    } else if (b.kind == kBufferKindBound) {
      b.place = place >> 2;
      b.access = static_cast<int32_t>(place & 3);
      if (b.access == 0 || b.place >= boundCount) return Refuse(kProgramErrorBuffer, at);
      if (b.place < possible) {
        Bound& bound = p_.bound[static_cast<size_t>(b.place)];
        if (bound.dtype >= 0) return Refuse(kProgramErrorBuffer, at);
        bound = {b.dtype, b.length, b.access};
      } else if (!beyond.insert(b.place).second) {
        return Refuse(kProgramErrorBuffer, at);
      }
      seen++;
    } else {
      return Refuse(kProgramErrorBuffer, at);
    }
  }
  return seen == boundCount || Refuse(kProgramErrorBuffer, kHeaderBoundCount);
}

bool Checker::Views() {
  p_.views.resize(static_cast<size_t>(views_.count));
  for (int64_t i = 0; i < views_.count; i++) {
    const int64_t at = views_.at + i * kViewWords;
    View& v = p_.views[static_cast<size_t>(i)];
    v.buffer = Word(at);
    v.offset = Word(at + 1);
    v.pointer = nullptr;
    if (v.buffer < 0 || v.buffer >= buffers_.count) return Refuse(kProgramErrorView, at);
    if (v.offset < 0 || v.offset > p_.buffers[static_cast<size_t>(v.buffer)].length) {
      return Refuse(kProgramErrorView, at);
    }
  }
  return true;
}

bool Checker::Code() {
  p_.instructions.clear();
  p_.moves.clear();
  p_.expressions_.clear();
  p_.operands_.clear();
  p_.steps_.clear();
  p_.links_.clear();
  p_.hasBoundary = false;
  p_.codeWords = static_cast<int32_t>(code_.count);
  depth_ = 0;
  int64_t pc = 0;
  while (pc < code_.count) {
    const int64_t at = code_.at + pc;
    const int64_t end = depth_ > 0 ? open_[depth_ - 1].end : code_.count;
    const int64_t length = pc + kInstructionHeaderWords <= end ? Word(at + 1) : 0;
    if (length < kInstructionHeaderWords || length > end - pc) {
      return Refuse(depth_ > 0 ? kProgramErrorLoop : kProgramErrorLength, at);
    }
    const int32_t opcode = Word(at);
    if (opcode < 0 || opcode >= kOpCount) return Refuse(kProgramErrorOpcode, at);
    if (!CheckInstruction(opcode, pc, at, length)) return false;
    pc += length;
    CloseLoops(pc);
  }
  return true;
}

void Checker::CloseLoops(int64_t pc) {
  while (depth_ > 0 && open_[depth_ - 1].end == pc) {
    p_.instructions[static_cast<size_t>(open_[depth_ - 1].instruction)].bodyEnd =
        static_cast<int32_t>(p_.instructions.size());
    depth_--;
  }
}

const Buffer& Checker::BufferOf(int32_t view) const {
  return p_.buffers[static_cast<size_t>(p_.views[static_cast<size_t>(view)].buffer)];
}

bool Checker::CheckInstruction(int32_t opcode, int64_t pc, int64_t at, int64_t length) {
  p_.instructions.emplace_back();
  Instruction& instruction = p_.instructions.back();
  instruction = Instruction{};
  instruction.opcode = opcode;
  instruction.pc = static_cast<int32_t>(pc);
  instruction.parent = depth_ > 0 ? open_[depth_ - 1].instruction : -1;
  instruction.depth = depth_;
  instruction.expression = -1;
  for (int32_t& view : instruction.fieldViews) view = -1;
  instruction.task.words = words_ + at;
  instruction.task.dtype = -1;
  if (length < kInstructionHeaderWords + kInstructions[opcode].fieldCount) {
    return Refuse(kProgramErrorLength, at + 1);
  }
  return Fields(instruction, at) && Tail(instruction, at, length) && Rules(instruction, at) &&
         Operands(instruction, at) && (opcode != kOpLoop || Enter(instruction, at, length));
}

bool Checker::Fields(Instruction& instruction, int64_t at) {
  const InstructionDefinition& definition = kInstructions[instruction.opcode];
  int viewCount = 0;
  for (int32_t f = 0; f < definition.fieldCount; f++) {
    const FieldDefinition& field = kFields[definition.firstField + f];
    const int64_t place = at + kInstructionHeaderWords + f;
    const int32_t value = Word(place);
    switch (field.kind) {
      case FieldKind::kView: {
        const int slot = viewCount++;
        if (value == -1 && field.optional) break;
        if (value < 0 || value >= views_.count) return Refuse(kProgramErrorOperand, place);
        const Buffer& buffer = BufferOf(value);
        const uint32_t allowed =
            field.dtypes == kDtypesOfInstruction ? 1u << instruction.task.dtype : field.dtypes;
        if ((allowed >> buffer.dtype & 1) == 0) return Refuse(kProgramErrorDtype, place);
        if ((field.access & kAccessWrite) != 0 && (buffer.access & kAccessWrite) == 0) {
          return Refuse(kProgramErrorAccess, place);
        }
        instruction.fieldViews[slot] = value;
        break;
      }
      case FieldKind::kSize:
        if (value < 0) return Refuse(kProgramErrorField, place);
        break;
      case FieldKind::kInteger: break;
      case FieldKind::kFlag:
        if (value != 0 && value != 1) return Refuse(kProgramErrorField, place);
        break;
      case FieldKind::kConstant:
        if (value < 0 || value >= constants_.count) return Refuse(kProgramErrorField, place);
        break;
      case FieldKind::kDtype:
        if (value < 0 || value > kDtypeFloat64 || (field.dtypes >> value & 1) == 0) {
          return Refuse(kProgramErrorField, place);
        }
        instruction.task.dtype = value;
        break;
      case FieldKind::kCode:
        if (value < 0 || value > 31 || (field.codes >> value & 1) == 0)
          return Refuse(kProgramErrorField, place);
        break;
    }
  }
  return true;
}

double Checker::Constant(int64_t place) const {
  double value;
  std::memcpy(&value, words_ + constants_.at + place * 2, sizeof value);
  return value;
}

bool Checker::HasLength(int64_t at, int64_t length, int64_t expected) {
  return expected == length || Refuse(kProgramErrorLength, at + 1);
}

bool Checker::Tail(Instruction& instruction, int64_t at, int64_t length) {
  const InstructionDefinition& definition = kInstructions[instruction.opcode];
  const int64_t tail = kInstructionHeaderWords + definition.fieldCount;
  switch (definition.tail) {
    case TailKind::kNone: return HasLength(at, length, tail);
    case TailKind::kMoves:
      return HasLength(at, length, tail + 2 * static_cast<int64_t>(Word(at + kLoopMoveCount)));
    case TailKind::kStrided: {
      const int64_t rank = Word(at + kCopyRank);
      if (rank > kLimitRank) return Refuse(kProgramErrorField, at);
      return HasLength(at, length, tail + 3 * rank) && Sizes(at + tail, rank);
    }
    case TailKind::kGrid: {
      const int64_t rank = Word(at + kMapRank);
      if (rank > kLimitRank) return Refuse(kProgramErrorField, at);
      if (tail + rank > length) return Refuse(kProgramErrorLength, at + 1);
      return Sizes(at + tail, rank) && TakeExpression(instruction, at, length, tail + rank, rank, at + tail);
    }
    case TailKind::kExpression:
      return TakeExpression(instruction, at, length, tail, 3,
                            at + (instruction.opcode == kOpReduce ? kReduceOuter : kGemmBatch));
  }
  return true;
}

bool Checker::Sizes(int64_t at, int64_t count) {
  for (int64_t i = at; i < at + count; i++) {
    if (Word(i) < 0) return Refuse(kProgramErrorField, i);
  }
  return true;
}

bool Checker::TakeExpression(Instruction& instruction, int64_t at, int64_t length, int64_t offset,
                             int64_t rank, int64_t dims) {
  const int64_t start = at + offset;
  if (offset + 4 > length) return Refuse(kProgramErrorLength, at + 1);
  const int64_t inputs = Word(start), outputs = Word(start + 1);
  const int64_t steps = Word(start + 2), registers = Word(start + 3);
  if (inputs < 0 || outputs < 0 || inputs + outputs > kLimitOperands)
    return Refuse(kProgramErrorExpression, start);
  if (steps < 0 || steps > kLimitSteps) return Refuse(kProgramErrorExpression, start + 2);
  if (registers < 0 || registers > kLimitRegisters) return Refuse(kProgramErrorExpression, start + 3);
  const int64_t operandWords = 1 + rank;
  const int64_t stepsAt = start + 4 + (inputs + outputs) * operandWords;
  if (stepsAt + steps * kStepWords != at + length) return Refuse(kProgramErrorLength, at + 1);

  const bool isReduce = instruction.opcode == kOpReduce;
  const size_t firstOperand = p_.operands_.size();
  p_.operands_.resize(firstOperand + static_cast<size_t>(inputs + outputs));
  for (int64_t o = 0; o < inputs + outputs; o++) {
    const int64_t place = start + 4 + o * operandWords;
    Operand& operand = p_.operands_[firstOperand + static_cast<size_t>(o)];
    operand = Operand{};
    operand.view = Word(place);
    operand.dtype = instruction.task.dtype;
    // The value that reduce consumes is its one output, and has no view.
    const bool isValue = isReduce && o >= inputs;
    if (isValue ? operand.view != -1 : (operand.view < 0 || operand.view >= views_.count)) {
      return Refuse(kProgramErrorOperand, place);
    }
    if (!isValue) operand.dtype = BufferOf(operand.view).dtype;
    operand.bytes = kDtypeBytes[operand.dtype];
    for (int64_t d = 0; d < rank; d++) operand.strides[d] = Word(place + 1 + d);
    if (!isValue && o >= inputs && (BufferOf(operand.view).access & kAccessWrite) == 0) {
      return Refuse(kProgramErrorAccess, place);
    }
  }
  if (isReduce && outputs != 1) return Refuse(kProgramErrorExpression, start + 1);

  const size_t firstStep = p_.steps_.size();
  if (!Steps(stepsAt, steps, instruction.task.dtype, static_cast<int32_t>(inputs),
             static_cast<int32_t>(outputs), static_cast<int32_t>(registers), isReduce)) {
    return false;
  }
  instruction.expression = static_cast<int32_t>(p_.expressions_.size());
  p_.expressions_.emplace_back();
  Expression& e = p_.expressions_.back();
  e = Expression{};
  e.dtype = instruction.task.dtype;
  e.rank = static_cast<int32_t>(rank);
  e.inputCount = static_cast<int32_t>(inputs);
  e.outputCount = static_cast<int32_t>(outputs);
  e.stepCount = static_cast<int32_t>(steps);
  e.registerCount = static_cast<int32_t>(registers);
  for (int64_t d = 0; d < rank; d++) e.dims[d] = Word(dims + d);
  // Without an inner dimension the rows that reduce evaluates run along the reduced one: its strides decide
  // the plan.
  if (isReduce && e.dims[2] == 1) e.rank = 2;
  PlanExpression(e, p_.operands_.data() + firstOperand, p_.steps_.data() + firstStep, p_.views.data(),
                 p_.kernels->chains[e.dtype], instruction.opcode == kOpMap, &p_.links_);
  return true;
}

bool Checker::Steps(int64_t start, int64_t count, int32_t dtype, int32_t inputs, int32_t outputs,
                    int32_t registers, bool needsResult) {
  uint32_t written = 0;    // registers that hold a value
  uint32_t constants = 0;  // registers that hold a constant, which nothing may write again
  bool stored = false;
  for (int64_t at = start; at < start + count * kStepWords; at += kStepWords) {
    const int32_t operation = Word(at);
    const int32_t destination = Word(at + 1);
    const int32_t arguments[3] = {Word(at + 2), Word(at + 3), Word(at + 4)};
    if (operation < 0 || operation >= kMicroCount) return Refuse(kProgramErrorExpression, at);
    const MicroDefinition& micro = kMicroOperations[operation];
    if (micro.floatOnly && dtype == kDtypeInt32) return Refuse(kProgramErrorExpression, at);
    const auto isRead = [&](int32_t r) { return r >= 0 && r < registers && (written >> r & 1) != 0; };
    p_.steps_.emplace_back();
    Step& step = p_.steps_.back();
    step = Step{};
    step.operation = static_cast<uint8_t>(operation);
    if (operation == kMicroStore) {
      if (!isRead(arguments[0]) || arguments[1] < inputs || arguments[1] >= inputs + outputs) {
        return Refuse(kProgramErrorExpression, at);
      }
      step.kind = needsResult ? StepKind::kResult : StepKind::kStore;
      step.a = static_cast<uint8_t>(arguments[1]);
      step.b = static_cast<uint8_t>(arguments[0]);
      stored = true;
      continue;
    }
    for (int i = 0; i < micro.arity; i++) {
      if (!isRead(arguments[i])) return Refuse(kProgramErrorExpression, at);
    }
    const uint32_t taken = operation == kMicroConstant ? written : constants;
    if (destination < 0 || destination >= registers || (taken >> destination & 1) != 0) {
      return Refuse(kProgramErrorExpression, at);
    }
    step.destination = static_cast<uint8_t>(destination);
    if (operation == kMicroLoad) {
      if (arguments[0] < 0 || arguments[0] >= inputs) return Refuse(kProgramErrorExpression, at);
      step.kind = StepKind::kLoad;
      step.a = static_cast<uint8_t>(arguments[0]);
    } else if (operation == kMicroConstant) {
      if (arguments[0] < 0 || arguments[0] >= constants_.count) return Refuse(kProgramErrorExpression, at);
      step.kind = StepKind::kConstant;
      step.constant = Constant(arguments[0]);
      constants |= 1u << destination;
    } else {
      step.kind = StepKind::kCompute;
      step.a = static_cast<uint8_t>(arguments[0]);
      step.b = micro.arity > 1 ? static_cast<uint8_t>(arguments[1]) : step.a;
      step.c = micro.arity > 2 ? static_cast<uint8_t>(arguments[2]) : step.a;
    }
    written |= 1u << destination;
  }
  return stored || !needsResult || Refuse(kProgramErrorExpression, start);
}

void Checker::Finish() {
  size_t operand = 0, step = 0, link = 0;
  for (Expression& e : p_.expressions_) {
    e.operands = p_.operands_.data() + operand;
    e.steps = p_.steps_.data() + step;
    operand += static_cast<size_t>(e.inputCount + e.outputCount);
    step += static_cast<size_t>(e.stepCount);
    e.links = p_.links_.data() + link;
    link += 2 * static_cast<size_t>(e.linkCount);
  }
  p_.workspaceBytes = 0;
  p_.scratchBytes = 0;
  for (Instruction& i : p_.instructions) {
    if (i.expression >= 0) {
      const Expression* e = &p_.expressions_[static_cast<size_t>(i.expression)];
      // A gemm without steps has no epilogue.
      i.task.expression = i.opcode == kOpGemm && e->stepCount == 0 ? nullptr : e;
    }
    i.verify = p_.kernels->verifies[i.opcode];
    if (!p_.kernels->splits[i.opcode]) continue;
    p_.kernels->splits[i.opcode](i.task, &i.split);
    p_.workspaceBytes = std::max(p_.workspaceBytes, i.split.workspaceBytes);
    p_.scratchBytes = std::max(p_.scratchBytes, i.split.scratchBytes);
  }
}

Refusal Program::Load(const int32_t* words, int64_t count, const KernelTable* table, bool again) {
  kernels = table;
  const Refusal refusal = Checker(*this, words, count).Run();
  if (refusal.code == kProgramErrorNone) PlanRuns(again);
  return refusal;
}

}  // namespace hebb
