#include "softmax.h"

#include "../isa/floating-point-state.h"
#include "arguments.h"

namespace logits {
namespace {

enum : size_t { kOut = kInputArguments };
enum : size_t { kUpstream = kInputArguments, kUpstreamType, kGradient };

// A gradient from the results of a function and the gradient by these.
struct GradientCall {
  InputView results;
  InputView upstream;
  Output out;
};

GradientCall read_gradient_call(const Napi::CallbackInfo& info, const char* name) {
  GradientCall call = {};
  call.results = read_input(info, 0, name);
  call.upstream = read_input_like(info, kUpstream, "upstream", call.results.input);
  call.out = read_output_like(info, kGradient, "out", call.results, {&call.upstream.view}, {});
  return call;
}

}  // namespace

void softmax_binding(const Napi::CallbackInfo& info) {
  const InputView logits = read_input(info, 0, "logits");
  const Output out = read_output_like(info, kOut, "out", logits, {}, {});
  float* scratch = scratch_of(info);
  const FloatingPointState state;
  state_of(info).set->kernels->softmax(logits.input, out, scratch);
}

void log_softmax_binding(const Napi::CallbackInfo& info) {
  const InputView logits = read_input(info, 0, "logits");
  const Output out = read_output_like(info, kOut, "out", logits, {}, {});
  const FloatingPointState state;
  state_of(info).set->kernels->log_softmax(logits.input, out);
}

void softmax_gradient_binding(const Napi::CallbackInfo& info) {
  const GradientCall call = read_gradient_call(info, "probabilities");
  const FloatingPointState state;
  state_of(info).set->kernels->softmax_gradient(call.results.input, call.upstream.input, call.out);
}

void log_softmax_gradient_binding(const Napi::CallbackInfo& info) {
  const GradientCall call = read_gradient_call(info, "logProbabilities");
  const FloatingPointState state;
  state_of(info).set->kernels->log_softmax_gradient(call.results.input, call.upstream.input,
                                                    call.out);
}

}  // namespace logits
