#pragma once

#include "../task.h"

namespace logits {

// logSumExp: (call, logits, out, source)
class LogSumExpTask : public Task {
 public:
  explicit LogSumExpTask(const Call& given);
  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override;
  napi_value finish(Napi::Env env, void* out) override;

 private:
  InputView logits_;
  Memory<double> memory_;
  void* results_;
};

}  // namespace logits
