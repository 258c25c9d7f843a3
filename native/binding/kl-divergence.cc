#include "kl-divergence.h"

#include "arguments.h"
#include "losses.h"
#include "run.h"

namespace logits {
namespace {

enum : size_t { kLogits = 1, kOthers, kOut };

}  // namespace

double kl_divergence_binding(const Call& given) {
  const InputView logits = read_input(given, kLogits, "logits");
  const InputView others = read_input_like(given, kOthers, "otherLogits", logits.input);
  const Reduction reduction = read_reduction(given);
  const int64_t rows = logits.input.layout.rows();
  const View out = read_losses(given, kOut, reduction, logits.input, {&logits.view, &others.view});
  Memory<double> memory;
  double* divergences = memory.reserve(given.env(), rows);

  constexpr int64_t kCost = 16;
  run(given, logits.input.layout, kCost, [&](const KernelTable& kernels, const Share& share) {
    kernels.kl_divergence(logits.input, others.input, divergences, share);
  });
  return reduce_losses(reduction, out, divergences, rows, static_cast<double>(rows));
}

}  // namespace logits
