// The kernels for one instruction set (avx512): exports one table.

namespace hebb {

extern const char* const kIsa_avx512 = "avx512";

}  // namespace hebb
