// What the losses share: from one loss a row to the result that was asked for.
#pragma once

#include <cstdint>

#include "task.h"

namespace logits {

class LossTask : public Task {
 public:
  // The losses' sum, their mean, which is the sum over the divisor, or NaN for the reduction
  // 'none'.
  double finish(void* out) override;

 protected:
  explicit LossTask(const Call& call);

  // Where the losses of all rows go: the array at `index` for the reduction 'none', else no memory.
  View read_losses(const Call& call, size_t index, const Input& input,
                   std::initializer_list<const View*> inputs);
  // Memory for a loss a row.
  double* reserve_losses(const Call& call, int64_t rows, double divisor);

  const Reduction reduction_;

 private:
  Memory<double> memory_;
  const double* losses_ = nullptr;
  double divisor_ = 1;
};

}  // namespace logits
