// Chooses kernels by the CPU's features.

#include "dispatch.h"

namespace hebb {

namespace {

#if defined(__x86_64__) || defined(_M_X64)
bool IsRounded(const Task& task) {
  return task.words[contract::kGemmPrecision] == contract::kPrecisionBfloat16;
}
void RunGemm(const Task& task, const Split& split, int phase, int64_t begin, int64_t end, Scratch& scratch) {
  const KernelFunction full = kAvx512Kernels.kernels[contract::kOpGemm];
  (IsRounded(task) ? kAvx512Bfloat16.kernel : full)(task, split, phase, begin, end, scratch);
}
void SplitGemm(const Task& task, Split* split) {
  (IsRounded(task) ? kAvx512Bfloat16.split : kAvx512Kernels.splits[contract::kOpGemm])(task, split);
}
/** The kernels of AVX-512, with gemm of rounded operands by AVX512_BF16. */
const KernelTable* KernelsWithBfloat16() {
  static const KernelTable table = [] {
    KernelTable made = kAvx512Kernels;
    made.kernels[contract::kOpGemm] = RunGemm;
    made.splits[contract::kOpGemm] = SplitGemm;
    return made;
  }();
  return &table;
}
#endif

}  // namespace

int KernelsFor([[maybe_unused]] const CpuFeatures& f, const KernelTable* (&tables)[kMaximalInstructionSets]) {
  int count = 0;
#if defined(__aarch64__) || defined(_M_ARM64)
  tables[count++] = &kNeonKernels;
#else
  tables[count++] = &kBaselineKernels;
#endif
#if defined(__x86_64__) || defined(_M_X64)
  if (f.avx2 && f.fma) tables[count++] = &kAvx2Kernels;
  if (f.avx2 && f.fma && f.avx512) tables[count++] = f.avx512bf16 ? KernelsWithBfloat16() : &kAvx512Kernels;
#endif
  return count;
}

int AvailableKernels(const KernelTable* (&tables)[kMaximalInstructionSets]) {
  return KernelsFor(FeaturesHere(), tables);
}

const KernelTable* BestKernels() {
  const KernelTable* tables[kMaximalInstructionSets];
  return tables[AvailableKernels(tables) - 1];
}

int FeatureNames(const CpuFeatures& f, const char* (&names)[kMaximalFeatures]) {
  int count = 0;
  const auto add = [&](bool has, const char* name) {
    if (has) names[count++] = name;
  };
  add(f.avx2, "avx2");
  add(f.fma, "fma");
  add(f.avx512, "avx512");
  add(f.avx512vnni, "avx512_vnni");
  add(f.avx512bf16, "avx512_bf16");
#if defined(__aarch64__) || defined(_M_ARM64)
  add(true, "neon");
#endif
  return count;
}

}  // namespace hebb
