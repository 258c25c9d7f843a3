// The module's entry: one row per function that lib/native/addon.ts types.
#include <napi.h>

#include <new>

#include "binding/call.h"
#include "binding/errors.h"
#include "binding/operations/binary-cross-entropy.h"
#include "binding/operations/cross-entropy.h"
#include "binding/operations/evaluator.h"
#include "binding/operations/kl-divergence.h"
#include "binding/operations/log-sum-exp.h"
#include "binding/operations/nll-loss.h"
#include "binding/operations/score.h"
#include "binding/operations/softmax.h"
#include "binding/probes.h"
#include "binding/run.h"
#include "binding/runtime.h"

// The commit that a published binary is made from; binding.gyp has it from the environment.
#define LOGITS_TEXT_OF(name) #name
#define LOGITS_TEXT(macro) LOGITS_TEXT_OF(macro)

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

// A function in its two forms.
template <class T>
void add_task(Napi::Object exports, Napi::Object background, const char* name) {
  add<logits::compute_now<T>>(exports, name);
  add<logits::compute_in_background<T>>(background, name);
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  using namespace logits;
  int count = 0;
  auto* state = new (std::nothrow) AddonState{available_sets(count), nullptr, {}, nullptr};
  if (state == nullptr) throw out_of_memory(env);
  env.SetInstanceData(state);

  Napi::Object background = Napi::Object::New(env);
  exports.Set("background", background);
  add_task<SoftmaxTask>(exports, background, "softmax");
  add_task<LogSoftmaxTask>(exports, background, "logSoftmax");
  add_task<SoftmaxGradientTask>(exports, background, "softmaxGradient");
  add_task<LogSoftmaxGradientTask>(exports, background, "logSoftmaxGradient");
  add_task<LogSumExpTask>(exports, background, "logSumExp");
  add_task<CrossEntropyTask>(exports, background, "crossEntropy");
  add_task<NllTask>(exports, background, "nllLoss");
  add_task<KlDivergenceTask>(exports, background, "klDivergence");
  add_task<BinaryCrossEntropyTask>(exports, background, "binaryCrossEntropy");
  add_task<ScoreTask>(exports, background, "score");
  add_task<EvaluateTask>(exports, background, "evaluate");
  add<set_wake_binding>(background, "setWake");
  add<advance_binding>(background, "advance");
  add<stop_binding>(background, "stop");
  add<isas_binding>(exports, "isas");
  add<isa_binding>(exports, "isa");
  add<select_isa_binding>(exports, "selectIsa");
  add<threads_binding>(exports, "threads");
  add<set_threads_binding>(exports, "setThreads");
  add<set_first_threads_binding>(exports, "setFirstThreads");
  add<scaled_exp_binding>(exports, "scaledExp");
  add<set_streaming_limit_binding>(exports, "setStreamingLimit");
  add<read_sum_binding>(exports, "readSum");
  exports.Set("commit", LOGITS_TEXT(LOGITS_COMMIT));
  return exports;
}

}  // namespace

NODE_API_MODULE(logits, initialise)
