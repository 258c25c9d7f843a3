#include "../losses.h"
#include "../operation.h"

namespace logits {
namespace {

namespace at = arguments::binaryCrossEntropy;

class BinaryCrossEntropyTask : public LossTask {
 public:
  explicit BinaryCrossEntropyTask(const Call& given) : LossTask(given) {
    constexpr int64_t kCost = 16;
    const InputView logits = read_input(given, at::logits);
    const Layout& layout = logits.input.layout;
    const InputView targets = read_dense_input_like(given, at::targets, logits.input);
    const View source = read_optional_view(given, at::targetsSource);
    const View weight = read_optional_view(given, at::weight);
    if (given.has(at::weight)) {
      call_.weight_is_per_element = static_cast<int64_t>(weight.length) == layout.elements();
      const int64_t length = call_.weight_is_per_element ? layout.elements() : layout.classes;
      call_.weight = read_doubles(given, weight, length, weights_);
    }
    const Factors positive =
        read_factors(given, at::positiveWeight, layout.classes, positive_weights_);

    call_.logits = logits.input;
    call_.targets = targets.input;
    call_.positive_weight = positive.values;
    // Dense, or the logits' own memory and padding. The kernel writes what 'none' asks for.
    call_.losses = read_optional_output_like(given, at::out, logits,
                                             {&targets.view, &source, &weight, &positive.view});
    call_.row_sums = reserve_losses(given, layout.rows(), static_cast<double>(layout.elements()));
    set_layout(call_.logits.layout, kCost);
    add_input(given, logits);
    add_input(given, targets);
    add_results(given, at::out, call_.losses, logits.input);
  }

  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override {
    BinaryCrossEntropyCall call = call_;
    call.logits = moves.of(call.logits, at::logits);
    call.targets = moves.of(call.targets, at::targets);
    call.losses = moves.of(call.losses, at::out);
    kernels.binary_cross_entropy(call, share);
  }

 private:
  BinaryCrossEntropyCall call_ = {};
  Memory<double> weights_;
  Memory<double> positive_weights_;
};

}  // namespace

const Operation binaryCrossEntropyOperation = operation<BinaryCrossEntropyTask>();

}  // namespace logits
