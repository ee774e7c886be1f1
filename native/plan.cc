// A contiguous operand of the compute dtype need not be copied into a register: the register can be the
// operand's memory, and a result can be computed where it belongs. That changes when memory is read and
// written, so it is done only where no one can tell: no other operand in the same buffer may be read or
// written in between.

#include "plan.h"

namespace hebb {

using namespace contract;

namespace {

/** Rough nanoseconds an element of a micro-operation with vectors of 8 to 16 elements. */
double CostOf(int32_t operation) {
  switch (operation) {
    case kMicroExp:
    case kMicroTanh:
    case kMicroSigmoid:
    case kMicroLog:
    case kMicroExpm1: return 0.25;
    case kMicroLog1p:
    case kMicroSoftplus: return 0.6;
    case kMicroSin:
    case kMicroCos:
    case kMicroTan:
    case kMicroAsin:
    case kMicroAcos:
    case kMicroAtan:
    case kMicroSinh:
    case kMicroCosh:
    case kMicroAsinh:
    case kMicroAcosh:
    case kMicroAtanh:
    case kMicroErf:
    case kMicroPow:
    case kMicroAtan2:
    case kMicroMod: return 12;
    case kMicroDiv:
    case kMicroSqrt:
    case kMicroRsqrt:
    case kMicroReciprocal: return 0.15;
    default: return 0.04;
  }
}

class Planner {
 public:
  Planner(Expression& e, const Operand* operands, Step* steps, const View* views)
      : e_(e), operands_(operands), steps_(steps), views_(views) {}

  void Run() {
    for (int s = 0; s < e_.stepCount; s++) {
      if (steps_[s].kind == StepKind::kStore) PlanStore(s);
    }
    e_.cost = 0;
    for (int s = 0; s < e_.stepCount; s++) {
      Step& step = steps_[s];
      if (step.kind == StepKind::kLoad) PlanLoad(s);
      if (step.kind == StepKind::kConstant) e_.hasConstants = true;
      if (step.kind == StepKind::kLoadOnce) e_.hasLoadOnce = true;
      if (step.kind == StepKind::kCompute) e_.cost += CostOf(step.operation);
      if (step.kind == StepKind::kLoad || step.kind == StepKind::kStore) e_.cost += 0.1;
      if (step.kind == StepKind::kLoadDirect || step.kind == StepKind::kStoreDone) e_.cost += 0.05;
    }
  }

 private:
  int64_t InnerStride(int operand) const { return e_.rank > 0 ? operands_[operand].strides[e_.rank - 1] : 1; }
  bool IsPlain(int operand) const {
    return operands_[operand].dtype == e_.dtype && InnerStride(operand) == 1;
  }
  bool Shared(int a, int b) const {
    return operands_[a].view >= 0 && operands_[b].view >= 0 &&
           views_[operands_[a].view].buffer == views_[operands_[b].view].buffer;
  }
  bool Writes(const Step& step, int r) const {
    return step.kind != StepKind::kStore && step.kind != StepKind::kStoreDone &&
           step.kind != StepKind::kResult && step.destination == r;
  }
  bool Reads(const Step& step, int r) const {
    switch (step.kind) {
      case StepKind::kCompute: return step.a == r || step.b == r || step.c == r;
      case StepKind::kStore:
      case StepKind::kStoreDone:
      case StepKind::kResult: return step.b == r;
      default: return false;
    }
  }
  bool IsStoreTo(const Step& step, int operand) const {
    return (step.kind == StepKind::kStore || step.kind == StepKind::kStoreDone) && step.a == operand;
  }

  /** The step at which an output's memory is written. */
  int WriteStep(int output) const {
    int at = e_.stepCount;
    for (int s = e_.stepCount - 1; s >= 0; s--) {
      if (steps_[s].kind == StepKind::kStore && steps_[s].a == output) at = s;
      if (steps_[s].kind == StepKind::kCompute && steps_[s].directOperand == output) at = s;
    }
    return at;
  }

  /** Lets the step that makes a stored value write it to the output. */
  void PlanStore(int store) {
    const int output = steps_[store].a;
    if (!IsPlain(output)) return;
    const int r = steps_[store].b;
    int maker = store - 1;
    while (maker >= 0 && !Writes(steps_[maker], r)) maker--;
    if (maker < 0 || steps_[maker].kind != StepKind::kCompute || steps_[maker].directOperand >= 0) return;
    for (int o = e_.inputCount; o < e_.inputCount + e_.outputCount; o++) {
      if (o != output && Shared(o, output)) return;
    }
    for (int s = 0; s < e_.stepCount; s++) {
      if (s != store && IsStoreTo(steps_[s], output)) return;
      // Loads that come after the maker would find the new value.
      if (s > maker && steps_[s].kind == StepKind::kLoad && Shared(steps_[s].a, output)) return;
    }
    steps_[maker].directOperand = static_cast<int8_t>(output);
    steps_[store].kind = StepKind::kStoreDone;
  }

  void PlanLoad(int load) {
    Step& step = steps_[load];
    const int input = step.a;
    const int r = step.destination;
    int lastRead = load, writers = 0;
    bool alive = true;
    for (int s = 0; s < e_.stepCount; s++) {
      if (s > load && alive && Reads(steps_[s], r)) lastRead = s;
      if (Writes(steps_[s], r)) {
        writers++;
        if (s > load) alive = false;
      }
    }
    bool unshared = true, untouched = true;
    for (int o = e_.inputCount; o < e_.inputCount + e_.outputCount; o++) {
      if (!Shared(input, o)) continue;
      unshared = false;
      // A step may read and write the same place: element by element it reads before it writes.
      if (WriteStep(o) < lastRead) untouched = false;
    }
    if (InnerStride(input) == 0 && writers == 1 && unshared) {
      step.kind = StepKind::kLoadOnce;
    } else if (IsPlain(input) && untouched) {
      step.kind = StepKind::kLoadDirect;
    }
  }

  Expression& e_;
  const Operand* operands_;
  Step* steps_;
  const View* views_;
};

}  // namespace

void PlanExpression(Expression& e, const Operand* operands, Step* steps, const View* views) {
  Planner(e, operands, steps, views).Run();
}

}  // namespace hebb
