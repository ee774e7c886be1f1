// The cases of the conformance sweep (written by test/support/export-cases.ts) on every instruction set of
// this machine: against the definition's results, and the same bits on several threads, stopped after every
// instruction and unit, paused, aborted, with several programs at once. Made for the sanitizers and for qemu.
//   replay_test <file of cases>

#include <atomic>
#include <cmath>
#include <memory>
#include <string>
#include <thread>

#include "background.h"
#include "support.h"

namespace hebb {
namespace {

using namespace contract;

struct CaseArray {
  int32_t dtype, access;
  std::vector<char> initial, wanted;
};
struct Case {
  std::string name;
  double ulp, absolute;
  std::vector<int32_t> words;
  std::vector<CaseArray> arrays;
};

/** Reads what test/support/export-cases.ts wrote. */
class CaseReader {
 public:
  explicit CaseReader(const char* path) : file_(std::fopen(path, "rb")) {}
  ~CaseReader() {
    if (file_) std::fclose(file_);
  }
  CaseReader(const CaseReader&) = delete;
  CaseReader& operator=(const CaseReader&) = delete;
  bool IsOpen() const { return file_ != nullptr; }

  std::vector<Case> ReadAll() {
    std::vector<Case> cases(static_cast<size_t>(Word()));
    for (Case& c : cases) {
      const std::vector<char> name = Bytes(Word());
      c.name.assign(name.begin(), name.end());
      Read(&c.ulp, sizeof c.ulp);
      Read(&c.absolute, sizeof c.absolute);
      c.words.resize(static_cast<size_t>(Word()));
      Read(c.words.data(), c.words.size() * sizeof(int32_t));
      c.arrays.resize(static_cast<size_t>(Word()));
      for (CaseArray& a : c.arrays) {
        a.dtype = Word();
        a.access = Word();
        const int32_t bytes = Word();
        a.initial = Bytes(bytes);
        a.wanted = Bytes(bytes);
      }
    }
    return cases;
  }

 private:
  void Read(void* to, size_t bytes) {
    if (bytes == 0 || std::fread(to, 1, bytes, file_) == bytes) return;
    std::fprintf(stderr, "the file of cases is cut short\n");
    std::exit(1);
  }
  int32_t Word() {
    int32_t word;
    Read(&word, sizeof word);
    return word;
  }
  /** They are padded to whole words. */
  std::vector<char> Bytes(int32_t count) {
    std::vector<char> bytes(static_cast<size_t>(count + 3) & ~size_t{3});
    Read(bytes.data(), bytes.size());
    bytes.resize(static_cast<size_t>(count));
    return bytes;
  }

