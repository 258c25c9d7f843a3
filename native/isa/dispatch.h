// The choice of a kernel set: one ordered list, the best first.
#pragma once

#include "../kernel-table.h"

namespace logits {

struct KernelSet {
  const char* name;
  const KernelTable* kernels;
};

// The sets that this processor can run, best first; `count` is at least 1.
const KernelSet* available_sets(int& count);

// The available set of that name, or null.
const KernelSet* find_set(const char* name);

}  // namespace logits
