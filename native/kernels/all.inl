// All kernels of an instruction set, and their table.

#include "kernels/math.inl"
//
#include "kernels/convert.inl"
#include "kernels/scalar.inl"
//
#include "kernels/functions.inl"
//
#include "kernels/operations.inl"
//
#include "kernels/rows.inl"
//
#include "kernels/chain.inl"
//
#include "kernels/expression.inl"
//
#include "kernels/check.inl"
#include "kernels/copy.inl"
#include "kernels/gather.inl"
//
#include "kernels/gemm_pack.inl"
#include "kernels/gemm_tile.inl"
#include "kernels/gemm_vector.inl"
//
#include "kernels/gemm.inl"
#include "kernels/map.inl"
#include "kernels/random.inl"
#include "kernels/reduce.inl"
#include "kernels/scatter_add.inl"
#include "kernels/softmax.inl"
//
#include "kernels/cross_entropy.inl"
#include "kernels/small.inl"

namespace hebb {
namespace {

void splitGemm(const Task& task, Split* split) {
  if (task.dtype == contract::kDtypeFloat32) return splitProduct<Float32>(task, split);
  return splitProduct<Float64>(task, split);
}

void runGemm(const Task& task, const Split&, int phase, int64_t begin, int64_t end, Scratch& scratch) {
  if (task.dtype == contract::kDtypeFloat32) return gemmUnits<Float32>(task, phase, begin, end, scratch);
  gemmUnits<Float64>(task, phase, begin, end, scratch);
}

constexpr KernelTable makeKernelTable(const char* name) {
  KernelTable table{};
  table.name = name;
  table.chains[contract::kDtypeInt32] = makeChainTable<Int32>();
  table.chains[contract::kDtypeFloat32] = makeChainTable<Float32>();
  table.chains[contract::kDtypeFloat64] = makeChainTable<Float64>();
  const auto add = [&](int32_t opcode, KernelFunction kernel, SplitFunction split, VerifyFunction verify) {
    table.kernels[opcode] = kernel;
    table.splits[opcode] = split;
    table.verifies[opcode] = verify;
  };
  add(contract::kOpMap, runMap, splitMap, nullptr);
  add(contract::kOpReduce, runReduce, splitReduce, nullptr);
  add(contract::kOpGemm, runGemm, splitGemm, nullptr);
  add(contract::kOpGather, runGather, splitGather, verifyGather);
  add(contract::kOpScatterAdd, runScatterAdd, splitScatterAdd, verifyScatterAdd);
  add(contract::kOpCopy, runCopy, splitCopy, nullptr);
  add(contract::kOpRandom, runRandom, splitRandom, nullptr);
  add(contract::kOpSoftmax, runSoftmax, splitSoftmax, nullptr);
  add(contract::kOpCrossEntropy, runCrossEntropy, splitCrossEntropy, verifyCrossEntropy);
  add(contract::kOpCheck, nullptr, splitCheck, verifyCheck);
  table.smalls[contract::kOpMap] = planSmallMap;
  table.smalls[contract::kOpReduce] = planSmallReduce;
  table.smalls[contract::kOpGemm] = planSmallGemm;
  table.smalls[contract::kOpGather] = planSmallGather;
  table.smalls[contract::kOpCopy] = planSmallCopy;
  return table;
}

}  // namespace
}  // namespace hebb
