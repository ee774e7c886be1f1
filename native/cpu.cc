// CPUID and XGETBV. An instruction set counts only if the operating system saves its registers.

#include "cpu.h"

#if defined(__x86_64__) || defined(_M_X64)
#define HEBB_X64 1
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif

namespace hebb {

namespace {

#if defined(HEBB_X64)
CpuidWords CpuidHere(uint32_t leaf, uint32_t subleaf) {
  CpuidWords r;
#if defined(_MSC_VER)
  int words[4];
  __cpuidex(words, static_cast<int>(leaf), static_cast<int>(subleaf));
  r = {static_cast<uint32_t>(words[0]), static_cast<uint32_t>(words[1]), static_cast<uint32_t>(words[2]),
       static_cast<uint32_t>(words[3])};
#else
  __cpuid_count(leaf, subleaf, r.a, r.b, r.c, r.d);
#endif
  return r;
}

uint64_t SavedStatesHere() {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<uint64_t>(high) << 32) | low;
#endif
}
#endif

bool Bit(uint32_t word, int n) { return ((word >> n) & 1) != 0; }

}  // namespace

CpuFeatures FeaturesOf(const Cpu& cpu) {
  constexpr uint64_t kAvxState = 0x6, kAvx512State = 0xe6;  // XMM, YMM; opmask, ZMM
  CpuFeatures f;
  // Beyond its highest leaf an Intel CPU answers with the words of another one.
  const uint32_t leaves = cpu.cpuid(0, 0).a;
  if (leaves < 7) return f;
  const CpuidWords one = cpu.cpuid(1, 0);
  const CpuidWords seven = cpu.cpuid(7, 0);
  const CpuidWords sevenOne = seven.a >= 1 ? cpu.cpuid(7, 1) : CpuidWords{};
  const bool hasXgetbv = Bit(one.c, 27);  // OSXSAVE
  const uint64_t states = hasXgetbv ? cpu.savedStates() : 0;
  const bool avx = (states & kAvxState) == kAvxState && Bit(one.c, 28);
  f.avx2 = avx && Bit(seven.b, 5);
  f.fma = avx && Bit(one.c, 12);
  const bool zmm = avx && (states & kAvx512State) == kAvx512State;
  f.avx512 = zmm && Bit(seven.b, 16) && Bit(seven.b, 30) && Bit(seven.b, 17) && Bit(seven.b, 31);
  f.avx512vnni = f.avx512 && Bit(seven.c, 11);
  f.avx512bf16 = f.avx512 && Bit(sevenOne.a, 5);
  return f;
}

const CpuFeatures& FeaturesHere() {
#if defined(HEBB_X64)
  static const CpuFeatures features = FeaturesOf({CpuidHere, SavedStatesHere});
#else
  static const CpuFeatures features;
#endif
  return features;
}

}  // namespace hebb
