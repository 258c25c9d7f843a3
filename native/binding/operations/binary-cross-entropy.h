#pragma once

#include "../losses.h"
#include "../task.h"

namespace logits {

// binaryCrossEntropy: (call, logits, targets, source, weight, positiveWeight, out)
class BinaryCrossEntropyTask : public Task {
 public:
  explicit BinaryCrossEntropyTask(const Call& given);
  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override;
  napi_value finish(Napi::Env env, void* out) override;

 private:
  Reduction reduction_;
  BinaryCrossEntropyCall call_ = {};
  Memory<double> weights_;
  Memory<double> positive_weights_;
  Memory<double> sums_;
};

}  // namespace logits
