// The threads of this process that help with calls: one pool for all its Node environments. It is
// made when first needed and never destroyed, its threads sleep while there is nothing to do, and
// nobody waits for one that has not begun.
#pragma once

#include <cstdint>

#include "../kernel-table.h"

namespace logits {

// Computes one of the parts of a job; `scratch` (kScratchFloats) belongs to the thread that does.
using Part = void (*)(void* context, int64_t index, float* scratch);

// part(context, i, scratch) for each i in [0, count), in any order, on the calling thread, whose
// scratch memory is given, and on up to `helpers` others; returns when all are done. Where the
// system has fewer threads to give, it makes do with those.
void run_parts(int64_t count, int helpers, Part part, void* context, float* scratch);

// The calling thread and up to `helpers` others, for the parts of one row.
struct PoolTeam : Team {
  int helpers;

  explicit PoolTeam(int others);
};

}  // namespace logits
