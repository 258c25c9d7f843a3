#pragma once

#include "call.h"

namespace logits {

// (call, logits, other logits, out | null): the reduced divergence, NaN for the reduction 'none',
// whose divergences go to out.
double kl_divergence_binding(const Call& given);

}  // namespace logits
