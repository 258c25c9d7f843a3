#include "binary-cross-entropy.h"

namespace logits {

BinaryCrossEntropyTask::BinaryCrossEntropyTask(const Call& given) {
  enum : size_t { kLogits = 1, kTargets, kSource, kWeight, kPositiveWeight, kOut };
  constexpr int64_t kCost = 16;
  const InputView logits = read_input(given, kLogits, "logits");
  const Layout& layout = logits.input.layout;
  const InputView targets = read_dense_input_like(given, kTargets, "targets", logits.input);
  const View source = read_optional_view(given, kSource, "targets");
  const View weight = read_optional_view(given, kWeight, "weight");
  if (!is_null(given, kWeight)) {
    call_.weight_is_per_element = static_cast<int64_t>(weight.length) == layout.elements();
    const int64_t length = call_.weight_is_per_element ? layout.elements() : layout.classes;
    call_.weight = read_doubles(given, weight, length, weights_);
  }
  const Factors positive =
      read_factors(given, kPositiveWeight, "positiveWeight", layout.classes, positive_weights_);
  reduction_ = read_reduction(given);

  call_.logits = logits.input;
  call_.targets = targets.input;
  call_.positive_weight = positive.values;
  // Dense, or the logits' own memory and padding.
  call_.losses = read_optional_output_like(given, kOut, "out", logits,
                                           {&targets.view, &source, &weight, &positive.view});
  call_.row_sums = sums_.reserve(given, layout.rows());
  set_layout(call_.logits.layout, kCost);
  add_input(given, kLogits, logits);
  add_input(given, kTargets, targets);
  add_results(given, kOut, call_.losses, logits.input);
}

void BinaryCrossEntropyTask::compute(const KernelTable& kernels, const Share& share,
                                     const Moves& moves) const {
  BinaryCrossEntropyCall call = call_;
  call.logits = moves.of(call.logits, 0);
  call.targets = moves.of(call.targets, 1);
  call.losses = moves.of(call.losses, 2);
  kernels.binary_cross_entropy(call, share);
}

napi_value BinaryCrossEntropyTask::finish(Napi::Env env, void* /* out */) {
  // The kernel has written what 'none' asks for.
  return reduce_losses(env, reduction_, View{}, call_.row_sums, layout().rows(),
                       static_cast<double>(layout().elements()));
}

}  // namespace logits
