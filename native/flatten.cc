// Plans of small instructions, made when a program is loaded. An expression over few points becomes one over
// a single row: what lies in a row of the compute dtype already is read in place, other inputs (a bias added
// to every row, a single number) are spread into rows of their own first. One evaluation of 16 points costs
// what one of 4 does, and a walk along the grid would cost more than both.

#include <algorithm>

#include "plan.h"

namespace hebb {

using namespace contract;

namespace {

/** Instructions below this cost may be small. */
constexpr double kSmallNanoseconds = 3e3;
/** What an instruction costs besides. */
constexpr double kInstructionNanoseconds = 20;

class Flattener {
 public:
  Flattener(const Expression& e, const int64_t* dims, int rank, const std::vector<View>& views, Flat& flat)
      : e_(e), rank_(rank), views_(views), flat_(flat) {
    for (int d = 0; d < rank; d++) {
      dims_[d] = dims[d];
      points_ *= dims[d];
    }
  }

  bool Make(const KernelTable& kernels) {
    if (points_ < 1 || points_ > kBlock) return false;
    const int count = e_.inputCount + e_.outputCount;
    flat_.operands.assign(e_.operands, e_.operands + count);
    for (int o = 0; o < count; o++) {
      if (!Place(o)) return false;
    }
    flat_.steps.assign(e_.steps, e_.steps + e_.stepCount);
    for (Step& step : flat_.steps) {
      if (step.kind == StepKind::kLoadOnce || step.kind == StepKind::kLoadDirect) step.kind = StepKind::kLoad;
    }
    FlatExpression& f = flat_.expression;
    f.points = points_;
    Expression& flatExpression = f.expression;
    flatExpression = e_;
    flatExpression.rank = 1;
    flatExpression.dims[0] = points_;
    flatExpression.hasConstants = flatExpression.hasLoadOnce = flatExpression.streams = false;
    PlanExpression(flatExpression, flat_.operands.data(), flat_.steps.data(), views_.data(),
                   kernels.chains[e_.dtype], false, &flat_.links);
    flatExpression.operands = flat_.operands.data();
    flatExpression.steps = flat_.steps.data();
    flatExpression.links = flat_.links.data();
    for (const Step& step : flat_.steps) {
      if (step.kind == StepKind::kConstant) flat_.constants.push_back({step.destination, step.constant});
    }
    f.spreads = flat_.spreads.data();
    f.spreadCount = static_cast<int32_t>(flat_.spreads.size());
    f.offsets = flat_.offsets.data();
    f.constants = flat_.constants.data();
    f.constantCount = static_cast<int32_t>(flat_.constants.size());
    return true;
  }

 private:
  bool IsOutput(int o) const { return o >= e_.inputCount; }

  /** Whether the operand's elements lie one after the other as the points do. */
  bool LiesInRow(const Operand& operand) const {
    int64_t expected = 1;
    for (int d = rank_ - 1; d >= 0; d--) {
      if (dims_[d] > 1 && operand.strides[d] != expected) return false;
      expected *= dims_[d];
    }
    return true;
  }
  bool SharesWithOutput(const Operand& operand) const {
    for (int o = e_.inputCount; o < e_.inputCount + e_.outputCount; o++) {
      const int32_t view = e_.operands[o].view;
      if (view >= 0 &&
          views_[static_cast<size_t>(view)].buffer == views_[static_cast<size_t>(operand.view)].buffer) {
        return true;
      }
    }
    return false;
  }

  bool Place(int o) {
    Operand& operand = flat_.operands[static_cast<size_t>(o)];
    const Operand original = operand;
    std::fill(operand.strides, operand.strides + kLimitRank, 0);
    if (original.view < 0) return true;  // the value that a reduction consumes
    const bool inRow = LiesInRow(original);
    operand.strides[0] = 1;
    if (IsOutput(o)) return inRow;
    const bool isShared = SharesWithOutput(original);
    if (inRow && (isShared || original.dtype == e_.dtype)) return true;
    // Values that an output may overwrite are not read ahead.
    return !isShared && SpreadOut(o, original, operand);
  }

