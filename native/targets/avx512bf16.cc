// gemm of operands rounded to bfloat16, for CPUs that have AVX512_BF16 besides AVX-512: one kernel, which
// takes the place of that of avx512.cc for such products.

#include "simd/avx512.h"
//
#include "kernels/kernels.h"

namespace hebb {
namespace {

struct Bfloat16Pairs;

// As for float32 in avx512.cc, an element of a panel being a pair; both operands are always packed.
template <class T>
struct GemmTiles;
template <>
struct GemmTiles<Bfloat16Pairs> {
  static constexpr int rows = 8;
  static constexpr int vectors = 2;
  static constexpr int64_t blockDepth = 1024;
  static constexpr int64_t blockElements = 1 << 17;
  static constexpr int64_t unitRows = 256;
  static constexpr int64_t stayBytes = 0;
  static constexpr int64_t packFromRows = 0;
  static constexpr double productsPerNanosecond = 55;
};

}  // namespace
}  // namespace hebb

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
#include "kernels/gemm_pack.inl"
#include "kernels/gemm_tile.inl"
#include "kernels/gemm_vector.inl"
//
#include "kernels/gemm_bfloat16.inl"
//
#include "kernels/gemm.inl"

namespace hebb {
namespace {

void runBfloat16Gemm(const Task& task, const Split&, int phase, int64_t begin, int64_t end,
                     Scratch& scratch) {
  gemmUnits<Bfloat16Pairs>(task, phase, begin, end, scratch);
}
void splitBfloat16Gemm(const Task& task, Split* split) { splitProduct<Bfloat16Pairs>(task, split); }

}  // namespace

extern const RoundedGemm kAvx512Bfloat16 = {runBfloat16Gemm, splitBfloat16Gemm};

}  // namespace hebb
