#include "binary-cross-entropy.h"

#include "arguments.h"
#include "losses.h"
#include "run.h"

namespace logits {
namespace {

enum : size_t {
  kTargets = kInputArguments,
  kTargetType,
  kSource,
  kWeight,
  kPositiveWeight,
  kReduction,
  kOut
};

}  // namespace

Napi::Value binary_cross_entropy_binding(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const InputView logits = read_input(info, 0, "logits");
  const Layout& layout = logits.input.layout;
  Input dense = logits.input;
  dense.layout.outer_stride = layout.classes * layout.inner;
  dense.temperature = 1;
  dense.softcap = 0;
  const InputView targets = read_input_like(info, kTargets, "targets", dense);
  View source = {};
  if (!info[kSource].IsNull()) source = read_view(info, kSource, "targets");
  View weight_view = {};
  if (!info[kWeight].IsNull()) weight_view = read_view(info, kWeight, "weight");
  const bool per_element = static_cast<int64_t>(weight_view.length) == layout.elements();
  const std::vector<double> weight =
      read_doubles(info, kWeight, "weight", per_element ? layout.elements() : layout.classes);
  View positive_view = {};
  if (!info[kPositiveWeight].IsNull()) {
    positive_view = read_view(info, kPositiveWeight, "positiveWeight");
  }
  const std::vector<double> positive =
      read_doubles(info, kPositiveWeight, "positiveWeight", layout.classes);
  const Reduction reduction = read_reduction(info, kReduction);
  // Dense, or the logits' own memory and padding.
  const Output out = read_output_like(info, kOut, "out", logits, {},
                                      {&targets.view, &source, &weight_view, &positive_view});
  const auto row_sums = allocate<double>(env, layout.rows());

  BinaryCrossEntropyCall call = {};
  call.logits = logits.input;
  call.targets = targets.input;
  call.weight = weight.empty() ? nullptr : weight.data();
  call.weight_is_per_element = per_element;
  call.positive_weight = positive.empty() ? nullptr : positive.data();
  call.losses = out;
  call.row_sums = row_sums.get();
  run(info, call.logits.layout, [&](const KernelTable& kernels, const Share& share) {
    kernels.binary_cross_entropy(call, share);
  });
  // The kernel has written what 'none' asks for.
  return Napi::Number::New(env, reduce_losses(reduction, View{}, row_sums.get(), layout.rows(),
                                              static_cast<double>(layout.elements())));
}

}  // namespace logits
