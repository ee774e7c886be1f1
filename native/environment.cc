// See environment.h.

#include "environment.h"

#include <node_api.h>

#include <algorithm>

namespace hebb {

using namespace contract;

namespace {

int32_t Clamped(int64_t value) { return value > 0x7fffffff ? 0x7fffffff : static_cast<int32_t>(value); }

bool Holds(int32_t dtype, napi_typedarray_type type) {
  switch (dtype) {
    case kDtypeBool:
    case kDtypeUint8: return type == napi_uint8_array;
    case kDtypeInt32: return type == napi_int32_array;
    case kDtypeFloat32: return type == napi_float32_array;
    default: return type == napi_float64_array;
  }
}

}  // namespace

bool GetTypedArray(napi_env env, napi_value value, TypedArray* out) {
  return napi_get_typedarray_info(env, value, &out->type, &out->length, &out->data, nullptr, nullptr) ==
         napi_ok;
}

Environment* EnvironmentOf(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Environment*>(data);
}

napi_value Number(napi_env env, int32_t value) {
  napi_value result = nullptr;
  napi_create_int32(env, value, &result);
  return result;
}

void Report(Environment& e, int32_t a, int32_t b, int32_t c, int32_t d) {
  if (!e.report) return;
  e.report[0] = a;
  e.report[1] = b;
  e.report[2] = c;
  e.report[3] = d;
}

bool TakeArray(napi_env env, Environment& e, const Program& program, size_t number, napi_value value,
               char** data) {
  const Bound& bound = program.bound[number];
  TypedArray array;
  if (!GetTypedArray(env, value, &array) || !Holds(bound.dtype, array.type)) {
    Report(e, static_cast<int32_t>(number), kWrongType);
    return false;
  }
  if (static_cast<int64_t>(array.length) < bound.length) {
    Report(e, static_cast<int32_t>(number), kTooShort, Clamped(bound.length),
           Clamped(static_cast<int64_t>(array.length)));
    return false;
  }
  *data = static_cast<char*>(array.data);
  return true;
}

int ThreadsToUse(int wanted) {
  static const int most = std::max(2, AvailableCpus());
  return std::min(wanted, most);
}

const KernelTable* KernelsAt(int32_t number) {
  const KernelTable* tables[kMaximalInstructionSets];
  const int count = AvailableKernels(tables);
  return number >= 0 && number < count ? tables[number] : nullptr;
}

}  // namespace hebb
