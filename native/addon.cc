// The module's entry: one row per function that lib/native.ts types.
#include <napi.h>

#include "binding/binary-cross-entropy.h"
#include "binding/call.h"
#include "binding/cross-entropy.h"
#include "binding/evaluate.h"
#include "binding/kl-divergence.h"
#include "binding/log-sum-exp.h"
#include "binding/nll.h"
#include "binding/probes.h"
#include "binding/runtime.h"
#include "binding/score.h"
#include "binding/softmax.h"

namespace {

template <auto function>
void add(Napi::Object exports, const char* name) {
  napi_value value = nullptr;
  const napi_env env = exports.Env();
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, logits::enter<function>, nullptr, &value) !=
      napi_ok) {
    throw Napi::Error::New(env);
  }
  exports.Set(name, value);
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  using namespace logits;
  int count = 0;
  auto* state = new AddonState{available_sets(count), nullptr, {}};
  env.SetInstanceData(state);

  add<softmax_binding>(exports, "softmax");
  add<log_softmax_binding>(exports, "logSoftmax");
  add<softmax_gradient_binding>(exports, "softmaxGradient");
  add<log_softmax_gradient_binding>(exports, "logSoftmaxGradient");
  add<log_sum_exp_binding>(exports, "logSumExp");
  add<cross_entropy_binding>(exports, "crossEntropy");
  add<nll_binding>(exports, "nllLoss");
  add<kl_divergence_binding>(exports, "klDivergence");
  add<binary_cross_entropy_binding>(exports, "binaryCrossEntropy");
  add<score_binding>(exports, "score");
  add<evaluate_binding>(exports, "evaluate");
  add<isas_binding>(exports, "isas");
  add<isa_binding>(exports, "isa");
  add<select_isa_binding>(exports, "selectIsa");
  add<threads_binding>(exports, "threads");
  add<set_threads_binding>(exports, "setThreads");
  add<set_first_threads_binding>(exports, "setFirstThreads");
  add<scaled_exp_binding>(exports, "scaledExp");
  add<set_streaming_limit_binding>(exports, "setStreamingLimit");
  add<read_sum_binding>(exports, "readSum");
  return exports;
}

}  // namespace

NODE_API_MODULE(logits, initialise)
