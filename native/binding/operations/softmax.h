#pragma once

#include "../task.h"

namespace logits {

// softmax and logSoftmax: (call, logits, out)
class SameShapeTask : public Task {
 public:
  using Kernel = decltype(KernelTable::softmax);

  SameShapeTask(const Call& given, Kernel KernelTable::*kernel);
  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override;
  napi_value finish(Napi::Env env, void* out) override;

 private:
  Kernel KernelTable::*kernel_;
  InputView logits_;
  Output out_;
};

// Their gradients: (call, results, upstream, out)
class SameShapeGradientTask : public Task {
 public:
  using Kernel = decltype(KernelTable::softmax_gradient);

  SameShapeGradientTask(const Call& given, Kernel KernelTable::*kernel, const char* results_name);
  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override;
  napi_value finish(Napi::Env env, void* out) override;

 private:
  Kernel KernelTable::*kernel_;
  InputView results_;
  InputView upstream_;
  Output out_;
};

struct SoftmaxTask : SameShapeTask {
  explicit SoftmaxTask(const Call& given) : SameShapeTask(given, &KernelTable::softmax) {}
};

struct LogSoftmaxTask : SameShapeTask {
  explicit LogSoftmaxTask(const Call& given) : SameShapeTask(given, &KernelTable::log_softmax) {}
};

struct SoftmaxGradientTask : SameShapeGradientTask {
  explicit SoftmaxGradientTask(const Call& given)
      : SameShapeGradientTask(given, &KernelTable::softmax_gradient, "probabilities") {}
};

struct LogSoftmaxGradientTask : SameShapeGradientTask {
  explicit LogSoftmaxGradientTask(const Call& given)
      : SameShapeGradientTask(given, &KernelTable::log_softmax_gradient, "logProbabilities") {}
};

}  // namespace logits
