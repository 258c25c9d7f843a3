#include "kl-divergence.h"

#include "arguments.h"
#include "losses.h"
#include "run.h"

namespace logits {
namespace {

enum : size_t { kOthers = kInputArguments, kOtherType, kReduction, kOut };

}  // namespace

Napi::Value kl_divergence_binding(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const InputView logits = read_input(info, 0, "logits");
  const InputView others = read_input_like(info, kOthers, "otherLogits", logits.input);
  const Reduction reduction = read_reduction(info, kReduction);
  const int64_t rows = logits.input.layout.rows();
  const View out = read_output(info, kOut, "out", logits.input, rows, {&logits.view, &others.view});
  const auto divergences = allocate<double>(env, rows);

  run(info, logits.input.layout, [&](const KernelTable& kernels, const Share& share) {
    kernels.kl_divergence(logits.input, others.input, divergences.get(), share);
  });
  return Napi::Number::New(
      env, reduce_losses(reduction, out, divergences.get(), rows, static_cast<double>(rows)));
}

}  // namespace logits
