// The addon: what JavaScript sees. No arithmetic here.

#include <napi.h>

namespace {

Napi::Value Isa(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), "baseline"); }

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("isa", Napi::Function::New(env, Isa));
  return exports;
}

}  // namespace

NODE_API_MODULE(hebb, Init)
