#include "log-sum-exp.h"

#include "arguments.h"
#include "run.h"

namespace logits {

void log_sum_exp_binding(const Napi::CallbackInfo& info) {
  const InputView logits = read_input(info, 0, "logits");
  const View source = read_view(info, kInputArguments + 1, "logits");
  const View out = read_output(info, kInputArguments, "out", logits.input,
                               logits.input.layout.rows(), {&logits.view, &source});
  run(info, logits.input.layout, [&](const KernelTable& kernels, const Share& share) {
    kernels.log_sum_exp(logits.input, out.data, share);
  });
}

}  // namespace logits
