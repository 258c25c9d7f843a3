// The kernel tables that this build holds: all that dispatch.cc sees of the instruction sets.
#pragma once

#include "../kernel-table.h"

#if defined(__x86_64__) || defined(_M_X64)
#define LOGITS_X64 1
#elif defined(__aarch64__) || defined(_M_ARM64)
#define LOGITS_ARM64 1
#endif

namespace logits {

#if defined(LOGITS_ARM64)
extern const KernelTable kNeonTable;
#else
extern const KernelTable kScalarTable;
#endif
#if defined(LOGITS_X64)
extern const KernelTable kAvx2Table;
extern const KernelTable kAvx512Table;
#endif

}  // namespace logits
