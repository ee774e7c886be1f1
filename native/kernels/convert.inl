// Loads and stores of expressions that convert: from any dtype to the compute dtype and back, with any
// stride. Plain loops; the rules are those of `map` in src/contract/instructions.ts.

namespace hebb {
namespace {

/** bool is stored as a byte like uint8, but numbers are converted to it differently. */
struct Bool {
  uint8_t value;
};

template <class To, class From>
struct Convert {
  static HEBB_INLINE To of(From x) { return static_cast<To>(x); }
};
/** From a float: towards zero, saturating, NaN to 0. */
template <class From>
struct ConvertToInt {
  static HEBB_INLINE int32_t of(From x) {
    if (!(x == x)) return 0;
    if (x >= static_cast<From>(2147483648.0)) return 2147483647;
    if (x <= static_cast<From>(-2147483648.0)) return -2147483647 - 1;
    return static_cast<int32_t>(x);
  }
};
template <>
struct Convert<int32_t, float> : ConvertToInt<float> {};
template <>
struct Convert<int32_t, double> : ConvertToInt<double> {};
template <class From>
struct ConvertToByte {
  static HEBB_INLINE uint8_t of(From x) {
    if (!(x > 0)) return 0;
    return x >= 255 ? 255 : static_cast<uint8_t>(x);
  }
};
template <>
struct Convert<uint8_t, float> : ConvertToByte<float> {};
template <>
struct Convert<uint8_t, double> : ConvertToByte<double> {};
template <class From>
struct Convert<Bool, From> {
  static HEBB_INLINE Bool of(From x) { return {static_cast<uint8_t>(x != 0)}; }
};
template <class To>
struct Convert<To, Bool> {
  static HEBB_INLINE To of(Bool x) { return static_cast<To>(x.value); }
};

/** Keeps the compiler from vectorising a loop with gaps, which takes kilobytes and gains nothing. */
HEBB_INLINE void oneByOne() { asm volatile(""); }

template <class To, class From>
HEBB_INLINE void convertIn(To* out, const From* in, int64_t stride, int n) {
  if (stride == 1) {
#pragma GCC ivdep
    for (int i = 0; i < n; i++) out[i] = Convert<To, From>::of(in[i]);
  } else {
    for (int i = 0; i < n; i++) {
      out[i] = Convert<To, From>::of(in[i * stride]);
      oneByOne();
    }
  }
}
template <class To, class From>
HEBB_INLINE void convertOut(To* out, const From* in, int64_t stride, int n) {
  if (stride == 1) {
#pragma GCC ivdep
    for (int i = 0; i < n; i++) out[i] = Convert<To, From>::of(in[i]);
  } else {
    for (int i = 0; i < n; i++) {
      out[i * stride] = Convert<To, From>::of(in[i]);
      oneByOne();
    }
  }
}

/** Reads n elements of `dtype`, `stride` apart, into a register. */
template <class E>
HEBB_OUTLINE void loadConverted(E* out, const char* in, int32_t dtype, int64_t stride, int n) {
  switch (dtype) {
    case contract::kDtypeBool: return convertIn(out, reinterpret_cast<const Bool*>(in), stride, n);
    case contract::kDtypeUint8: return convertIn(out, reinterpret_cast<const uint8_t*>(in), stride, n);
    case contract::kDtypeInt32: return convertIn(out, reinterpret_cast<const int32_t*>(in), stride, n);
    case contract::kDtypeFloat32: return convertIn(out, reinterpret_cast<const float*>(in), stride, n);
    default: return convertIn(out, reinterpret_cast<const double*>(in), stride, n);
  }
}

/** Writes n elements of a register as `dtype`, `stride` apart. */
template <class E>
HEBB_OUTLINE void storeConverted(char* out, const E* in, int32_t dtype, int64_t stride, int n) {
  switch (dtype) {
    case contract::kDtypeBool: return convertOut(reinterpret_cast<Bool*>(out), in, stride, n);
    case contract::kDtypeUint8: return convertOut(reinterpret_cast<uint8_t*>(out), in, stride, n);
    case contract::kDtypeInt32: return convertOut(reinterpret_cast<int32_t*>(out), in, stride, n);
    case contract::kDtypeFloat32: return convertOut(reinterpret_cast<float*>(out), in, stride, n);
    default: return convertOut(reinterpret_cast<double*>(out), in, stride, n);
  }
}

}  // namespace
}  // namespace hebb
