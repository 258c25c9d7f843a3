// Which results pass the caches by.
#pragma once

#include <cstdint>

namespace logits {

// Whether so many bytes of results would drive themselves, or the logits that they are made from,
// out of the caches before anybody reads them.
bool is_worth_streaming(int64_t bytes);

// For tests: the bytes above which that is so, from now on in the whole process.
void set_streaming_limit(int64_t bytes);

}  // namespace logits
