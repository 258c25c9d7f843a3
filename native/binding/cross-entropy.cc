#include "cross-entropy.h"

#include <cmath>
#include <limits>

#include "arguments.h"
#include "losses.h"
#include "run.h"
#include "targets.h"

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

double cross_entropy_binding(const Call& given) {
  const Napi::Env env = given.env();
  const InputView logits = read_input(given, kLogits, "logits");
  const Layout& layout = logits.input.layout;
  const int64_t rows = layout.rows();
  const Reduction reduction = read_reduction(given);
  Memory<double> weights;
  const Factors weight = read_factors(given, kWeight, "weight", layout.classes, weights);

  CrossEntropyCall call = {};
  call.logits = logits.input;
  call.loss.weight = weight.values;
  call.loss.smoothing = given.numbers.label_smoothing;
  call.loss.z_loss = given.numbers.z_loss;
  const View targets = read_view(given, kTargets, "targets");
  const bool has_classes = !is_probabilities(targets);
  InputView probabilities = {};
  Memory<uint32_t> indices;
  ClassTargets classes = {nullptr, rows, rows, static_cast<double>(rows), rows > 0};
  if (has_classes) {
    classes =
        read_class_targets(given, kTargets, targets, kIgnored, layout, weight.values, indices);
    call.loss.targets = classes.classes;
  } else {
    probabilities = read_dense_input_like(given, kTargets, "targets", logits.input);
    call.loss.probabilities = &probabilities.input;
  }
  const Mean mean = read_mean(given, reduction, classes.weight, !classes.has_weight);

  Memory<double> factors;
  const Factors upstream = read_upstream(given, rows, call.gradient_scale, factors);
  call.row_scales = upstream.values;
  const View out = read_losses(given, kOut, reduction, logits.input,
                               {&logits.view, &targets, &weight.view, &upstream.view});
  call.gradient = read_optional_output_like(given, kGradient, "gradient", logits,
                                            {&targets, &weight.view, &upstream.view, &out});
  if (reduction == Reduction::mean && classes.counted > 0) {
    call.gradient_scale = mean.is_empty ? std::numeric_limits<double>::quiet_NaN()
                                        : call.gradient_scale / classes.weight;
  }
  if (mean.is_zero() && has_classes) classes.ignore_all();
  Memory<double> losses;
  call.losses = losses.reserve(env, rows);

  run(given, layout, 1,
      [&](const KernelTable& kernels, const Share& share) { kernels.cross_entropy(call, share); });
  return reduce_losses(reduction, out, call.losses, rows, mean.effective_divisor());
}

}  // namespace logits
