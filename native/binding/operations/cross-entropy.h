#pragma once

#include "../losses.h"
#include "../targets.h"
#include "../task.h"

namespace logits {

// crossEntropy: (call, logits, targets, ignored, weight, upstream, out, gradient)
class CrossEntropyTask : public Task {
 public:
  explicit CrossEntropyTask(const Call& given);
  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override;
  napi_value finish(Napi::Env env, void* out) override;

 private:
  Reduction reduction_;
  double divisor_;
  CrossEntropyCall call_ = {};
  Input probabilities_ = {};
  Memory<double> weights_;
  Memory<uint32_t> indices_;
  Memory<double> factors_;
  Memory<double> losses_;
};

}  // namespace logits
