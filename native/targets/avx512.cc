// The kernels for one instruction set (avx512): exports one table.

#include "simd/avx512.h"

#include "kernels/kernels.h"

namespace hebb {
namespace {

// 8 x 2 registers of sums: one 512-bit multiply-add a cycle and a latency of 4 would be content with 4 of
// them; 8 x 32 divides the sizes that layers have. A unit's block of B, blockElements, is 512 KiB, half of
// L2, in which it stays for all rows; so deep blocks have few columns, and up to blockDepth the sums are
// written once, not read again (1024^3: 97 % of peak besides packing; 94 % in blocks of 512 x 256). B of up
// to stayBytes is read where it lies (97 % of peak at 128x512x784 against 93 % packed), a larger one is
// packed if packFromRows rows use it.
template <class T>
struct GemmTiles;
template <>
struct GemmTiles<Float32> {
  static constexpr int rows = 8;
  static constexpr int vectors = 2;
  static constexpr int64_t blockDepth = 1024;
  static constexpr int64_t blockElements = 1 << 17;
  static constexpr int64_t unitRows = 256;
  static constexpr int64_t stayBytes = 2 << 20;
  static constexpr int64_t packFromRows = 64;
  static constexpr double productsPerNanosecond = 55;
};
template <>
struct GemmTiles<Float64> {
  static constexpr int rows = 8;
  static constexpr int vectors = 2;
  static constexpr int64_t blockDepth = 1024;
  static constexpr int64_t blockElements = 1 << 16;
  static constexpr int64_t unitRows = 256;
  static constexpr int64_t stayBytes = 1 << 20;
  static constexpr int64_t packFromRows = 64;
  static constexpr double productsPerNanosecond = 27.5;
};

}  // namespace
}  // namespace hebb

#include "kernels/all.inl"

namespace hebb {

extern const KernelTable kAvx512Kernels = makeKernelTable("avx512");

}  // namespace hebb
