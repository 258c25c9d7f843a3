#pragma once

#include "../losses.h"
#include "../task.h"

namespace logits {

// klDivergence: (call, logits, otherLogits, out)
class KlDivergenceTask : public Task {
 public:
  explicit KlDivergenceTask(const Call& given);
  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override;
  napi_value finish(Napi::Env env, void* out) override;

 private:
  Reduction reduction_;
  InputView logits_;
  InputView others_;
  Memory<double> memory_;
  double* divergences_;
};

}  // namespace logits
