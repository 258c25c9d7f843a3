#include "../../evaluation/evaluator.h"

#include "../operation.h"
#include "../targets.h"

namespace logits {
namespace {

namespace at = arguments::evaluate;

// An array of JavaScript's own, that no caller has seen.
template <class T>
T* read_own(const Call& call, size_t index, napi_typedarray_type type, int64_t length) {
  const View view = read_view(call, index);
  if (view.type != type) fail(call.env(), ErrorKind::type, index);
  expect_length(call.env(), view, length);
  return static_cast<T*>(view.data);
}

EvaluatorState read_state(const Call& call, int64_t classes) {
  EvaluatorState state = {};
  const View top = read_view(call, at::top);
  if (top.type != napi_float64_array) fail(call.env(), ErrorKind::type, at::top);
  state.ks = static_cast<const double*>(top.data);
  state.top = static_cast<int64_t>(top.length);
  state.bins = expect_integer(call.env(), call.numbers.bins);
  if (state.bins < 1 || state.bins > limits::bins) {
    fail(call.env(), ErrorKind::value, at::call, call.numbers.bins);
  }
  state.classes = classes;
  state.counts = read_own<double>(call, at::counts, napi_float64_array, state.count_length());
  state.sums = read_own<int64_t>(call, at::sums, napi_bigint64_array, state.sum_length());
  if (call.has(at::confusion)) {
    state.confusion = read_own<double>(call, at::confusion, napi_float64_array, classes * classes);
  }
  return state;
}

// An array of results that JavaScript has made, or working memory.
template <class T>
T* read_rows(const Call& call, size_t index, napi_typedarray_type type, int64_t rows,
             Memory<T>& memory) {
  if (!call.has(index)) return memory.reserve(call, rows);
  return read_own<T>(call, index, type, rows);
}

class EvaluateTask : public Task {
 public:
  explicit EvaluateTask(const Call& given) {
    const InputView logits = read_scored_input(given, at::logits);
    const Layout& layout = logits.input.layout;
    const int64_t rows = layout.rows();
    state_ = read_state(given, layout.classes);
    const View targets = read_view(given, at::targets);
    const ClassTargets classes =
        read_class_targets(given, targets, at::ignored, layout, nullptr, indices_);
    wants_losses_ = given.has(at::losses);
    scored_ = {rows,
               classes.classes,
               read_rows(given, at::losses, napi_float64_array, rows, log_probs_),
               read_rows(given, at::ranks, napi_int32_array, rows, ranks_),
               read_rows(given, at::predictions, napi_int32_array, rows, predictions_),
               entropies_.reserve(given, rows),
               confidences_.reserve(given, rows),
               square_distances_.reserve(given, rows)};
    call_.logits = logits.input;
    call_.targets = scored_.targets;
    call_.ties = Ties::index;
    call_.double_results = true;
    call_.log_probs = scored_.log_probs;
    call_.ranks = scored_.ranks;
    call_.predictions = scored_.predictions;
    call_.entropies = scored_.entropies;
    call_.confidences = scored_.confidences;
    call_.square_distances = scored_.square_distances;
    set_layout(call_.logits.layout, 1);
    add_input(given, logits);
  }

  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override {
    ScoreCall call = call_;
    call.logits = moves.of(call.logits, at::logits);
    kernels.score(call, share);
  }

  double finish(void* /* out */) override {
    state_.add(scored_);
    if (wants_losses_) {
      for (int64_t row = 0; row < scored_.rows; ++row) {
        scored_.log_probs[row] = 0 - scored_.log_probs[row];
      }
    }
    return 0;
  }

 private:
  ScoreCall call_ = {};
  EvaluatorState state_ = {};
  ScoredRows scored_ = {};
  bool wants_losses_ = false;
  Memory<uint32_t> indices_;
  Memory<double> log_probs_;
  Memory<double> entropies_;
  Memory<double> confidences_;
  Memory<double> square_distances_;
  Memory<int32_t> ranks_;
  Memory<int32_t> predictions_;
};

}  // namespace

const Operation evaluateOperation = operation<EvaluateTask>();

}  // namespace logits
