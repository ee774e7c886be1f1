// A contiguous operand of the compute dtype is read in its own memory where its value is wanted, and a result
// is written as soon as it is made. That changes when memory is read and written, so it is done only where no
// one can tell: no other operand in the same buffer may be read or written in between.
//
// The chain has one accumulator. A value that is wanted again when the next one takes its place goes to the
// slot of its register first, unless memory holds it already.

#include "plan.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

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
    case kMicroErf: return 0.8;
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
    case kMicroPow:
    case kMicroAtan2: return 2;
    case kMicroMod: return 12;
    case kMicroDiv:
    case kMicroSqrt:
    case kMicroRsqrt:
    case kMicroReciprocal: return 0.15;
    default: return 0.04;
  }
}

/** Outputs of this many bytes find no place in the last cache: 32 MiB are what a large server core sees. */
constexpr double kStreamBytes = 32 << 20;
/** ... and rows shorter than this many elements would be tails for the most part. */
constexpr int64_t kStreamRow = 4096;

/** The operation that gives the same with its operands turned round, or -1. */
int32_t Turned(int32_t operation) {
  switch (operation) {
    case kMicroAdd:
    case kMicroMul:
    case kMicroMin:
    case kMicroMax:
    case kMicroEqual:
    case kMicroNotEqual:
    case kMicroAnd:
    case kMicroOr: return operation;
    case kMicroLess: return kMicroGreater;
    case kMicroGreater: return kMicroLess;
    case kMicroLessEqual: return kMicroGreaterEqual;
    case kMicroGreaterEqual: return kMicroLessEqual;
    default: return -1;
  }
}

/** What the two parts below know of an expression. */
class Steps {
 public:
  Steps(Expression& e, const Operand* operands, Step* steps, const View* views)
      : e_(e), operands_(operands), steps_(steps), views_(views) {
    for (int8_t& operand : storedTo_) operand = -1;
  }

 protected:
  int64_t InnerStride(int operand) const { return e_.rank > 0 ? operands_[operand].strides[e_.rank - 1] : 1; }
  bool IsPlain(int operand) const {
    return operands_[operand].dtype == e_.dtype && InnerStride(operand) == 1;
  }
  bool Shared(int a, int b) const {
    return operands_[a].view >= 0 && operands_[b].view >= 0 &&
           views_[operands_[a].view].buffer == views_[operands_[b].view].buffer;
  }
  static bool Writes(const Step& step, int r) {
    return step.kind != StepKind::kStore && step.kind != StepKind::kResult && step.destination == r;
  }
  bool Reads(const Step& step, int r) const {
    switch (step.kind) {
      case StepKind::kCompute: return step.a == r || step.b == r || step.c == r;
      case StepKind::kStore: return step.b == r && !done_[&step - steps_];
      case StepKind::kResult: return step.b == r;
      default: return false;
    }
  }
  /** Whether the value in register r is wanted by step s or a later one. */
  bool Wanted(int r, int s) const {
    for (; s < e_.stepCount; s++) {
      if (Reads(steps_[s], r)) return true;
      if (Writes(steps_[s], r)) return false;
    }
    return false;
  }

  Expression& e_;
  const Operand* operands_;
  Step* steps_;
  const View* views_;
  int8_t storedTo_[kLimitSteps];  // of a kCompute: the output to which its result goes at once, or -1
  bool done_[kLimitSteps] = {};   // of a kStore: the step that makes the value has stored it
  bool streamed_[kLimitOperands] = {};
};

/** Decides when memory is read and written. */
class AccessPlanner : public Steps {
 public:
  using Steps::Steps;

