#include "evaluator.h"

#include "../errors.h"
#include "score.h"

namespace logits {
namespace {

enum : size_t {
  kLogits = 1,
  kTargets,
  kIgnored,
  kTop,
  kCounts,
  kSums,
  kConfusion,
  kLosses,
  kRanks,
  kPredictions
};

// An array of JavaScript's own, that no caller has seen.
template <class T>
T* read_own(const Call& call, size_t index, const char* name, napi_typedarray_type type,
            int64_t length) {
  const View view = read_view(call, index, name);
  if (view.type != type) throw_type_error(call.env(), "the state", name, "another array");
  expect_length(call.env(), view, length);
  return static_cast<T*>(view.data);
}

EvaluatorState read_state(const Call& call, int64_t classes) {
  EvaluatorState state = {};
  const View top = read_view(call, kTop, "top");
  state.tops = static_cast<int64_t>(top.length);
  state.bins = expect_integer(call.env(), call.numbers.top, "bins");
  state.classes = classes;
  if (top.type != napi_float64_array || state.bins < 1 || state.bins > (1 << 20)) {
    throw_type_error(call.env(), "the state", "top", "another array");
  }
  state.top = static_cast<const double*>(top.data);
  state.counts =
      read_own<double>(call, kCounts, "counts", napi_float64_array, state.count_length());
  state.sums = read_own<int64_t>(call, kSums, "sums", napi_bigint64_array, state.sum_length());
  if (!is_null(call, kConfusion)) {
    state.confusion =
        read_own<double>(call, kConfusion, "confusion", napi_float64_array, classes * classes);
  }
  return state;
}

// An array of results that JavaScript has made, or working memory.
template <class T>
T* read_rows(const Call& call, size_t index, const char* name, napi_typedarray_type type,
             int64_t rows, Memory<T>& memory) {
  if (is_null(call, index)) return memory.reserve(call, rows);
  return read_own<T>(call, index, name, type, rows);
}

}  // namespace

EvaluateTask::EvaluateTask(const Call& given) {
  const InputView logits = read_input(given, kLogits, "logits");
  const Layout& layout = logits.input.layout;
  const int64_t rows = layout.rows();
  expect_scored_classes(given.env(), layout);
  expect_own_results(given);
  state_ = read_state(given, layout.classes);
  const View targets = read_view(given, kTargets, "targets");
  const ClassTargets classes =
      read_class_targets(given, kTargets, targets, kIgnored, layout, nullptr, indices_);
  wants_losses_ = !is_null(given, kLosses);
  scored_ = {rows,
             classes.classes,
             read_rows(given, kLosses, "losses", napi_float64_array, rows, log_probs_),
             read_rows(given, kRanks, "ranks", napi_int32_array, rows, ranks_),
             read_rows(given, kPredictions, "predictions", napi_int32_array, rows, predictions_),
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
  add_input(given, kLogits, logits);
}

void EvaluateTask::compute(const KernelTable& kernels, const Share& share,
                           const Moves& moves) const {
  ScoreCall call = call_;
  call.logits = moves.of(call.logits, 0);
  kernels.score(call, share);
}

napi_value EvaluateTask::finish(Napi::Env /* env */, void* /* out */) {
  state_.add(scored_);
  if (wants_losses_) {
    for (int64_t row = 0; row < scored_.rows; ++row) {
      scored_.log_probs[row] = 0 - scored_.log_probs[row];
    }
  }
  return nullptr;
}

}  // namespace logits
