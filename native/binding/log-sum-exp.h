#pragma once

#include <napi.h>

namespace logits {

// (...input, out, source): undefined; out has one element a row and shares no memory with source,
// of which the logits may be a copy
void log_sum_exp_binding(const Napi::CallbackInfo& info);

}  // namespace logits
