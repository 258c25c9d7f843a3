#include "softmax.h"

#include "arguments.h"
#include "run.h"

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
  run(info, logits.input.layout, [&](const KernelTable& kernels, const Share& share) {
    kernels.softmax(logits.input, out, share);
  });
}

void log_softmax_binding(const Napi::CallbackInfo& info) {
  const InputView logits = read_input(info, 0, "logits");
  const Output out = read_output_like(info, kOut, "out", logits, {}, {});
  run(info, logits.input.layout, [&](const KernelTable& kernels, const Share& share) {
    kernels.log_softmax(logits.input, out, share);
  });
}

void softmax_gradient_binding(const Napi::CallbackInfo& info) {
  const GradientCall call = read_gradient_call(info, "probabilities");
  run(info, call.results.input.layout, [&](const KernelTable& kernels, const Share& share) {
    kernels.softmax_gradient(call.results.input, call.upstream.input, call.out, share);
  });
}

void log_softmax_gradient_binding(const Napi::CallbackInfo& info) {
  const GradientCall call = read_gradient_call(info, "logProbabilities");
  run(info, call.results.input.layout, [&](const KernelTable& kernels, const Share& share) {
    kernels.log_softmax_gradient(call.results.input, call.upstream.input, call.out, share);
  });
}

}  // namespace logits
