#pragma once

#include <napi.h>

namespace logits {

// (logits, out, outer, classes, inner): undefined
void softmax_binding(const Napi::CallbackInfo& info);
void log_softmax_binding(const Napi::CallbackInfo& info);

}  // namespace logits
