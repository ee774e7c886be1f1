// The kernels for one instruction set (baseline): exports one table.

namespace hebb {

extern const char* const kIsa_baseline = "baseline";

}  // namespace hebb
