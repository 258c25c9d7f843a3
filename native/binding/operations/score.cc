#include "score.h"

#include <algorithm>
#include <array>
#include <string>

#include "../errors.h"

namespace logits {
namespace {

enum : size_t {
  kLogits = 1,
  kTargets,
  kIgnored,
  kIds,
  kCounts,
  kLogSumExp,
  kPredictions,
  kMaxLogProbs,
  kLogProbs,
  kRanks,
  kEntropies,
  kMargins,
  kTopIndices,
  kTopLogProbs,
  kIdLogProbs
};

// The ids, checked, in a copy: shared memory could change between the check and the use.
const uint32_t* read_ids(const Call& call, const View& ids, int64_t classes, int64_t per_row,
                         Memory<uint32_t>& memory) {
  const auto count = static_cast<int64_t>(ids.length);
  if (count == 0 || per_row == 0) return nullptr;
  if (ids.type != napi_int32_array) {
    throw_type_error(call.env(), "an Int32Array", "ids", "another typed array");
  }
  const auto* given = static_cast<const int32_t*>(ids.data);
  uint32_t* copy = memory.reserve(call, count);
  for (int64_t i = 0; i < count; ++i) {
    copy[i] = static_cast<uint32_t>(given[i]);
    if (copy[i] >= static_cast<uint64_t>(classes)) {
      throw_id_out_of_range(call.env(), i, i / per_row, static_cast<int32_t>(copy[i]), classes);
    }
  }
  return copy;
}

// Reads the arrays of results: of `length` elements each, none for null, and none over an input.
class Results {
 public:
  using Inputs = std::array<const View*, 4>;

  Results(const Call& call, const Input& logits, const Inputs& inputs)
      : call_(call), logits_(logits), inputs_(inputs) {}

  void* numbers(size_t index, const char* name, int64_t length) const {
    if (is_null(call_, index)) return nullptr;
    const View view = read_output(call_, index, name, logits_, length, {});
    return separate(view).data;
  }
  int32_t* integers(size_t index, const char* name, int64_t length) const {
    if (is_null(call_, index)) return nullptr;
    const View view = read_view(call_, index, name);
    if (view.type != napi_int32_array) {
      throw_type_error(call_.env(), "an Int32Array", name, "another typed array");
    }
    expect_length(call_.env(), view, length);
    return static_cast<int32_t*>(separate(view).data);
  }

 private:
  const View& separate(const View& view) const {
    for (const View* input : inputs_) {
      expect_no_overlap(call_.env(), view, *input, Overlap::none);
    }
    return view;
  }

  const Call& call_;
  const Input& logits_;
  const Inputs inputs_;
};

}  // namespace

void expect_scored_classes(Napi::Env env, const Layout& layout) {
  if (layout.classes <= kMostScoredClasses) return;
  throw_shape_error(env, "at most 2^30 classes", "shape", std::to_string(layout.classes));
}

void expect_own_results(const Call& call) {
  if (!call.in_background || call.numbers.own_results == 1) return;
  throw_type_error(call.env(), "arrays of its own", "results", "others");
}

ScoreTask::ScoreTask(const Call& given) {
  const Napi::Env env = given.env();
  const InputView logits = read_input(given, kLogits, "logits");
  const Layout& layout = logits.input.layout;
  const int64_t rows = layout.rows();
  expect_scored_classes(env, layout);
  expect_own_results(given);

  call_.logits = logits.input;
  call_.double_results = has_double_results(logits.input.element);
  call_.ties = static_cast<Ties>(expect_integer(env, given.numbers.ties, "ties"));
  call_.top = expect_integer(env, given.numbers.top, "top");
  if (call_.top < 0 || call_.top > kMostTopClasses || call_.top > layout.classes) {
    throw_value_error(env, "a number of classes", "top", "another one");
  }
  const View targets = read_optional_view(given, kTargets, "targets");
  if (!is_null(given, kTargets)) {
    const ClassTargets classes =
        read_class_targets(given, kTargets, targets, kIgnored, layout, nullptr, indices_);
    call_.targets = classes.classes;
    ignored_ = rows - classes.counted;
  }
  const View ids = read_optional_view(given, kIds, "ids");
  call_.ids_per_row = rows == 0 ? 0 : static_cast<int64_t>(ids.length) / rows;
  expect_length(env, ids, call_.ids_per_row * rows);
  call_.ids = read_ids(given, ids, layout.classes, call_.ids_per_row, ids_);

  const View counts = read_view(given, kCounts, "counts");
  const Results results(given, logits.input, {&logits.view, &targets, &ids, &counts});
  call_.log_sum_exps = results.numbers(kLogSumExp, "logSumExp", rows);
  call_.predictions = results.integers(kPredictions, "predictions", rows);
  call_.max_log_probs = results.numbers(kMaxLogProbs, "maxLogProbs", rows);
  call_.log_probs = results.numbers(kLogProbs, "logProbs", rows);
  call_.ranks = results.integers(kRanks, "ranks", rows);
  call_.entropies = results.numbers(kEntropies, "entropies", rows);
  call_.margins = results.numbers(kMargins, "margins", rows);
  call_.top_classes = results.integers(kTopIndices, "top.indices", rows * call_.top);
  call_.top_log_probs = results.numbers(kTopLogProbs, "top.logProbs", rows * call_.top);
  call_.id_log_probs = results.numbers(kIdLogProbs, "idLogProbs", rows * call_.ids_per_row);
  if (call_.targets == nullptr && (call_.log_probs != nullptr || call_.ranks != nullptr)) {
    throw_type_error(env, "targets", "targets", "null");
  }
  if (is_null(given, kPredictions)) {
    throw_type_error(env, "an Int32Array", "predictions", "null");
  }
  if (counts.type != napi_float64_array || counts.length != 2) {
    throw_type_error(env, "a Float64Array of 2", "counts", "another array");
  }
  counts_ = static_cast<double*>(counts.data);
  set_layout(call_.logits.layout, 1);
  add_input(given, kLogits, logits);
}

void ScoreTask::compute(const KernelTable& kernels, const Share& share, const Moves& moves) const {
  ScoreCall call = call_;
  call.logits = moves.of(call.logits, 0);
  kernels.score(call, share);
}

napi_value ScoreTask::finish(Napi::Env /* env */, void* /* out */) {
  const int64_t left_out = std::count(call_.predictions, call_.predictions + layout().rows(), -1);
  counts_[0] = static_cast<double>(ignored_);
  counts_[1] = static_cast<double>(left_out - ignored_);
  return nullptr;
}

}  // namespace logits
