// minimum and maximum of floats by the contract's rules where the instruction set has only "a < b ? a : b":
// NaN if either is NaN, -0 below +0.

#ifndef HEBB_SIMD_ORDERED_H_
#define HEBB_SIMD_ORDERED_H_

#include "simd/vectors.h"

namespace hebb {
namespace {

// Of two equal numbers only the zeros can differ in their bits, and only in the sign: `and` clears it, `or`
// sets it.
template <class Mask, class Vector>
HEBB_INLINE Vector orderedMaximum(Vector a, Vector b) {
  Vector ab = a > b ? a : b;
  Vector ba = b > a ? b : a;
  Vector both = bits<Vector>(bits<Mask>(ab) & bits<Mask>(ba));
  Mask unordered = (a != a) | (b != b);
  return unordered ? a + b : both;
}
template <class Mask, class Vector>
HEBB_INLINE Vector orderedMinimum(Vector a, Vector b) {
  Vector ab = a < b ? a : b;
  Vector ba = b < a ? b : a;
  Vector both = bits<Vector>(bits<Mask>(ab) | bits<Mask>(ba));
  Mask unordered = (a != a) | (b != b);
  return unordered ? a + b : both;
}

HEBB_INLINE FloatVector maximum(FloatVector a, FloatVector b) { return orderedMaximum<IntVector>(a, b); }
HEBB_INLINE FloatVector minimum(FloatVector a, FloatVector b) { return orderedMinimum<IntVector>(a, b); }
HEBB_INLINE DoubleVector maximum(DoubleVector a, DoubleVector b) { return orderedMaximum<LongVector>(a, b); }
HEBB_INLINE DoubleVector minimum(DoubleVector a, DoubleVector b) { return orderedMinimum<LongVector>(a, b); }

}  // namespace
}  // namespace hebb

#endif  // HEBB_SIMD_ORDERED_H_
