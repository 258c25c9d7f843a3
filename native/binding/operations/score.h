#pragma once

#include "../targets.h"
#include "../task.h"

namespace logits {

// score: (call, logits, targets, ignored, ids, counts, then an array for each result)
class ScoreTask : public Task {
 public:
  explicit ScoreTask(const Call& given);
  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override;
  napi_value finish(Napi::Env env, void* out) override;

 private:
  ScoreCall call_ = {};
  int64_t ignored_ = 0;
  double* counts_ = nullptr;
  Memory<uint32_t> indices_;
  Memory<uint32_t> ids_;
};

// No more classes than the kernel numbers.
void expect_scored_classes(Napi::Env env, const Layout& layout);
// In the background the arrays of results by row are written where they lie: nobody else has them.
void expect_own_results(const Call& call);

}  // namespace logits
