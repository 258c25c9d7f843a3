// evaluate: what is read off each row, added to an evaluator's state.
#pragma once

#include "call.h"

namespace logits {

void evaluate_binding(const Call& call);

}  // namespace logits
