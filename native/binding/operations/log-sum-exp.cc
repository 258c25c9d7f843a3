#include <cstring>

#include "../operation.h"

namespace logits {
namespace {

namespace at = arguments::logSumExp;

class LogSumExpTask : public Task {
 public:
  explicit LogSumExpTask(const Call& given) : logits_(read_input(given, at::logits)) {
    const Layout& layout = logits_.input.layout;
    const View source = read_optional_view(given, at::logitsSource);
    const View out =
        read_output(given, at::out, logits_.input, layout.rows(), {&logits_.view, &source});
    results_ = given.in_background ? memory_.reserve(given, layout.rows()) : out.data;
    set_layout(layout, 1);
    add_input(given, logits_);
    set_row_results(out);
  }

  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override {
    kernels.log_sum_exp(moves.of(logits_.input, at::logits), results_, share);
  }

  double finish(void* out) override {
    const size_t bytes = row_results().bytes();
    if (out != results_ && bytes > 0) std::memcpy(out, results_, bytes);
    return 0;
  }

 private:
  InputView logits_;
  Memory<double> memory_;
  void* results_;
};

}  // namespace

const Operation logSumExpOperation = operation<LogSumExpTask>();

}  // namespace logits
