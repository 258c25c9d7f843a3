#pragma once

#include <napi.h>

namespace logits {

// (): names of the instruction sets that this machine can run, best first
Napi::Value isas_binding(const Napi::CallbackInfo& info);
// (): the name of the one in use
Napi::Value isa_binding(const Napi::CallbackInfo& info);
// (name): whether that one is available; if so, this environment uses it from now on
Napi::Value select_isa_binding(const Napi::CallbackInfo& info);

}  // namespace logits