  void PlanAccess(bool mayStream) {
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
      if (step.kind == StepKind::kLoad) e_.cost += IsPlain(step.a) ? 0.05 : 0.3;
      if (step.kind == StepKind::kStore) e_.cost += IsPlain(step.a) ? 0.05 : 0.3;
      if (step.kind == StepKind::kLoadDirect) e_.cost += 0.05;
    }
    if (mayStream) PlanStreams();
  }

 private:
  /** The step at which an output's memory is written. */
  int WriteStep(int output) const {
    int at = e_.stepCount;
    for (int s = e_.stepCount - 1; s >= 0; s--) {
      if (steps_[s].kind == StepKind::kStore && !done_[s] && steps_[s].a == output) at = s;
      if (storedTo_[s] == output) at = s;
    }
    return at;
  }

  /** Lets the step that makes a stored value write it to the output. */
  void PlanStore(int store) {
    const int output = steps_[store].a;
    const int r = steps_[store].b;
    int maker = store - 1;
    while (maker >= 0 && !Writes(steps_[maker], r)) maker--;
    if (maker < 0 || steps_[maker].kind != StepKind::kCompute || storedTo_[maker] >= 0) return;
    for (int o = e_.inputCount; o < e_.inputCount + e_.outputCount; o++) {
      if (o != output && Shared(o, output)) return;
    }
    for (int s = 0; s < e_.stepCount; s++) {
      if (s != store && steps_[s].kind == StepKind::kStore && steps_[s].a == output) return;
      // Loads that come after the maker would find the new value.
      if (s > maker && steps_[s].kind == StepKind::kLoad && Shared(steps_[s].a, output)) return;
    }
    storedTo_[maker] = static_cast<int8_t>(output);
    done_[store] = true;
  }

  /** Gives what a step writes a register, and so a slot, that nothing else uses. @return whether there is one
   */
  bool MoveToOwnRegister(int maker) {
    if (e_.registerCount == kLimitRegisters) return false;
    const uint8_t from = steps_[maker].destination;
    const uint8_t to = static_cast<uint8_t>(e_.registerCount++);
    steps_[maker].destination = to;
    for (int s = maker + 1; s < e_.stepCount; s++) {
      Step& step = steps_[s];
      const bool isLast = Writes(step, from);
      if (step.kind == StepKind::kCompute && step.a == from) step.a = to;
      const bool readsB =
          step.kind == StepKind::kCompute || step.kind == StepKind::kStore || step.kind == StepKind::kResult;
      if (readsB && step.b == from) step.b = to;
      if (step.kind == StepKind::kCompute && step.c == from) step.c = to;
      if (isLast) break;
    }
    return true;
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
      // A step may read and write the same place: it reads before it writes.
      if (WriteStep(o) < lastRead) untouched = false;
    }
    if (InnerStride(input) == 0 && unshared && (writers == 1 || MoveToOwnRegister(load))) {
      step.kind = StepKind::kLoadOnce;
    } else if (IsPlain(input) && untouched) {
      step.kind = StepKind::kLoadDirect;
    }
  }

  /** Outputs that no cache could hold go past them; those in place of an input are in the cache already. */
  void PlanStreams() {
    if (e_.rank == 0 || e_.dims[e_.rank - 1] < kStreamRow) return;
    double points = 1;
    for (int d = 0; d < e_.rank; d++) points *= static_cast<double>(e_.dims[d]);
    for (int o = e_.inputCount; o < e_.inputCount + e_.outputCount; o++) {
      bool isAlone = IsPlain(o) && points * operands_[o].bytes >= kStreamBytes;
      for (int other = 0; other < e_.inputCount + e_.outputCount; other++) {
        if (other != o && Shared(other, o)) isAlone = false;
      }
      streamed_[o] = isAlone;
      if (isAlone && !e_.streams) {
        e_.streams = true;
        e_.streamOperand = static_cast<int8_t>(o);
      }
    }
  }
};

/** Makes the chains of handlers. */
class ChainPlanner : public AccessPlanner {
 public:
  using AccessPlanner::AccessPlanner;

  void MakeChains(const ChainTable& handlers, std::vector<Link>* links) {
    table_ = &handlers;
    for (Home& home : home_) home = {kNowhere, 0};
    for (int s = 0; s < e_.stepCount; s++) Take(s);
    Emit(offsetof(ChainHandlers, end));
    const bool isOneFunction = e_.stepCount == 3 && steps_[0].kind == StepKind::kLoadDirect &&
                               steps_[1].kind == StepKind::kCompute && storedTo_[1] == 1 && IsPlain(1);
    e_.row = isOneFunction ? handlers.rowFunction(steps_[1].operation, streamed_[1]) : nullptr;
    e_.linkCount = static_cast<int32_t>(full_.size());
    links->insert(links->end(), full_.begin(), full_.end());
    links->insert(links->end(), narrow_.begin(), narrow_.end());
  }

 private:
  /** What holds the value of a register, besides the accumulator. */
  enum Storage : uint8_t { kNowhere, kMemory, kSlot, kScalar };
  struct Home {
    Storage storage;
    uint16_t offset;  // in Chain
  };

