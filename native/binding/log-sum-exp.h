#pragma once

#include <napi.h>

namespace logits {

// (logits, out, outer, classes, inner): undefined; out has one element a row
void log_sum_exp_binding(const Napi::CallbackInfo& info);

}  // namespace logits
