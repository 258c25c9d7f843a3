#pragma once

#include "../../evaluation/evaluator.h"
#include "../targets.h"
#include "../task.h"

namespace logits {

// Adds what is read off each row to an evaluator's state: (call, logits, targets, ignored, top,
// counts, sums, confusion, losses, ranks, predictions)
class EvaluateTask : public Task {
 public:
  explicit EvaluateTask(const Call& given);
  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override;
  napi_value finish(Napi::Env env, void* out) override;

 private:
  ScoreCall call_ = {};
  EvaluatorState state_ = {};
  ScoredRows scored_ = {};
  bool wants_losses_ = false;
  Memory<uint32_t> indices_;
  Memory<double> log_probs_;
  Memory<double> entropies_;
  Memory<double> confidences_;
  Memory<double> square_distances_;
  Memory<int32_t> ranks_;
  Memory<int32_t> predictions_;
};

}  // namespace logits
