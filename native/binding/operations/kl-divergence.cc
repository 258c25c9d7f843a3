#include "../losses.h"
#include "../operation.h"

namespace logits {
namespace {

namespace at = arguments::klDivergence;

class KlDivergenceTask : public LossTask {
 public:
  explicit KlDivergenceTask(const Call& given)
      : LossTask(given),
        logits_(read_input(given, at::logits)),
        others_(read_input_like(given, at::otherLogits, logits_.input)) {
    constexpr int64_t kCost = 16;
    const Layout& layout = logits_.input.layout;
    read_losses(given, at::out, logits_.input, {&logits_.view, &others_.view});
    divergences_ = reserve_losses(given, layout.rows(), static_cast<double>(layout.rows()));
    set_layout(layout, kCost);
    add_input(given, logits_);
    add_input(given, others_);
  }

  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override {
    kernels.kl_divergence(moves.of(logits_.input, at::logits),
                          moves.of(others_.input, at::otherLogits), divergences_, share);
  }

 private:
  InputView logits_;
  InputView others_;
  double* divergences_;
};

}  // namespace

const Operation klDivergenceOperation = operation<KlDivergenceTask>();

}  // namespace logits
