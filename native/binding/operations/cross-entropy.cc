#include <cmath>
#include <limits>

#include "../losses.h"
#include "../operation.h"
#include "../targets.h"

namespace logits {
namespace {

namespace at = arguments::crossEntropy;

// The factors of the rows' gradients: one for all of them in `scale`, or one each.
Factors read_upstream(const Call& call, int64_t rows, double& scale, Memory<double>& memory) {
  scale = call.numbers.upstream;
  if (std::isfinite(scale)) return {};
  scale = 1;
  return read_factors(call, at::upstream, rows, memory);
}

class CrossEntropyTask : public LossTask {
 public:
  explicit CrossEntropyTask(const Call& given) : LossTask(given) {
    const InputView logits = read_input(given, at::logits);
    const Layout& layout = logits.input.layout;
    const int64_t rows = layout.rows();
    const Factors weight = read_factors(given, at::weight, layout.classes, weights_);

    call_.logits = logits.input;
    call_.loss = {nullptr, nullptr, weight.values, given.numbers.labelSmoothing,
                  given.numbers.zLoss};
    const View targets = read_view(given, at::targets);
    const bool has_classes = !is_probabilities(targets);
    InputView probabilities = {};
    ClassTargets classes = {nullptr, rows, rows, static_cast<double>(rows), rows > 0};
    if (has_classes) {
      classes = read_class_targets(given, targets, at::ignored, layout, weight.values, indices_);
      call_.loss.targets = classes.classes;
    } else {
      probabilities = read_dense_input_like(given, at::targets, logits.input);
      probabilities_ = probabilities.input;
    }
    const Mean mean =
        read_mean(given, at::targets, reduction_, classes.weight, !classes.has_weight);

    const Factors upstream = read_upstream(given, rows, call_.gradient_scale, factors_);
    call_.row_scales = upstream.values;
    const View out = read_losses(given, at::out, logits.input,
                                 {&logits.view, &targets, &weight.view, &upstream.view});
    call_.gradient = read_optional_output_like(given, at::gradient, logits,
                                               {&targets, &weight.view, &upstream.view, &out});
    if (reduction_ == Reduction::mean && classes.counted > 0) {
      call_.gradient_scale = mean.is_empty ? std::numeric_limits<double>::quiet_NaN()
                                           : call_.gradient_scale / classes.weight;
    }
    if (mean.is_zero() && has_classes) classes.ignore_all();
    call_.losses = reserve_losses(given, rows, mean.effective_divisor());

    set_layout(call_.logits.layout, 1);
    add_input(given, logits);
    add_results(given, at::gradient, call_.gradient, logits.input);
    if (!has_classes) add_input(given, probabilities);
  }

  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override {
    CrossEntropyCall call = call_;
    call.logits = moves.of(call.logits, at::logits);
    call.gradient = moves.of(call.gradient, at::gradient);
    const Input probabilities = moves.of(probabilities_, at::targets);
    if (call.loss.targets == nullptr) call.loss.probabilities = &probabilities;
    kernels.cross_entropy(call, share);
  }

 private:
  CrossEntropyCall call_;
  Input probabilities_ = {};
  Memory<double> weights_;
  Memory<uint32_t> indices_;
  Memory<double> factors_;
};

}  // namespace

const Operation crossEntropyOperation = operation<CrossEntropyTask>();

}  // namespace logits
