// What a CPU can do and its operating system lets it do, from CPUID and XGETBV. Apart from dispatch.cc, so
// that the tests can ask about CPUs that are not here.

#ifndef HEBB_CPU_H_
#define HEBB_CPU_H_

#include <cstdint>

namespace hebb {

struct CpuidWords {
  uint32_t a = 0, b = 0, c = 0, d = 0;
};

/** An x86-64 CPU to be asked. */
struct Cpu {
  CpuidWords (*cpuid)(uint32_t leaf, uint32_t subleaf);
  /** XGETBV: the register states that the operating system saves. Only to be called if CPUID has OSXSAVE. */
  uint64_t (*savedStates)();
};

struct CpuFeatures {
  bool avx2 = false, fma = false;
  bool avx512 = false;  // F, BW, DQ and VL
  bool avx512vnni = false, avx512bf16 = false;
};

/** The features that can be used: the CPU has them, and the operating system saves the registers they need.
 */
CpuFeatures FeaturesOf(const Cpu& cpu);

/** The features of this machine; none where it is not x86-64. */
const CpuFeatures& FeaturesHere();

}  // namespace hebb

#endif  // HEBB_CPU_H_
