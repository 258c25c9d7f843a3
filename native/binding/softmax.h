#pragma once

#include <napi.h>

namespace logits {

// (...input, out): undefined
void softmax_binding(const Napi::CallbackInfo& info);
void log_softmax_binding(const Napi::CallbackInfo& info);

// (...input, upstream, its type, out): undefined; the input holds the function's results
void softmax_gradient_binding(const Napi::CallbackInfo& info);
void log_softmax_gradient_binding(const Napi::CallbackInfo& info);

}  // namespace logits
