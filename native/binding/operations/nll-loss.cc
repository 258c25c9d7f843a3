#include "nll-loss.h"

namespace logits {

NllTask::NllTask(const Call& given) {
  enum : size_t { kLogProbabilities = 1, kTargets, kIgnored, kWeight, kOut };
  const InputView input = read_input(given, kLogProbabilities, "logProbabilities");
  const Layout& layout = input.input.layout;
  const int64_t rows = layout.rows();
  reduction_ = read_reduction(given);
  const Factors weight = read_factors(given, kWeight, "weight", layout.classes, weights_);
  const View targets = read_view(given, kTargets, "targets");
  ClassTargets classes =
      read_class_targets(given, kTargets, targets, kIgnored, layout, weight.values, indices_);
  const Mean mean = read_mean(given, reduction_, classes.weight, !classes.has_weight);
  const View out =
      read_losses(given, kOut, reduction_, input.input, {&input.view, &targets, &weight.view});
  if (mean.is_zero()) classes.ignore_all();
  divisor_ = mean.effective_divisor();
  call_ = {input.input, classes.classes, weight.values, losses_.reserve(given, rows)};
  set_layout(call_.log_probabilities.layout, 1);
  add_input(given, kLogProbabilities, input);
  set_row_results(kOut, out);
}

void NllTask::compute(const KernelTable& kernels, const Share& share, const Moves& moves) const {
  NllCall call = call_;
  call.log_probabilities = moves.of(call.log_probabilities, 0);
  kernels.nll(call, share);
}

napi_value NllTask::finish(Napi::Env env, void* out) {
  return reduce_losses(env, reduction_, row_results().at(out), call_.losses, layout().rows(),
                       divisor_);
}

}  // namespace logits
