#pragma once

#include "call.h"

namespace logits {

// (call, logits, out, what the logits are a copy of | null): undefined; out has one element a row
void log_sum_exp_binding(const Call& given);

}  // namespace logits
