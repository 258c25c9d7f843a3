#include "evaluate.h"

#include "../evaluation/state.h"
#include "arguments.h"
#include "errors.h"
#include "run.h"
#include "score.h"
#include "targets.h"

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
  if (is_null(call, index)) return memory.reserve(call.env(), rows);
  return read_own<T>(call, index, name, type, rows);
}

}  // namespace

void evaluate_binding(const Call& given) {
  const Napi::Env env = given.env();
  const InputView logits = read_input(given, kLogits, "logits");
  const Layout& layout = logits.input.layout;
  const int64_t rows = layout.rows();
  expect_scored_classes(env, layout);
  EvaluatorState state = read_state(given, layout.classes);
  const View targets = read_view(given, kTargets, "targets");
  Memory<uint32_t> indices;
  const ClassTargets classes =
      read_class_targets(given, kTargets, targets, kIgnored, layout, nullptr, indices);

  Memory<double> log_probs;
  Memory<double> entropies;
  Memory<double> confidences;
  Memory<double> square_distances;
  Memory<int32_t> ranks;
  Memory<int32_t> predictions;
  const ScoredRows scored = {
      rows,
      classes.classes,
      read_rows(given, kLosses, "losses", napi_float64_array, rows, log_probs),
      read_rows(given, kRanks, "ranks", napi_int32_array, rows, ranks),
      read_rows(given, kPredictions, "predictions", napi_int32_array, rows, predictions),
      entropies.reserve(env, rows),
      confidences.reserve(env, rows),
      square_distances.reserve(env, rows)};
  ScoreCall call = {};
  call.logits = logits.input;
  call.targets = scored.targets;
  call.ties = Ties::index;
  call.double_results = true;
  call.log_probs = scored.log_probs;
  call.ranks = scored.ranks;
  call.predictions = scored.predictions;
  call.entropies = scored.entropies;
  call.confidences = scored.confidences;
  call.square_distances = scored.square_distances;

  run(given, layout, 1,
      [&](const KernelTable& kernels, const Share& share) { kernels.score(call, share); });
  state.add(scored);
  if (is_null(given, kLosses)) return;
  for (int64_t row = 0; row < rows; ++row) scored.log_probs[row] = 0 - scored.log_probs[row];
}

}  // namespace logits
