#include "kl-divergence.h"

namespace logits {

KlDivergenceTask::KlDivergenceTask(const Call& given) {
  enum : size_t { kLogits = 1, kOthers, kOut };
  constexpr int64_t kCost = 16;
  logits_ = read_input(given, kLogits, "logits");
  others_ = read_input_like(given, kOthers, "otherLogits", logits_.input);
  reduction_ = read_reduction(given);
  const View out =
      read_losses(given, kOut, reduction_, logits_.input, {&logits_.view, &others_.view});
  divergences_ = memory_.reserve(given, logits_.input.layout.rows());
  set_layout(logits_.input.layout, kCost);
  add_input(given, kLogits, logits_);
  add_input(given, kOthers, others_);
  set_row_results(kOut, out);
}

void KlDivergenceTask::compute(const KernelTable& kernels, const Share& share,
                               const Moves& moves) const {
  kernels.kl_divergence(moves.of(logits_.input, 0), moves.of(others_.input, 1), divergences_,
                        share);
}

napi_value KlDivergenceTask::finish(Napi::Env env, void* out) {
  const int64_t rows = layout().rows();
  return reduce_losses(env, reduction_, row_results().at(out), divergences_, rows,
                       static_cast<double>(rows));
}

}  // namespace logits
