// The dispatch on CPUs that are not here: CPUID words and register states of machines, real and odd, and the
// kernels that each of them must get.

#include <string>

#include "support.h"

namespace hebb {
namespace {

// Bits of CPUID.
constexpr uint32_t kFma = 1u << 12, kXsave = 1u << 26, kOsxsave = 1u << 27, kAvx = 1u << 28;  // leaf 1, ECX
constexpr uint32_t kAvx2 = 1u << 5, kAvx512f = 1u << 16, kAvx512dq = 1u << 17;                // leaf 7, EBX
constexpr uint32_t kAvx512bw = 1u << 30, kAvx512vl = 1u << 31;
constexpr uint32_t kAvx512All = kAvx512f | kAvx512dq | kAvx512bw | kAvx512vl;
constexpr uint32_t kVnni = 1u << 11;  // leaf 7, ECX
constexpr uint32_t kBf16 = 1u << 5;   // leaf 7, subleaf 1, EAX

// Register states of XGETBV: x87, XMM, YMM, opmask, upper halves of ZMM0-15, ZMM16-31.
constexpr uint64_t kSavesSse = 0x3, kSavesAvx = 0x7, kSavesAvx512 = 0xe7;
constexpr uint64_t kSavesNoOpmask = 0xc7, kSavesNoHighZmm = 0x67;

struct Machine {
  const char* name;
  uint32_t leaves, oneC, sevenA, sevenB, sevenC, sevenOneA;
  uint64_t states;
  const char* sets;      // expected, the best last
  const char* features;  // expected
};

constexpr uint32_t kModern = kFma | kXsave | kOsxsave | kAvx;

const Machine kMachines[] = {
    {"Zen 4", 16, kModern, 1, kAvx2 | kAvx512All, kVnni, kBf16, kSavesAvx512, "baseline avx2 avx512",
     "avx2 fma avx512 avx512_vnni avx512_bf16"},
    {"Skylake server", 22, kModern, 0, kAvx2 | kAvx512All, 0, 0, kSavesAvx512, "baseline avx2 avx512",
     "avx2 fma avx512"},
    {"Haswell", 13, kModern, 0, kAvx2, 0, 0, kSavesAvx, "baseline avx2", "avx2 fma"},
    {"Sandy Bridge: AVX alone", 13, kXsave | kOsxsave | kAvx, 0, 0, 0, 0, kSavesAvx, "baseline", ""},
    {"Nehalem", 11, 0, 0, 0, 0, 0, 0, "baseline", ""},
    {"AVX2 without FMA (VIA Nano, some emulators)", 13, kXsave | kOsxsave | kAvx, 0, kAvx2, 0, 0, kSavesAvx,
     "baseline", "avx2"},
    {"FMA without AVX2 (Piledriver)", 13, kModern, 0, 0, 0, 0, kSavesAvx, "baseline", "fma"},
    {"Knights Landing: AVX-512 F without BW, DQ, VL", 13, kModern, 0, kAvx2 | kAvx512f, 0, 0, kSavesAvx512,
     "baseline avx2", "avx2 fma"},
    {"AVX-512 without FMA", 16, kXsave | kOsxsave | kAvx, 0, kAvx2 | kAvx512All, 0, 0, kSavesAvx512,
     "baseline", "avx2 avx512"},
    {"the system saves no ZMM", 16, kModern, 1, kAvx2 | kAvx512All, kVnni, kBf16, kSavesAvx, "baseline avx2",
     "avx2 fma"},
    {"the system saves no opmask", 16, kModern, 0, kAvx2 | kAvx512All, 0, 0, kSavesNoOpmask, "baseline avx2",
     "avx2 fma"},
    {"the system saves no ZMM16-31", 16, kModern, 0, kAvx2 | kAvx512All, 0, 0, kSavesNoHighZmm,
     "baseline avx2", "avx2 fma"},
    {"the system saves no YMM", 16, kModern, 1, kAvx2 | kAvx512All, kVnni, kBf16, kSavesSse, "baseline", ""},
    {"no XGETBV: the system is too old", 16, kFma | kXsave | kAvx, 1, kAvx2 | kAvx512All, kVnni, kBf16,
     kSavesAvx512, "baseline", ""},
    {"YMM but no AVX: the hypervisor masks it", 16, kFma | kXsave | kOsxsave, 0, kAvx2 | kAvx512All, 0, 0,
     kSavesAvx512, "baseline", ""},
    {"leaf 7 beyond the highest", 6, kModern, 1, kAvx2 | kAvx512All, kVnni, kBf16, kSavesAvx512, "baseline",
     ""},
    {"subleaf 1 beyond the highest", 16, kModern, 0, kAvx2 | kAvx512All, kVnni, kBf16, kSavesAvx512,
     "baseline avx2 avx512", "avx2 fma avx512 avx512_vnni"},
};

const Machine* asked;  // Cpu has plain functions, which know it from here

CpuidWords CpuidOf(uint32_t leaf, uint32_t subleaf) {
  // Beyond the highest leaf or subleaf there is nothing to rely on, so nobody may look there.
  Expect(leaf <= asked->leaves, "no leaf beyond the highest is read", leaf);
  if (leaf == 0) return {asked->leaves, 0, 0, 0};
  if (leaf == 1) return {0, 0, asked->oneC, 0};
  Expect(leaf == 7, "a leaf that means something", leaf);
  Expect(subleaf <= asked->sevenA, "no subleaf beyond the highest is read", subleaf);
  if (subleaf == 0) return {asked->sevenA, asked->sevenB, asked->sevenC, 0};
  return {asked->sevenOneA, 0, 0, 0};
}
uint64_t StatesOf() {
  Expect((asked->oneC & kOsxsave) != 0, "XGETBV is only used where it is");
  return asked->states;
}

template <class Names, class NameOf>
std::string Joined(const Names& names, int count, const NameOf& nameOf) {
  std::string text;
  for (int i = 0; i < count; i++) text += (i > 0 ? " " : "") + std::string(nameOf(names[i]));
  return text;
}

void TestMachine(const Machine& machine) {
  asked = &machine;
  const CpuFeatures features = FeaturesOf({CpuidOf, StatesOf});
  const KernelTable* tables[kMaximalInstructionSets];
  const std::string sets =
      Joined(tables, KernelsFor(features, tables), [](const KernelTable* t) { return t->name; });
  const char* names[kMaximalFeatures];
  const std::string found =
      Joined(names, FeatureNames(features, names), [](const char* name) { return name; });
#if defined(__x86_64__)
  const std::string wanted = machine.sets;
  const std::string wantedFeatures = machine.features;
#else
  // Here nothing depends on what CPUID would say.
  const std::string wanted = BestKernels()->name;
  const std::string wantedFeatures = found;
#endif
  if (sets != wanted || found != wantedFeatures) {
    std::fprintf(stderr, "%s: got \"%s\" (%s), expected \"%s\" (%s)\n", machine.name, sets.c_str(),
                 found.c_str(), wanted.c_str(), wantedFeatures.c_str());
  }
  Expect(sets == wanted, "the kernels of a machine");
  Expect(found == wantedFeatures, "the features of a machine");
}

/** Here, too: the best kernels are the last of those available, and each has all that it needs. */
void TestHere() {
  const KernelTable* tables[kMaximalInstructionSets];
  const int count = AvailableKernels(tables);
  Expect(count >= 1 && BestKernels() == tables[count - 1], "the best kernels");
  for (int t = 0; t < count; t++) {
    for (int op = 0; op < contract::kOpCount; op++) {
      Expect((tables[t]->kernels[op] != nullptr) == (tables[0]->kernels[op] != nullptr),
             "instruction sets have the same kernels", t, op);
    }
  }
}

}  // namespace
}  // namespace hebb

int main() {
  using namespace hebb;
  for (const Machine& machine : kMachines) TestMachine(machine);
  TestHere();
  std::printf("dispatch: %s\n", failures == 0 ? "ok" : "FAILED");
  return failures == 0 ? 0 : 1;
}
