#include "binary-cross-entropy.h"

#include "arguments.h"
#include "losses.h"
#include "run.h"

namespace logits {
namespace {

enum : size_t { kLogits = 1, kTargets, kSource, kWeight, kPositiveWeight, kOut };

}  // namespace

double binary_cross_entropy_binding(const Call& given) {
  const Napi::Env env = given.env();
  const InputView logits = read_input(given, kLogits, "logits");
  const Layout& layout = logits.input.layout;
  const InputView targets = read_dense_input_like(given, kTargets, "targets", logits.input);
  const View source = read_optional_view(given, kSource, "targets");
  BinaryCrossEntropyCall call = {};
  Memory<double> weights;
  const View weight = read_optional_view(given, kWeight, "weight");
  if (!is_null(given, kWeight)) {
    call.weight_is_per_element = static_cast<int64_t>(weight.length) == layout.elements();
    const int64_t length = call.weight_is_per_element ? layout.elements() : layout.classes;
    call.weight = read_doubles(env, weight, length, weights);
  }
  Memory<double> positive_weights;
  const Factors positive =
      read_factors(given, kPositiveWeight, "positiveWeight", layout.classes, positive_weights);
  const Reduction reduction = read_reduction(given);
  Memory<double> sums;

  call.logits = logits.input;
  call.targets = targets.input;
  call.positive_weight = positive.values;
  // Dense, or the logits' own memory and padding.
  call.losses = read_optional_output_like(given, kOut, "out", logits,
                                          {&targets.view, &source, &weight, &positive.view});
  call.row_sums = sums.reserve(env, layout.rows());
  constexpr int64_t kCost = 16;
  run(given, layout, kCost, [&](const KernelTable& kernels, const Share& share) {
    kernels.binary_cross_entropy(call, share);
  });
  // The kernel has written what 'none' asks for.
  return reduce_losses(reduction, View{}, call.row_sums, layout.rows(),
                       static_cast<double>(layout.elements()));
}

}  // namespace logits
