#pragma once

#include "call.h"

namespace logits {

// (x, out, exponent): undefined; see KernelTable::scaled_exp
void scaled_exp_binding(const Arguments& given);
// (bytes): undefined; see set_streaming_limit
void set_streaming_limit_binding(const Arguments& given);
// (x): a number; see KernelTable::read_sum
double read_sum_binding(const Arguments& given);

}  // namespace logits
