#include "cross-entropy.h"

#include <limits>

#include "arguments.h"
#include "losses.h"
#include "run.h"
#include "targets.h"

namespace logits {
namespace {

// Arguments after those of the logits.
enum : size_t {
  kTargets = kInputArguments,
  kProbabilities,
  kProbabilityType,
  kIgnoreIndex,
  kReduction,
  kWeight,
  kLabelSmoothing,
  kZLoss,
  kEmptyMean,
  kUpstream,
  kOut,
  kGradient,
};

// Class probabilities lie densely, whatever is between the rows of logits.
InputView read_probabilities(const Napi::CallbackInfo& info, const Input& logits) {
  Input dense = logits;
  dense.layout.outer_stride = logits.layout.classes * logits.layout.inner;
  dense.temperature = 1;
  dense.softcap = 0;
  return read_input_like(info, kProbabilities, "targets", dense);
}

// The factors of the rows' gradients: one for all of them in `scale`, or one each.
std::vector<double> read_upstream(const Napi::CallbackInfo& info, int64_t rows, double& scale,
                                  View& view) {
  if (!info[kUpstream].IsTypedArray()) {
    scale = read_number(info, kUpstream, "upstream");
    return {};
  }
  view = read_view(info, kUpstream, "upstream");
  scale = 1;
  return read_doubles(info, kUpstream, "upstream", rows);
}

// What the binding holds for the length of a call.
struct Arguments {
  InputView logits;
  InputView probabilities;
  View targets;
  std::vector<double> weight;
  std::vector<double> upstream;
  ClassTargets classes;
};

}  // namespace

Napi::Value cross_entropy_binding(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Arguments given = {};
  given.logits = read_input(info, 0, "logits");
  const Layout& layout = given.logits.input.layout;
  const int64_t rows = layout.rows();
  const Reduction reduction = read_reduction(info, kReduction);
  given.weight = read_doubles(info, kWeight, "weight", layout.classes);
  const bool has_classes = info[kProbabilities].IsNull();

  CrossEntropyCall call = {};
  call.logits = given.logits.input;
  call.loss.weight = given.weight.empty() ? nullptr : given.weight.data();
  call.loss.smoothing = read_number(info, kLabelSmoothing, "labelSmoothing");
  call.loss.z_loss = read_number(info, kZLoss, "zLoss");
  double divisor = static_cast<double>(rows);
  bool is_empty = rows == 0;
  int64_t counted = rows;
  if (has_classes) {
    given.classes =
        read_class_targets(info, kTargets, kIgnoreIndex, layout, given.weight, given.targets);
    call.loss.targets = given.classes.classes.get();
    divisor = given.classes.weight;
    is_empty = !given.classes.has_weight;
    counted = given.classes.counted;
  } else {
    given.probabilities = read_probabilities(info, given.logits.input);
    given.targets = given.probabilities.view;
    call.loss.probabilities = &given.probabilities.input;
  }
  const Mean mean = read_mean(info, kEmptyMean, reduction, divisor, is_empty);

  View upstream = {};
  given.upstream = read_upstream(info, rows, call.gradient_scale, upstream);
  if (!given.upstream.empty()) call.row_scales = given.upstream.data();
  View weight = {};
  if (!given.weight.empty()) weight = read_view(info, kWeight, "weight");
  const View out = read_output(info, kOut, "out", given.logits.input, rows,
                               {&given.logits.view, &given.targets, &weight, &upstream});
  call.gradient = read_output_like(info, kGradient, "gradient", given.logits, {},
                                   {&given.targets, &weight, &upstream, &out});
  if (reduction == Reduction::mean && counted > 0) {
    call.gradient_scale =
        mean.is_empty ? std::numeric_limits<double>::quiet_NaN() : call.gradient_scale / divisor;
  }
  if (mean.is_zero() && has_classes) given.classes.ignore_all();
  const auto losses = allocate<double>(env, rows);
  call.losses = losses.get();

  run(info, layout,
      [&](const KernelTable& kernels, const Share& share) { kernels.cross_entropy(call, share); });
  return Napi::Number::New(
      env, reduce_losses(reduction, out, losses.get(), rows, mean.effective_divisor()));
}

}  // namespace logits
