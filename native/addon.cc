// The module's entry: one row per function that lib/native.ts types.
#include <napi.h>

#include "binding/arguments.h"
#include "binding/cross-entropy.h"
#include "binding/log-sum-exp.h"
#include "binding/probes.h"
#include "binding/runtime.h"
#include "binding/softmax.h"

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  using namespace logits;
  int count = 0;
  auto* state = new AddonState{available_sets(count), nullptr};
  env.SetInstanceData(state);

  exports.Set("softmax", Napi::Function::New(env, softmax_binding, "softmax"));
  exports.Set("logSoftmax", Napi::Function::New(env, log_softmax_binding, "logSoftmax"));
  exports.Set("logSumExp", Napi::Function::New(env, log_sum_exp_binding, "logSumExp"));
  exports.Set("crossEntropy", Napi::Function::New(env, cross_entropy_binding, "crossEntropy"));
  exports.Set("isas", Napi::Function::New(env, isas_binding, "isas"));
  exports.Set("isa", Napi::Function::New(env, isa_binding, "isa"));
  exports.Set("selectIsa", Napi::Function::New(env, select_isa_binding, "selectIsa"));
  exports.Set("scaledExp", Napi::Function::New(env, scaled_exp_binding, "scaledExp"));
  exports.Set("readSum", Napi::Function::New(env, read_sum_binding, "readSum"));
  return exports;
}

}  // namespace

NODE_API_MODULE(logits, initialise)
