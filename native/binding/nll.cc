#include "nll.h"

#include "arguments.h"
#include "losses.h"
#include "run.h"
#include "targets.h"

namespace logits {
namespace {

enum : size_t { kTargets = kInputArguments, kIgnoreIndex, kReduction, kWeight, kEmptyMean, kOut };

}  // namespace

Napi::Value nll_binding(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const InputView input = read_input(info, 0, "logProbabilities");
  const Layout& layout = input.input.layout;
  const int64_t rows = layout.rows();
  const Reduction reduction = read_reduction(info, kReduction);
  const std::vector<double> weight = read_doubles(info, kWeight, "weight", layout.classes);
  View targets;
  ClassTargets classes = read_class_targets(info, kTargets, kIgnoreIndex, layout, weight, targets);
  const Mean mean = read_mean(info, kEmptyMean, reduction, classes.weight, !classes.has_weight);
  View weight_view = {};
  if (!weight.empty()) weight_view = read_view(info, kWeight, "weight");
  const View out =
      read_output(info, kOut, "out", input.input, rows, {&input.view, &targets, &weight_view});
  if (mean.is_zero()) classes.ignore_all();
  const auto losses = allocate<double>(env, rows);
  const NllCall call = {input.input, classes.classes.get(),
                        weight.empty() ? nullptr : weight.data(), losses.get()};

  run(info, call.log_probabilities.layout,
      [&](const KernelTable& kernels, const Share& share) { kernels.nll(call, share); });
  return Napi::Number::New(
      env, reduce_losses(reduction, out, losses.get(), rows, mean.effective_divisor()));
}

}  // namespace logits
