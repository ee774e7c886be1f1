// Which instruction sets this CPU (and its operating system) has, and the kernels compiled for each.

#ifndef HEBB_DISPATCH_H_
#define HEBB_DISPATCH_H_

#include "kernels/kernels.h"

namespace hebb {

/** More than any architecture has. */
constexpr int kMaximalInstructionSets = 4;

/** The kernels that can run here, the best last. @return how many */
int AvailableKernels(const KernelTable* (&tables)[kMaximalInstructionSets]);

/** The best kernels, or those of that name; null if they cannot run here. */
const KernelTable* BestKernels();
const KernelTable* KernelsNamed(const char* name);

/** CPU features that matter here, found by CPUID: names, null-terminated. */
const char* const* CpuFeatures();

}  // namespace hebb

#endif  // HEBB_DISPATCH_H_
