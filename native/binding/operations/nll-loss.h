#pragma once

#include "../losses.h"
#include "../targets.h"
#include "../task.h"

namespace logits {

// nllLoss: (call, logProbabilities, targets, ignored, weight, out)
class NllTask : public Task {
 public:
  explicit NllTask(const Call& given);
  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override;
  napi_value finish(Napi::Env env, void* out) override;

 private:
  Reduction reduction_;
  double divisor_;
  NllCall call_;
  Memory<double> weights_;
  Memory<uint32_t> indices_;
  Memory<double> losses_;
};

}  // namespace logits