  std::FILE* file_;
};

// --- comparing
// -------------------------------------------------------------------------------------------------

template <class E>
bool Near(E actual, E wanted, double ulp, double absolute) {
  if (std::memcmp(&actual, &wanted, sizeof actual) == 0) return true;
  if (actual != actual && wanted != wanted) return true;  // NaNs may differ in what they carry
  if (ulp == 0 && absolute == 0) return false;
  double step = 0;
  if constexpr (static_cast<E>(0.5) != 0) {
    const E magnitude = std::fabs(wanted);
    const E above = std::nextafter(magnitude, static_cast<E>(INFINITY));
    step = std::isinf(above) ? std::ldexp(1.0, sizeof(E) == 4 ? 104 : 971)
                             : static_cast<double>(above) - static_cast<double>(magnitude);
  }
  return std::fabs(static_cast<double>(actual) - static_cast<double>(wanted)) <= ulp * step + absolute;
}

/** Index of the first element that is too far off, or -1. */
template <class E>
int64_t FirstFault(const char* actual, const std::vector<char>& wanted, double ulp, double absolute) {
  const size_t count = wanted.size() / sizeof(E);
  for (size_t i = 0; i < count; i++) {
    E a, w;
    std::memcpy(&a, actual + i * sizeof(E), sizeof(E));
    std::memcpy(&w, wanted.data() + i * sizeof(E), sizeof(E));
    if (!Near<E>(a, w, ulp, absolute)) return static_cast<int64_t>(i);
  }
  return -1;
}
int64_t FirstFault(int32_t dtype, const char* actual, const std::vector<char>& wanted, double ulp,
                   double absolute) {
  switch (dtype) {
    case kDtypeInt32: return FirstFault<int32_t>(actual, wanted, ulp, absolute);
    case kDtypeFloat32: return FirstFault<float>(actual, wanted, ulp, absolute);
    case kDtypeFloat64: return FirstFault<double>(actual, wanted, ulp, absolute);
    default: return FirstFault<uint8_t>(actual, wanted, ulp, absolute);
  }
}

// --- running
// ---------------------------------------------------------------------------------------------------

/** How a run is brought to its end. */
enum class Way { kAtOnce, kPlannedForMore, kEveryInstruction, kEveryUnit, kPaused, kAborted, kDisturbed };

const char* NameOf(Way way) {
  switch (way) {
    case Way::kAtOnce: return "at once";
    case Way::kPlannedForMore: return "at once, as a program that runs again";
    case Way::kEveryInstruction: return "stopped after every instruction";
    case Way::kEveryUnit: return "stopped after every unit";
    case Way::kPaused: return "paused at every boundary";
    case Way::kAborted: return "aborted at every boundary, and taken up again";
    case Way::kDisturbed: return "paused and aborted by another thread";
  }
  return "";
}

/** Memory aligned as an arena must be. */
struct Arena {
  explicit Arena(int64_t bytes)
      : memory(static_cast<char*>(bytes > 0 ? AllocateAligned(static_cast<size_t>(bytes)) : nullptr)) {}
  ~Arena() { FreeAligned(memory); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  char* memory;
};

using Arrays = std::vector<std::unique_ptr<Guarded<char>>>;

int32_t Finish(Program& program, Way way, int32_t* state, char* arena, char* const* pointers,
               const RunContext& context) {
  RunOptions options;
  if (way == Way::kEveryInstruction) options.instructions = 1;
  if (way == Way::kEveryUnit) options.budget = 0;
  const auto request = [&](int32_t what) { __atomic_store_n(&state[kStateRequest], what, __ATOMIC_RELAXED); };
  const auto advance = [&] { return Advance(program, state, arena, pointers, options, context); };
  if (way == Way::kPaused || way == Way::kAborted) {
    for (;;) {
      request(way == Way::kPaused ? kRequestPause : kRequestAbort);
      const int32_t status = advance();
      if (status == kStatusDone || status == kStatusFailed) return status;
      Expect(status == (way == Way::kPaused ? kStatusYielded : kStatusAborted), "what was asked for", status);
    }
  }
  std::atomic<bool> done{false};
  std::thread other;
  if (way == Way::kDisturbed) {
    other = std::thread([&] {
      for (int i = 0; !done.load(); i++) {
        request(i % 2 ? kRequestAbort : kRequestPause);
        std::this_thread::yield();
      }
    });
  }
  int32_t status;
  do {
    status = advance();
    if (status == kStatusAborted) request(kRequestNone);
  } while (status == kStatusYielded || (way == Way::kDisturbed && status == kStatusAborted));
  done.store(true);
  if (other.joinable()) other.join();
  return status;
}

/** Runs a case between guard zones. @return its arrays; none if it came to no good end */
Arrays RunCase(const Case& c, const KernelTable* kernels, Way way, ThreadPool* pool, int threads,
               ScratchMemory& scratch) {
  Arrays arrays;
  std::vector<char*> pointers;
  for (const CaseArray& a : c.arrays) {
    arrays.push_back(std::make_unique<Guarded<char>>(a.initial.size()));
    std::copy(a.initial.begin(), a.initial.end(), arrays.back()->data());
    pointers.push_back(arrays.back()->data());
  }
  Program program;
  const Refusal refusal =
      program.Load(c.words.data(), static_cast<int64_t>(c.words.size()), kernels, way != Way::kAtOnce);
  Expect(refusal.code == kProgramErrorNone, c.name.c_str(), refusal.code, refusal.at);
  if (refusal.code != kProgramErrorNone) return {};
  const Arena arena(program.arenaBytes);
  Workspace workspace;
  int32_t state[kStateWords] = {};
  const RunContext context = {pool, threads, &scratch, &workspace, nullptr};
  const int32_t status = Finish(program, way, state, arena.memory, pointers.data(), context);
  Expect(status == kStatusDone, c.name.c_str(), status, state[kStateError]);
  if (status != kStatusDone) return {};
  return arrays;
}

void Complain(const char* what, const Case& c, const KernelTable* kernels, Way way, int threads, size_t array,
              int64_t element) {
  Expect(false, what, static_cast<int64_t>(array), element, threads);
  if (failures <= 20) {
    std::fprintf(stderr, "  in %s, %s, %s, %d threads\n", c.name.c_str(), kernels->name, NameOf(way),
                 threads);
  }
}

/** Runs a case in one way; all of it is to be as `bits` says, or, where there are none yet, as defined. */
Arrays Check(const Case& c, const KernelTable* kernels, Way way, ThreadPool* pool, int threads,
             ScratchMemory& scratch, const Arrays* bits) {
  Arrays arrays = RunCase(c, kernels, way, pool, threads, scratch);
  for (size_t i = 0; i < arrays.size(); i++) {
    const CaseArray& a = c.arrays[i];
    if (!arrays[i]->Intact()) Complain("written outside an array", c, kernels, way, threads, i, -1);
    const bool isInput = (a.access & 2) == 0;
    int64_t at;
    if (isInput) {
      at = FirstFault(a.dtype, arrays[i]->data(), a.initial, 0, 0);
    } else if (bits) {
      if (i >= bits->size()) continue;
      const char* wanted = (*bits)[i]->data();
      at = FirstFault(a.dtype, arrays[i]->data(), {wanted, wanted + a.wanted.size()}, 0, 0);
    } else {
      at = FirstFault(a.dtype, arrays[i]->data(), a.wanted, c.ulp, c.absolute);
    }
    if (at < 0) continue;
    Complain(isInput ? "an input was changed"
             : bits  ? "other bits"
                     : "not as defined",
             c, kernels, way, threads, i, at);
  }
  return arrays;
}

/** Every case on every instruction set, in every way. */
void TestCases(const std::vector<Case>& cases) {
  const KernelTable* tables[kMaximalInstructionSets];
  const int count = AvailableKernels(tables);
  ThreadPool* pool = ThreadPool::Acquire();
  {
    ScratchMemory scratch;
    scratch.Reserve(0);
    for (int t = 0; t < count; t++) {
      const int before = failures;
      for (const Case& c : cases) {
        const Arrays bits = Check(c, tables[t], Way::kAtOnce, pool, 1, scratch, nullptr);
        if (bits.empty()) continue;
        const auto check = [&](Way way, int threads) {
          Check(c, tables[t], way, pool, threads, scratch, &bits);
        };
        check(Way::kPlannedForMore, 3);
        check(Way::kEveryUnit, 2);
        check(Way::kEveryInstruction, 1);
        if (c.name != "training program") continue;  // the others have no boundaries
        for (Way way : {Way::kPaused, Way::kAborted, Way::kDisturbed}) {
          for (int threads : {1, 3}) check(way, threads);
        }
      }
      std::printf("%s: %s\n", tables[t]->name, failures == before ? "ok" : "FAILED");
    }
  }
  ThreadPool::Release();
}

/** Several programs at once, on threads of their own that share the pool, as `advanceAsync` runs them. */
void TestManyAtOnce(const std::vector<Case>& cases) {
  constexpr int kPrograms = 4;
  const KernelTable* kernels = BestKernels();
  ThreadPool* pool = ThreadPool::Acquire();
  // Expect counts without a lock: each program's verdict is gathered after they have been joined.
  std::vector<Arrays> results(cases.size());
  {
    BackgroundThreads background;
    std::atomic<size_t> next{0};
    for (int p = 0; p < kPrograms; p++) {
      background.Start([&](ScratchMemory& scratch) {
        for (size_t i; (i = next.fetch_add(1)) < cases.size();) {
          results[i] = RunCase(cases[i], kernels, Way::kPlannedForMore, pool, 3, scratch);
        }
      });
    }
    background.Join();
  }
  for (size_t i = 0; i < cases.size(); i++) {
    const Case& c = cases[i];
    for (size_t a = 0; a < results[i].size(); a++) {
      const int64_t at =
          FirstFault(c.arrays[a].dtype, results[i][a]->data(), c.arrays[a].wanted, c.ulp, c.absolute);
      if ((c.arrays[a].access & 2) != 0 && at >= 0)
        Complain("not as defined, with others at once", c, kernels, Way::kPlannedForMore, 3, a, at);
    }
  }
  ThreadPool::Release();
  std::printf("several programs at once: %s\n", failures == 0 ? "ok" : "FAILED");
}

}  // namespace
}  // namespace hebb

int main(int argumentCount, char** arguments) {
  using namespace hebb;
  constexpr int kSkipped = 77;
  if (argumentCount < 2) return kSkipped;
  CaseReader reader(arguments[1]);
  if (!reader.IsOpen()) {
    std::printf("there is no %s: `npm run build:cmake -- --test` writes it\n", arguments[1]);
    return kSkipped;
  }
  const std::vector<Case> cases = reader.ReadAll();
  TestCases(cases);
  TestManyAtOnce(cases);
  std::printf("%d cases\n", static_cast<int>(cases.size()));
  return failures == 0 ? 0 : 1;
}
