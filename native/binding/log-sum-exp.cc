#include "log-sum-exp.h"

#include "arguments.h"
#include "run.h"

namespace logits {
namespace {

enum : size_t { kLogits = 1, kOut, kSource };

}  // namespace

void log_sum_exp_binding(const Call& given) {
  const InputView logits = read_input(given, kLogits, "logits");
  const View source = read_optional_view(given, kSource, "logits");
  const View out = read_output(given, kOut, "out", logits.input, logits.input.layout.rows(),
                               {&logits.view, &source});
  run(given, logits.input.layout, 1, [&](const KernelTable& kernels, const Share& share) {
    kernels.log_sum_exp(logits.input, out.data, share);
  });
}

}  // namespace logits
