#pragma once

#include "call.h"

namespace logits {

// (call, log-probabilities, targets, ignored | null, weight | null, out | null): as
// cross_entropy_binding
double nll_binding(const Call& given);

}  // namespace logits
