#pragma once

#include "call.h"

namespace logits {

// (call, logits, targets or probabilities, ignored | null, weight | null, upstream | null, out |
// null, gradient | null): the reduced loss, NaN for the reduction 'none', whose losses go to out.
double cross_entropy_binding(const Call& given);

}  // namespace logits
