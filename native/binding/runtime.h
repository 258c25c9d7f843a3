#pragma once

#include <napi.h>

namespace logits {

// (): names of the instruction sets that this machine can run, best first
Napi::Value isas_binding(const Napi::CallbackInfo& info);
// (): the name of the one in use
Napi::Value isa_binding(const Napi::CallbackInfo& info);
// (name): whether that one is available; if so, this environment uses it from now on
Napi::Value select_isa_binding(const Napi::CallbackInfo& info);
// (): the threads that a call may use
Napi::Value threads_binding(const Napi::CallbackInfo& info);
// (threads): so many from now on, in the whole process
void set_threads_binding(const Napi::CallbackInfo& info);
// (threads): so many unless it has been said
void set_first_threads_binding(const Napi::CallbackInfo& info);

}  // namespace logits
