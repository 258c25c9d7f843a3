#include "log-sum-exp.h"

#include "../isa/floating-point-state.h"
#include "arguments.h"

namespace logits {

void log_sum_exp_binding(const Napi::CallbackInfo& info) {
  const InputView logits = read_input(info, 0, "logits");
  const View source = read_view(info, kInputArguments + 1, "logits");
  const View out = read_output(info, kInputArguments, "out", logits.input,
                               logits.input.layout.rows(), {&logits.view, &source});
  const FloatingPointState state;
  state_of(info).set->kernels->log_sum_exp(logits.input, out.data);
}

}  // namespace logits
