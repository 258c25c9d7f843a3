#pragma once

#include "call.h"

namespace logits {

// (call, logits, out): undefined
void softmax_binding(const Call& given);
void log_softmax_binding(const Call& given);

// (call, results of the function, upstream, out): undefined
void softmax_gradient_binding(const Call& given);
void log_softmax_gradient_binding(const Call& given);

}  // namespace logits
