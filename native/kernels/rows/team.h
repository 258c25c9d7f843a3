// Parts of one long row on several threads. The parts are chunks (row.h), which the results' bits
// are made of whether or not there is a team.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"

namespace logits {

// body(i) for each i in [0, count): by the team, or, without one, one after another.
template <class V, class Body>
LOGITS_INLINE void for_each_part(const Team* team, int64_t count, const Body& body) {
  if (team == nullptr || count == 1) {
    for (int64_t i = 0; i < count; ++i) body(i);
    return;
  }
  team->run(
      *team, count,
      [](void* context, int64_t index) { (*static_cast<const Body*>(context))(index); },
      const_cast<Body*>(&body));
}

}  // namespace logits