  static ChainFunction HandlerAt(const void* table, size_t offset) {
    ChainFunction function;
    std::memcpy(&function, static_cast<const char*>(table) + offset, sizeof function);
    return function;
  }
  void Emit(size_t offset, uint16_t a = 0, uint16_t b = 0) {
    full_.push_back({HandlerAt(table_->full, offset), a, b});
    narrow_.push_back({HandlerAt(table_->narrow, offset), a, b});
  }
  size_t NumberOf(int32_t operation, int operands) const {
    return static_cast<const ChainHandlers*>(table_->full)->places[operation][operands];
  }
  size_t OffsetOf(int32_t operation, int operands) const {
    return offsetof(ChainHandlers, operations) + NumberOf(operation, operands) * sizeof(ChainFunction);
  }
  bool Has(int32_t operation, int operands) const { return NumberOf(operation, operands) != 0; }

  static uint16_t SlotOf(int r) {
    return static_cast<uint16_t>(offsetof(Chain, slots) + r * sizeof(Chain::slots[0]));
  }
  static uint16_t PlaceOf(int operand) {
    return static_cast<uint16_t>(offsetof(Chain, places) + operand * sizeof(char*));
  }
  bool IsScalar(int r) const { return home_[r].storage == kScalar; }

  /** Makes sure that memory holds the value of register r, which is the accumulator if nothing else does. */
  void GiveHome(int r) {
    if (home_[r].storage != kNowhere) return;
    home_[r] = {kSlot, SlotOf(r)};
    Emit(offsetof(ChainHandlers, storeSlot), SlotOf(r));
  }
  /** Before step s puts another value into the accumulator without reading it. */
  void Evict(int s) {
    if (accumulator_ >= 0 && Wanted(accumulator_, s)) GiveHome(accumulator_);
    accumulator_ = -1;
  }
  /** Puts the value of register r into the accumulator. */
  void Fetch(int r, int s) {
    if (accumulator_ == r) return;
    Evict(s);
    const Home home = home_[r];
    const size_t load = home.storage == kScalar ? offsetof(ChainHandlers, loadScalar)
                        : home.storage == kSlot ? offsetof(ChainHandlers, loadSlot)
                                                : offsetof(ChainHandlers, load);
    Emit(load, home.offset);
    accumulator_ = r;
  }

  void Store(int output) {
    if (!IsPlain(output)) {
      return Emit(offsetof(ChainHandlers, storeConverted), static_cast<uint16_t>(output));
    }
    Emit(streamed_[output] ? offsetof(ChainHandlers, storeStream) : offsetof(ChainHandlers, store),
         PlaceOf(output));
  }

  void Take(int s) {
    const Step& step = steps_[s];
    const int r = step.destination;
    switch (step.kind) {
      case StepKind::kConstant:
      case StepKind::kLoadOnce: return Found(r, {kScalar, SlotOf(r)});
      case StepKind::kLoadDirect: return Found(r, {kMemory, PlaceOf(step.a)});
      case StepKind::kLoad:
        Evict(s);
        if (IsPlain(step.a)) {
          Emit(offsetof(ChainHandlers, load), PlaceOf(step.a));
        } else {
          Emit(offsetof(ChainHandlers, loadConverted), step.a);
        }
        return Made(r);
      case StepKind::kCompute: return Compute(s);
      case StepKind::kStore:
        if (done_[s]) return;
        Fetch(step.b, s);
        return Store(step.a);
      case StepKind::kResult:
        e_.directResult = InputAt(home_[step.b]);
        Fetch(step.b, s);
        return Emit(offsetof(ChainHandlers, store), PlaceOf(kResultPlace));
    }
  }
  /** The input whose memory this is, or -1. */
  int32_t InputAt(Home home) const {
    for (int o = 0; o < e_.inputCount; o++) {
      if (home.storage == kMemory && home.offset == PlaceOf(o)) return o;
    }
    return -1;
  }
  void Found(int r, Home home) {
    if (accumulator_ == r) accumulator_ = -1;
    home_[r] = home;
  }
  void Made(int r) {
    accumulator_ = r;
    home_[r] = {kNowhere, 0};
  }

  void Compute(int s) {
    const Step& step = steps_[s];
    const int arity = kMicroOperations[step.operation].arity;
    if (arity == 1) {
      Fetch(step.a, s);
      KeepFor(s);
      Emit(OffsetOf(step.operation, 0));
    } else if (arity == 2) {
      ComputeBinary(s);
    } else {
      ComputeTernary(s);
    }
    Made(step.destination);
    if (storedTo_[s] < 0) return;
    Store(storedTo_[s]);
    // Until another store writes there, and there is none, memory holds the value.
    if (IsPlain(storedTo_[s]) && !streamed_[storedTo_[s]]) {
      home_[step.destination] = {kMemory, PlaceOf(storedTo_[s])};
    }
  }
  /** The accumulator is about to be computed on. */
  void KeepFor(int s) {
    if (!Writes(steps_[s], accumulator_) && Wanted(accumulator_, s + 1)) GiveHome(accumulator_);
  }

