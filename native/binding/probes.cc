#include "probes.h"

#include "../platform/floating-point-state.h"
#include "../platform/streaming.h"
#include "arguments.h"
#include "errors.h"

namespace logits {

void scaled_exp_binding(const Arguments& given) {
  const Napi::Env env = given.env();
  const View x = read_floats(given, 0, "x");
  const View out = read_floats(given, 1, "out");
  const int64_t exponent = read_integer(given, 2, "exponent");
  expect_length(env, out, static_cast<int64_t>(x.length));
  expect_no_overlap(env, out, x, Overlap::same);
  constexpr int64_t kLargest = 1 << 21;  // keeps the magic constant exact
  if (exponent > kLargest || exponent < -kLargest) {
    throw_value_error(env, "an exponent of at most 2^21", "exponent", "a larger one");
  }
  const FloatingPointState state;
  given.state().set->kernels->scaled_exp(x.floats(), out.floats(), static_cast<int64_t>(x.length),
                                         static_cast<int>(exponent));
}

void set_streaming_limit_binding(const Arguments& given) {
  set_streaming_limit(read_integer(given, 0, "bytes"));
}

double read_sum_binding(const Arguments& given) {
  const View x = read_floats(given, 0, "x");
  return given.state().set->kernels->read_sum(x.floats(), static_cast<int64_t>(x.length));
}

}  // namespace logits
