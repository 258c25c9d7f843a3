#include "../operation.h"

namespace logits {
namespace {

template <auto kernel, size_t results, size_t upstream, size_t out>
class GradientTask : public Task {
 public:
  explicit GradientTask(const Call& given)
      : results_(read_input(given, results)),
        upstream_(read_input_like(given, upstream, results_.input)),
        out_(read_output_like(given, out, results_, {&upstream_.view}, {})) {
    constexpr int64_t kCost = 4;
    set_layout_of_all(results_.input.layout, kCost);
    add_input(given, results_);
    add_input(given, upstream_);
    add_results(given, out, out_, results_.input);
  }

  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override {
    (kernels.*kernel)(moves.of(results_.input, results), moves.of(upstream_.input, upstream),
                      moves.of(out_, out), share);
  }

 private:
  InputView results_;
  InputView upstream_;
  Output out_;
};

namespace of_softmax = arguments::softmaxGradient;
namespace of_log_softmax = arguments::logSoftmaxGradient;

}  // namespace

const Operation softmaxGradientOperation =
    operation<GradientTask<&KernelTable::softmax_gradient, of_softmax::probabilities,
                           of_softmax::upstream, of_softmax::out>>();
const Operation logSoftmaxGradientOperation =
    operation<GradientTask<&KernelTable::log_softmax_gradient, of_log_softmax::logProbabilities,
                           of_log_softmax::upstream, of_log_softmax::out>>();

}  // namespace logits
