// Class-index targets of any integer type to one form that kernels may trust.
#pragma once

#include <cstdint>

#include "arguments.h"

namespace logits {

struct ResolvedTargets {
  int64_t valid;      // rows that are not ignored
  int64_t first_bad;  // the first row whose target is no class and not ignored, or -1
};

// Copies targets to resolved[0..rows): a class in [0, classes), or kIgnoredRow. A copy, because
// shared memory could change between the check and the use.
ResolvedTargets resolve_targets(const View& targets, int64_t classes, int64_t ignore_index,
                                int64_t* resolved);

// Whether the view's type is one of the integer types that resolve_targets reads.
bool is_target_type(napi_typedarray_type type);

}  // namespace logits