  void ComputeBinary(int s) {
    const Step& step = steps_[s];
    const int a = step.a, b = step.b;
    int32_t operation = step.operation;
    if (accumulator_ != a && accumulator_ != b) {
      const int operands = OperandsOf(home_[a], home_[b]);
      if (operands >= 0 && Has(operation, operands)) {
        Evict(s);
        return Emit(OffsetOf(operation, operands), home_[a].offset, home_[b].offset);
      }
    }
    if (a == b) {
      Fetch(a, s);
      KeepFor(s);
      if (Has(operation, kLinkAA)) return Emit(OffsetOf(operation, kLinkAA));
      GiveHome(a);
      return Emit(OffsetOf(operation, home_[a].storage == kMemory ? kLinkAM : kLinkAT), home_[a].offset);
    }
    // The accumulator is one of the operands, or takes that which is not one number.
    int first = accumulator_ == a || accumulator_ == b ? accumulator_ : IsScalar(a) ? b : a;
    int other = first == a ? b : a;
    bool isFirst = first == a;
    if (!isFirst && !Has(operation, kLinkMA)) {
      if (Turned(operation) >= 0) {
        operation = Turned(operation);
      } else {
        first = a;
        other = b;
      }
      isFirst = true;
    }
    Fetch(first, s);
    KeepFor(s);
    const Home home = home_[other];
    int operands = isFirst ? kLinkAT : kLinkTA;  // the slot of a scalar is filled, too
    if (home.storage == kMemory) operands = isFirst ? kLinkAM : kLinkMA;
    const int scalar = isFirst ? kLinkAS : kLinkSA;
    if (home.storage == kScalar && Has(operation, scalar)) operands = scalar;
    Emit(OffsetOf(operation, operands), home.offset);
  }

  /** Of two operands that are not in the accumulator; -1: one has to be fetched first. */
  static int OperandsOf(Home a, Home b) {
    if (a.storage == kMemory && b.storage == kMemory) return kLinkMM;
    if (a.storage == kMemory && b.storage == kScalar) return kLinkMS;
    return a.storage == kScalar && b.storage == kMemory ? kLinkSM : -1;
  }

  void ComputeTernary(int s) {
    const Step& step = steps_[s];
    int arguments[3] = {step.a, step.b, step.c};
    int place = 0;
    while (place < 3 && arguments[place] != accumulator_) place++;
    if (place == 3) {
      place = 0;
      while (place < 2 && IsScalar(arguments[place])) place++;
      Fetch(arguments[place], s);
    }
    KeepFor(s);
    const bool isProduct = step.operation == kMicroFma;
    if (isProduct && place == 1) {
      std::swap(arguments[0], arguments[1]);
      place = 0;
    }
    Home others[2];
    int count = 0;
    for (int i = 0; i < 3; i++) {
      if (i == place) continue;
      if (arguments[i] == accumulator_) GiveHome(accumulator_);
      others[count++] = home_[arguments[i]];
    }
    int first = SourceOf(others[0]), second = SourceOf(others[1]);
    if (isProduct && place == 2 && first > second) {
      std::swap(others[0], others[1]);
      std::swap(first, second);
    }
    // Slots of numbers are filled: where there is no handler for a number it is read like a vector.
    if (!Has(step.operation, LinkTernary(place, first, second))) {
      first = std::min<int>(first, kLinkSlot);
      second = std::min<int>(second, kLinkSlot);
    }
    Emit(OffsetOf(step.operation, LinkTernary(place, first, second)), others[0].offset, others[1].offset);
  }
  static int SourceOf(Home home) {
    return home.storage == kMemory ? kLinkMemory : home.storage == kScalar ? kLinkNumber : kLinkSlot;
  }

  const ChainTable* table_ = nullptr;
  std::vector<Link> full_, narrow_;
  int accumulator_ = -1;  // the register whose value the accumulator holds
  Home home_[kLimitRegisters];
};

}  // namespace

void PlanExpression(Expression& e, const Operand* operands, Step* steps, const View* views,
                    const ChainTable& handlers, bool mayStream, std::vector<Link>* links) {
  e.directResult = -1;
  ChainPlanner planner(e, operands, steps, views);
  planner.PlanAccess(mayStream);
  planner.MakeChains(handlers, links);
}

}  // namespace hebb
