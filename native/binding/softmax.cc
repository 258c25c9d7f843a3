#include "softmax.h"

#include "../isa/floating-point-state.h"
#include "arguments.h"

namespace logits {
namespace {

struct SameShapeCall {
  View logits;
  View out;
  Layout layout;
};

// (logits, out, outer, classes, inner)
SameShapeCall read_same_shape(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const SameShapeCall call = {read_floats(info, 0, "logits"), read_floats(info, 1, "out"),
                              read_layout(info, 2)};
  const int64_t elements = call.layout.rows() * call.layout.classes;
  expect_length(env, call.logits, elements);
  expect_length(env, call.out, elements);
  expect_no_overlap(env, call.out, call.logits, Overlap::same);
  return call;
}

}  // namespace

void softmax_binding(const Napi::CallbackInfo& info) {
  const SameShapeCall call = read_same_shape(info);
  float* scratch = scratch_of(info);
  const FloatingPointState state;
  state_of(info).set->kernels->softmax(call.logits.floats(), call.out.floats(), call.layout,
                                       scratch);
}

void log_softmax_binding(const Napi::CallbackInfo& info) {
  const SameShapeCall call = read_same_shape(info);
  const FloatingPointState state;
  state_of(info).set->kernels->log_softmax(call.logits.floats(), call.out.floats(), call.layout);
}

}  // namespace logits
