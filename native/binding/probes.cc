#include "probes.h"

#include "../dispatch/streaming.h"
#include "../isa/floating-point-state.h"
#include "arguments.h"

namespace logits {

void scaled_exp_binding(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const View x = read_floats(info, 0, "x");
  const View out = read_floats(info, 1, "out");
  const int64_t exponent = read_integer(info, 2, "exponent");
  expect_length(env, out, static_cast<int64_t>(x.length));
  expect_no_overlap(env, out, x, Overlap::same);
  constexpr int64_t kLargest = 1 << 21;  // keeps the magic constant exact
  if (exponent > kLargest || exponent < -kLargest) {
    throw_range_error(env, "ERR_INVALID_ARG_VALUE",
                      "Expected an exponent of at most 2^21 for exponent, received a larger one");
  }
  const FloatingPointState state;
  state_of(info).set->kernels->scaled_exp(x.floats(), out.floats(), static_cast<int64_t>(x.length),
                                          static_cast<int>(exponent));
}

void set_streaming_limit_binding(const Napi::CallbackInfo& info) {
  set_streaming_limit(read_integer(info, 0, "bytes"));
}

Napi::Value read_sum_binding(const Napi::CallbackInfo& info) {
  const View x = read_floats(info, 0, "x");
  const float sum =
      state_of(info).set->kernels->read_sum(x.floats(), static_cast<int64_t>(x.length));
  return Napi::Number::New(info.Env(), static_cast<double>(sum));
}

}  // namespace logits
