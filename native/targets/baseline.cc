// The kernels for one instruction set (baseline): exports one table.

#include "simd/baseline.h"

#include "kernels/kernels.h"

namespace hebb {
namespace {

// 4 x 2 registers of sums, 2 of B, 1 of A and a product of 16.
template <class T>
struct GemmTiles;
template <>
struct GemmTiles<Float32> {
  static constexpr int rows = 4;
  static constexpr int vectors = 2;
  static constexpr int64_t blockDepth = 1024;
  static constexpr int64_t blockElements = 1 << 17;
  static constexpr int64_t unitRows = 256;
  static constexpr int64_t stayBytes = 256 << 10;
  static constexpr int64_t packFromRows = 64;
  static constexpr double productsPerNanosecond = 10;
};
template <>
struct GemmTiles<Float64> {
  static constexpr int rows = 4;
  static constexpr int vectors = 2;
  static constexpr int64_t blockDepth = 1024;
  static constexpr int64_t blockElements = 1 << 16;
  static constexpr int64_t unitRows = 256;
  static constexpr int64_t stayBytes = 256 << 10;
  static constexpr int64_t packFromRows = 64;
  static constexpr double productsPerNanosecond = 5;
};

}  // namespace
}  // namespace hebb

#include "kernels/all.inl"

namespace hebb {

extern const KernelTable kBaselineKernels = makeKernelTable("baseline");

}  // namespace hebb
