// The kernels for one instruction set (avx2): exports one table.

namespace hebb {

extern const char* const kIsa_avx2 = "avx2";

}  // namespace hebb
