#include "log-sum-exp.h"

#include <cstring>

namespace logits {

LogSumExpTask::LogSumExpTask(const Call& given) {
  enum : size_t { kLogits = 1, kOut, kSource };
  logits_ = read_input(given, kLogits, "logits");
  const int64_t rows = logits_.input.layout.rows();
  const View source = read_optional_view(given, kSource, "logits");
  const View out = read_output(given, kOut, "out", logits_.input, rows, {&logits_.view, &source});
  results_ = given.in_background ? memory_.reserve(given, rows) : out.data;
  set_layout(logits_.input.layout, 1);
  add_input(given, kLogits, logits_);
  set_row_results(kOut, out);
}

void LogSumExpTask::compute(const KernelTable& kernels, const Share& share,
                            const Moves& moves) const {
  kernels.log_sum_exp(moves.of(logits_.input, 0), results_, share);
}

napi_value LogSumExpTask::finish(Napi::Env /* env */, void* out) {
  const size_t bytes = row_results().bytes();
  if (out != results_ && bytes > 0) std::memcpy(out, results_, bytes);
  return nullptr;
}

}  // namespace logits
