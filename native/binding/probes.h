#pragma once

#include <napi.h>

namespace logits {

// (x, out, exponent): undefined; see KernelTable::scaled_exp
void scaled_exp_binding(const Napi::CallbackInfo& info);
// (bytes): undefined; see set_streaming_limit
void set_streaming_limit_binding(const Napi::CallbackInfo& info);
// (x): a number; see KernelTable::read_sum
Napi::Value read_sum_binding(const Napi::CallbackInfo& info);

}  // namespace logits
