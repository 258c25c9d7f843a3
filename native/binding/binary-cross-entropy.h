#pragma once

#include "call.h"

namespace logits {

// (call, logits, labels, what they were copied from | null, weight | null, positiveWeight | null,
// out | null): the reduced loss, NaN for the reduction 'none', whose losses go to out.
double binary_cross_entropy_binding(const Call& given);

}  // namespace logits
