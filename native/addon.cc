// The module's entry: one row per function that lib/native.ts types.
#include <napi.h>

#include "binding/arguments.h"
#include "binding/binary-cross-entropy.h"
#include "binding/cross-entropy.h"
#include "binding/kl-divergence.h"
#include "binding/log-sum-exp.h"
#include "binding/nll.h"
#include "binding/probes.h"
#include "binding/runtime.h"
#include "binding/softmax.h"

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  using namespace logits;
  int count = 0;
  auto* state = new AddonState{available_sets(count), nullptr};
  env.SetInstanceData(state);

  const auto add = [&](const char* name, auto function) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("softmax", softmax_binding);
  add("logSoftmax", log_softmax_binding);
  add("softmaxGradient", softmax_gradient_binding);
  add("logSoftmaxGradient", log_softmax_gradient_binding);
  add("logSumExp", log_sum_exp_binding);
  add("crossEntropy", cross_entropy_binding);
  add("nllLoss", nll_binding);
  add("klDivergence", kl_divergence_binding);
  add("binaryCrossEntropy", binary_cross_entropy_binding);
  add("isas", isas_binding);
  add("isa", isa_binding);
  add("selectIsa", select_isa_binding);
  add("threads", threads_binding);
  add("setThreads", set_threads_binding);
  add("setFirstThreads", set_first_threads_binding);
  add("scaledExp", scaled_exp_binding);
  add("setStreamingLimit", set_streaming_limit_binding);
  add("readSum", read_sum_binding);
  return exports;
}

}  // namespace

NODE_API_MODULE(logits, initialise)
