#include "cross-entropy.h"

#include <limits>
#include <memory>
#include <new>

#include "../isa/floating-point-state.h"
#include "arguments.h"
#include "targets.h"

namespace logits {
namespace {

enum class Reduction : int64_t { none, sum, mean };

// The sum of all losses in a fixed order: eight sums side by side, then a tree over them.
double sum_losses(const double* losses, int64_t rows) {
  double s[8] = {};
  for (int64_t row = 0; row < rows; ++row) s[row % 8] += losses[row];
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

}  // namespace

Napi::Value cross_entropy_binding(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const View logits = read_floats(info, 0, "logits");
  const View targets = read_view(info, 1, "targets");
  const Layout layout = read_layout(info, 2);
  const int64_t ignore_index = read_integer(info, 5, "ignoreIndex");
  const auto reduction = static_cast<Reduction>(read_integer(info, 6, "reduction"));
  const View out = read_optional_floats(info, 7, "out");
  const View gradient = read_optional_floats(info, 8, "gradient");
  const int64_t rows = layout.rows();

  if (!is_target_type(targets.type)) {
    throw_type_error(env, "ERR_INVALID_ARG_TYPE",
                     "Expected an integer array for targets, received another typed array");
  }
  expect_length(env, logits, rows * layout.classes);
  expect_length(env, targets, rows);
  if (!info[7].IsNull()) {
    expect_length(env, out, rows);
    expect_no_overlap(env, out, logits, Overlap::none);
    expect_no_overlap(env, out, targets, Overlap::none);
  }
  if (!info[8].IsNull()) {
    expect_length(env, gradient, rows * layout.classes);
    expect_no_overlap(env, gradient, logits, Overlap::same);
    expect_no_overlap(env, gradient, targets, Overlap::none);
    expect_no_overlap(env, gradient, out, Overlap::none);
  }

  const std::unique_ptr<int64_t[]> resolved(new (std::nothrow) int64_t[static_cast<size_t>(rows)]);
  const std::unique_ptr<double[]> losses(new (std::nothrow) double[static_cast<size_t>(rows)]);
  if (!resolved || !losses) throw_out_of_memory(env);
  const ResolvedTargets counts =
      resolve_targets(targets, layout.classes, ignore_index, resolved.get());
  if (counts.first_bad >= 0) {
    throw_target_out_of_range(info, 1, counts.first_bad, layout.classes);
  }

  const double valid = static_cast<double>(counts.valid);
  CrossEntropyCall call = {};
  call.logits = logits.floats();
  call.targets = resolved.get();
  call.layout = layout;
  call.losses = losses.get();
  call.gradient = info[8].IsNull() ? nullptr : gradient.floats();
  call.gradient_scale = reduction == Reduction::mean && counts.valid > 0 ? 1 / valid : 1;
  call.scratch = scratch_of(info);

  const FloatingPointState state;
  state_of(info).set->kernels->cross_entropy(call);
  if (reduction == Reduction::none) {
    if (!info[7].IsNull()) {
      for (int64_t row = 0; row < rows; ++row) {
        out.floats()[row] = static_cast<float>(losses[static_cast<size_t>(row)]);
      }
    }
    return Napi::Number::New(env, std::numeric_limits<double>::quiet_NaN());
  }
  const double sum = sum_losses(losses.get(), rows);
  return Napi::Number::New(env, reduction == Reduction::mean ? sum / valid : sum);
}

}  // namespace logits
