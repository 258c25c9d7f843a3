#include "../losses.h"
#include "../operation.h"
#include "../targets.h"

namespace logits {
namespace {

namespace at = arguments::nllLoss;

class NllLossTask : public LossTask {
 public:
  explicit NllLossTask(const Call& given) : LossTask(given) {
    const InputView input = read_input(given, at::logProbabilities);
    const Layout& layout = input.input.layout;
    const Factors weight = read_factors(given, at::weight, layout.classes, weights_);
    const View targets = read_view(given, at::targets);
    ClassTargets classes =
        read_class_targets(given, targets, at::ignored, layout, weight.values, indices_);
    const Mean mean =
        read_mean(given, at::targets, reduction_, classes.weight, !classes.has_weight);
    read_losses(given, at::out, input.input, {&input.view, &targets, &weight.view});
    if (mean.is_zero()) classes.ignore_all();
    call_ = {input.input, classes.classes, weight.values,
             reserve_losses(given, layout.rows(), mean.effective_divisor())};
    set_layout(call_.log_probabilities.layout, 1);
    add_input(given, input);
  }

  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override {
    NllLossCall call = call_;
    call.log_probabilities = moves.of(call.log_probabilities, at::logProbabilities);
    kernels.nll_loss(call, share);
  }

 private:
  NllLossCall call_;
  Memory<double> weights_;
  Memory<uint32_t> indices_;
};

}  // namespace

const Operation nllLossOperation = operation<NllLossTask>();

}  // namespace logits
