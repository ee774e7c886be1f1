// Chooses kernels by CPUID, and by XGETBV: an instruction set counts only if the operating system saves its
// registers.

#include "dispatch.h"

#include <cstdint>
#include <cstring>

#if defined(__x86_64__) || defined(_M_X64)
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif

namespace hebb {

namespace {

struct Features {
  bool avx2 = false, fma = false;
  bool avx512 = false;  // F, BW, DQ and VL
  bool avx512bf16 = false, avx512vnni = false;
  const char* names[8] = {};
};

#if defined(__x86_64__) || defined(_M_X64)
struct CpuidResult {
  uint32_t a = 0, b = 0, c = 0, d = 0;
};

CpuidResult Cpuid(uint32_t leaf, uint32_t subleaf) {
  CpuidResult r;
#if defined(_MSC_VER)
  int words[4];
  __cpuidex(words, static_cast<int>(leaf), static_cast<int>(subleaf));
  r = {static_cast<uint32_t>(words[0]), static_cast<uint32_t>(words[1]), static_cast<uint32_t>(words[2]),
       static_cast<uint32_t>(words[3])};
#else
  if (leaf > __get_cpuid_max(leaf & 0x80000000u, nullptr)) return r;
  __cpuid_count(leaf, subleaf, r.a, r.b, r.c, r.d);
#endif
  return r;
}

/** Register states that the operating system saves. */
uint64_t SavedStates() {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<uint64_t>(high) << 32) | low;
#endif
}
#endif

Features Detect() {
  Features f;
  int count = 0;
  const auto add = [&](bool has, const char* name) {
    if (has) f.names[count++] = name;
    return has;
  };
#if defined(__x86_64__) || defined(_M_X64)
  constexpr uint64_t kAvxState = 0x6, kAvx512State = 0xe6;  // XMM, YMM; opmask, ZMM
  const CpuidResult one = Cpuid(1, 0);
  const CpuidResult seven = Cpuid(7, 0);
  const CpuidResult sevenOne = seven.a >= 1 ? Cpuid(7, 1) : CpuidResult{};
  const auto bit = [](uint32_t word, int n) { return ((word >> n) & 1) != 0; };
  const bool saves = bit(one.c, 27);  // OSXSAVE: xgetbv exists
  const uint64_t states = saves ? SavedStates() : 0;
  const bool avx = (states & kAvxState) == kAvxState && bit(one.c, 28);
  f.avx2 = add(avx && bit(seven.b, 5), "avx2");
  f.fma = add(avx && bit(one.c, 12), "fma");
  const bool zmm = (states & kAvx512State) == kAvx512State;
  f.avx512 =
      add(zmm && bit(seven.b, 16) && bit(seven.b, 30) && bit(seven.b, 17) && bit(seven.b, 31), "avx512");
  f.avx512vnni = add(f.avx512 && bit(seven.c, 11), "avx512_vnni");
  f.avx512bf16 = add(f.avx512 && bit(sevenOne.a, 5), "avx512_bf16");
#elif defined(__aarch64__)
  add(true, "neon");
#endif
  return f;
}

const Features& DetectedFeatures() {
  static const Features features = Detect();
  return features;
}

}  // namespace

int AvailableKernels(const KernelTable* (&tables)[kMaximalInstructionSets]) {
  int count = 0;
  tables[count++] = &kBaselineKernels;
#if defined(__x86_64__) || defined(_M_X64)
  const Features& f = DetectedFeatures();
  if (f.avx2 && f.fma) tables[count++] = &kAvx2Kernels;
  if (f.avx2 && f.fma && f.avx512) tables[count++] = &kAvx512Kernels;
#endif
  return count;
}

const KernelTable* BestKernels() {
  const KernelTable* tables[kMaximalInstructionSets];
  return tables[AvailableKernels(tables) - 1];
}

const KernelTable* KernelsNamed(const char* name) {
  const KernelTable* tables[kMaximalInstructionSets];
  const int count = AvailableKernels(tables);
  for (int i = 0; i < count; i++) {
    if (std::strcmp(tables[i]->name, name) == 0) return tables[i];
  }
  return nullptr;
}

const char* const* CpuFeatures() { return DetectedFeatures().names; }

}  // namespace hebb
