// All kernels of one instruction set. isa/<name>.cc is the only caller.
#pragma once

#include "../kernel-table.h"
#include "operations.h"

namespace logits {

template <class V>
constexpr KernelTable make_table() {
  return {
#define KERNEL(name, type) name<V>,
      LOGITS_KERNELS(KERNEL)
#undef KERNEL
  };
}

}  // namespace logits
