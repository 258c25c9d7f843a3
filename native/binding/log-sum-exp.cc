#include "log-sum-exp.h"

#include "../isa/floating-point-state.h"
#include "arguments.h"

namespace logits {

void log_sum_exp_binding(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const View logits = read_floats(info, 0, "logits");
  const View out = read_floats(info, 1, "out");
  const Layout layout = read_layout(info, 2);
  const View source = read_floats(info, 5, "logits");
  expect_length(env, logits, layout.rows() * layout.classes);
  expect_length(env, out, layout.rows());
  expect_no_overlap(env, out, logits, Overlap::none);
  expect_no_overlap(env, out, source, Overlap::none);
  const FloatingPointState state;
  state_of(info).set->kernels->log_sum_exp(logits.floats(), out.floats(), layout);
}

}  // namespace logits
