#include "nll.h"

#include "arguments.h"
#include "losses.h"
#include "run.h"
#include "targets.h"

namespace logits {
namespace {

enum : size_t { kLogProbabilities = 1, kTargets, kIgnored, kWeight, kOut };

}  // namespace

double nll_binding(const Call& given) {
  const InputView input = read_input(given, kLogProbabilities, "logProbabilities");
  const Layout& layout = input.input.layout;
  const int64_t rows = layout.rows();
  const Reduction reduction = read_reduction(given);
  Memory<double> weights;
  const Factors weight = read_factors(given, kWeight, "weight", layout.classes, weights);
  const View targets = read_view(given, kTargets, "targets");
  Memory<uint32_t> indices;
  ClassTargets classes =
      read_class_targets(given, kTargets, targets, kIgnored, layout, weight.values, indices);
  const Mean mean = read_mean(given, reduction, classes.weight, !classes.has_weight);
  const View out =
      read_losses(given, kOut, reduction, input.input, {&input.view, &targets, &weight.view});
  if (mean.is_zero()) classes.ignore_all();
  Memory<double> losses;
  const NllCall call = {input.input, classes.classes, weight.values,
                        losses.reserve(given.env(), rows)};

  run(given, layout, 1,
      [&](const KernelTable& kernels, const Share& share) { kernels.nll(call, share); });
  return reduce_losses(reduction, out, call.losses, rows, mean.effective_divisor());
}

}  // namespace logits
