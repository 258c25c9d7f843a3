#include "cross-entropy.h"

#include <cmath>
#include <limits>

namespace logits {
namespace {

enum : size_t { kLogits = 1, kTargets, kIgnored, kWeight, kUpstream, kOut, kGradient };

// The factors of the rows' gradients: one for all of them in `scale`, or one each.
Factors read_upstream(const Call& call, int64_t rows, double& scale, Memory<double>& memory) {
  scale = call.numbers.upstream;
  if (std::isfinite(scale)) return {};
  scale = 1;
  return read_factors(call, kUpstream, "upstream", rows, memory);
}

}  // namespace

CrossEntropyTask::CrossEntropyTask(const Call& given) {
  const InputView logits = read_input(given, kLogits, "logits");
  const Layout& layout = logits.input.layout;
  const int64_t rows = layout.rows();
  reduction_ = read_reduction(given);
  const Factors weight = read_factors(given, kWeight, "weight", layout.classes, weights_);

  call_.logits = logits.input;
  call_.loss.weight = weight.values;
  call_.loss.smoothing = given.numbers.label_smoothing;
  call_.loss.z_loss = given.numbers.z_loss;
  const View targets = read_view(given, kTargets, "targets");
  const bool has_classes = !is_probabilities(targets);
  InputView probabilities = {};
  ClassTargets classes = {nullptr, rows, rows, static_cast<double>(rows), rows > 0};
  if (has_classes) {
    classes =
        read_class_targets(given, kTargets, targets, kIgnored, layout, weight.values, indices_);
    call_.loss.targets = classes.classes;
  } else {
    probabilities = read_dense_input_like(given, kTargets, "targets", logits.input);
    probabilities_ = probabilities.input;
  }
  const Mean mean = read_mean(given, reduction_, classes.weight, !classes.has_weight);
  divisor_ = mean.effective_divisor();

  const Factors upstream = read_upstream(given, rows, call_.gradient_scale, factors_);
  call_.row_scales = upstream.values;
  const View out = read_losses(given, kOut, reduction_, logits.input,
                               {&logits.view, &targets, &weight.view, &upstream.view});
  call_.gradient = read_optional_output_like(given, kGradient, "gradient", logits,
                                             {&targets, &weight.view, &upstream.view, &out});
  if (reduction_ == Reduction::mean && classes.counted > 0) {
    call_.gradient_scale = mean.is_empty ? std::numeric_limits<double>::quiet_NaN()
                                         : call_.gradient_scale / classes.weight;
  }
  if (mean.is_zero() && has_classes) classes.ignore_all();
  call_.losses = losses_.reserve(given, rows);

  set_layout(call_.logits.layout, 1);
  add_input(given, kLogits, logits);
  add_results(given, kGradient, call_.gradient, logits.input);
  if (!has_classes) add_input(given, kTargets, probabilities);
  set_row_results(kOut, out);
}

void CrossEntropyTask::compute(const KernelTable& kernels, const Share& share,
                               const Moves& moves) const {
  CrossEntropyCall call = call_;
  size_t index = 0;
  call.logits = moves.of(call.logits, index++);
  if (call.gradient.data != nullptr) call.gradient = moves.of(call.gradient, index++);
  const Input probabilities = moves.of(probabilities_, index);
  if (call.loss.targets == nullptr) call.loss.probabilities = &probabilities;
  kernels.cross_entropy(call, share);
}

napi_value CrossEntropyTask::finish(Napi::Env env, void* out) {
  return reduce_losses(env, reduction_, row_results().at(out), call_.losses, layout().rows(),
                       divisor_);
}

}  // namespace logits
