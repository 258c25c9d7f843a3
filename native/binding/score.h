// score: what is read off each row.
#pragma once

#include "../kernel-table.h"
#include "call.h"

namespace logits {

void score_binding(const Call& call);

// No more classes than the kernel numbers.
void expect_scored_classes(Napi::Env env, const Layout& layout);

}  // namespace logits