  bool SpreadOut(int o, const Operand& original, Operand& operand) {
    // The longest run at the end of the grid along which one stride leads from point to point.
    int inner = rank_ > 0 ? rank_ - 1 : 0;
    while (inner > 0 && dims_[inner] == 1) inner--;
    int64_t run = dims_[inner];
    const int64_t stride = run > 1 ? original.strides[inner] : 0;
    while (inner > 0 && (dims_[inner - 1] == 1 || original.strides[inner - 1] == stride * run)) {
      run *= dims_[--inner];
    }
    const int32_t bytes = kDtypeBytes[e_.dtype];
    const int64_t end = spreadBytes_ + (points_ * bytes + 63) / 64 * 64;
    if (end + kSlotBytes > kSpreadBytes) return false;
    Spread spread = {o,
                     original.dtype,
                     static_cast<int32_t>(spreadBytes_),
                     static_cast<int32_t>(run),
                     stride,
                     static_cast<int32_t>(flat_.offsets.size()),
                     static_cast<int32_t>(points_ / run)};
    spreadBytes_ = end;
    for (int64_t r = 0; r < spread.runs; r++) {
      int64_t rest = r, offset = 0;
      for (int d = inner - 1; d >= 0; d--) {
        offset += rest % dims_[d] * original.strides[d];
        rest /= dims_[d];
      }
      offset *= original.bytes;
      if (offset != static_cast<int32_t>(offset)) return false;
      flat_.offsets.push_back(static_cast<int32_t>(offset));
    }
    flat_.spreads.push_back(spread);
    operand.view = -1;  // in Chain::spread, where nobody else writes
    operand.dtype = e_.dtype;
    operand.bytes = bytes;
    return true;
  }

  const Expression& e_;
  const int rank_;
  const std::vector<View>& views_;
  Flat& flat_;
  int64_t dims_[kLimitRank] = {1};  // of rank 0, too: one point
  int64_t points_ = 1;
  int64_t spreadBytes_ = 0;
};

}  // namespace

void Program::PlanRuns(bool again) {
  flats_.clear();
  std::vector<bool> moved(moves.empty() ? 0 : views.size(), false);
  for (const Move& move : moves) moved[static_cast<size_t>(move.view)] = true;
  const auto isMoved = [&](int32_t view) { return view >= 0 && moved[static_cast<size_t>(view)]; };
  for (Instruction& i : instructions) {
    const Expression* e = i.task.expression;
    if (!moves.empty()) {
      i.moving = std::any_of(i.fieldViews, i.fieldViews + kFieldViews, isMoved);
      const int count = e ? e->inputCount + e->outputCount : 0;
      for (int o = 0; o < count; o++) i.moving = i.moving || isMoved(e->operands[o].view);
    }
    if (again) PlanSmall(i);
  }
}

int32_t Program::Microseconds() const {
  std::vector<double> turns;  // of each instruction: how often it runs
  double nanoseconds = 0;
  for (const Instruction& i : instructions) {
    const double runs = i.parent < 0 ? 1 : turns[static_cast<size_t>(i.parent)];
    turns.push_back(i.opcode == kOpLoop ? runs * i.count : runs);
    nanoseconds += runs * (i.split.nanoseconds + kInstructionNanoseconds);
  }
  return static_cast<int32_t>(std::min(nanoseconds / 1e3, 2147483647.0));
}

void Program::PlanSmall(Instruction& i) {
  const PlanSmallFunction plan = kernels->smalls[i.opcode];
  if (!plan || i.split.units != 1 || i.split.nanoseconds > kSmallNanoseconds) return;
  if (const Expression* e = i.task.expression) {
    flats_.emplace_back();
    const int rank = i.opcode == kOpMap ? e->rank : 3;
    if (!Flattener(*e, e->dims, rank, views, flats_.back()).Make(*kernels)) {
      flats_.pop_back();
      return;
    }
    i.smallPlan.flat = &flats_.back().expression;
  }
  i.small = plan(i.task, &i.smallPlan);
}

}  // namespace hebb
