// The kernels for one instruction set (avx2): exports one table.

#include "simd/avx2.h"

#include "kernels/kernels.h"

namespace hebb {
namespace {

// 6 x 2 registers of sums, 2 of B and 1 of A leave one of 16 free; two 256-bit multiply-adds a cycle and a
// latency of 4 want at least 8 sums. Blocks as for AVX-512; but a tile reads 64 bytes of a row of B, half of
// what the CPU fetches, so packing pays earlier: 512^3 at 94 % of peak, with B where it lies 84 %.
template <class T>
struct GemmTiles;
template <>
struct GemmTiles<Float32> {
  static constexpr int rows = 6;
  static constexpr int vectors = 2;
  static constexpr int64_t blockDepth = 1024;
  static constexpr int64_t blockElements = 1 << 17;
  static constexpr int64_t unitRows = 240;
  static constexpr int64_t stayBytes = 256 << 10;
  static constexpr int64_t packFromRows = 64;
  static constexpr double productsPerNanosecond = 50;
};
template <>
struct GemmTiles<Float64> {
  static constexpr int rows = 6;
  static constexpr int vectors = 2;
  static constexpr int64_t blockDepth = 1024;
  static constexpr int64_t blockElements = 1 << 16;
  static constexpr int64_t unitRows = 240;
  static constexpr int64_t stayBytes = 256 << 10;
  static constexpr int64_t packFromRows = 64;
  static constexpr double productsPerNanosecond = 25;
};

}  // namespace
}  // namespace hebb

#include "kernels/all.inl"

namespace hebb {

extern const KernelTable kAvx2Kernels = makeKernelTable("avx2");

}  // namespace hebb
