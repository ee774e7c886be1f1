// Which instruction sets this CPU (and its operating system) has, and the kernels compiled for each.

#ifndef HEBB_DISPATCH_H_
#define HEBB_DISPATCH_H_

#include "cpu.h"
#include "kernels/kernels.h"

namespace hebb {

/** More than any architecture has. */
constexpr int kMaximalInstructionSets = 4;
constexpr int kMaximalFeatures = 8;

/** The kernels that a CPU with these features can run, the best last. @return how many */
int KernelsFor(const CpuFeatures& features, const KernelTable* (&tables)[kMaximalInstructionSets]);

/** The same for this CPU. */
int AvailableKernels(const KernelTable* (&tables)[kMaximalInstructionSets]);

/** The best of them. */
const KernelTable* BestKernels();

/** Names of the features that matter here. @return how many */
int FeatureNames(const CpuFeatures& features, const char* (&names)[kMaximalFeatures]);

}  // namespace hebb

#endif  // HEBB_DISPATCH_H_
