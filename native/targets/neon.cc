// The kernels for one instruction set (neon): exports one table.

#include "simd/neon.h"

#include "kernels/kernels.h"

namespace hebb {
namespace {

// 8 x 2 registers of sums, 2 of B and 1 of A leave 13 of 32 free: two to four 128-bit multiply-adds a cycle
// and a latency of 4 want 8 to 16 sums. Each row of A is one scalar, by which fmla multiplies whole vectors.
// Not tuned on a machine: the blocks are those of the other instruction sets.
template <class T>
struct GemmTiles;
template <>
struct GemmTiles<Float32> {
  static constexpr int rows = 8;
  static constexpr int vectors = 2;
  static constexpr int64_t blockDepth = 1024;
  static constexpr int64_t blockElements = 1 << 17;
  static constexpr int64_t unitRows = 256;
  static constexpr int64_t stayBytes = 256 << 10;
  static constexpr int64_t packFromRows = 64;
  static constexpr double productsPerNanosecond = 20;
};
template <>
struct GemmTiles<Float64> {
  static constexpr int rows = 8;
  static constexpr int vectors = 2;
  static constexpr int64_t blockDepth = 1024;
  static constexpr int64_t blockElements = 1 << 16;
  static constexpr int64_t unitRows = 256;
  static constexpr int64_t stayBytes = 256 << 10;
  static constexpr int64_t packFromRows = 64;
  static constexpr double productsPerNanosecond = 10;
};

}  // namespace
}  // namespace hebb

#include "kernels/all.inl"

namespace hebb {

extern const KernelTable kNeonKernels = makeKernelTable("neon");

}  // namespace hebb
