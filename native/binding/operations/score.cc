#include <algorithm>
#include <array>

#include "../operation.h"
#include "../targets.h"

namespace logits {
namespace {

namespace at = arguments::score;

// The ids, checked, in a copy: shared memory could change between the check and the use.
const uint32_t* read_ids(const Call& call, const View& ids, int64_t classes, int64_t per_row,
                         Memory<uint32_t>& memory) {
  const auto count = static_cast<int64_t>(ids.length);
  if (count == 0 || per_row == 0) return nullptr;
  if (ids.type != napi_int32_array) fail(call.env(), ErrorKind::type, ids.argument);
  const auto* given = static_cast<const int32_t*>(ids.data);
  uint32_t* copy = memory.reserve(call, count);
  for (int64_t i = 0; i < count; ++i) {
    copy[i] = static_cast<uint32_t>(given[i]);
    if (copy[i] >= static_cast<uint64_t>(classes)) {
      fail(call.env(), ErrorKind::target, ids.argument, static_cast<int32_t>(copy[i]), i / per_row);
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

  void* numbers(size_t index, int64_t length) const {
    if (!call_.has(index)) return nullptr;
    return separate(read_output(call_, index, logits_, length, {})).data;
  }
  int32_t* integers(size_t index, int64_t length) const {
    if (!call_.has(index)) return nullptr;
    const View view = read_view(call_, index);
    if (view.type != napi_int32_array) fail(call_.env(), ErrorKind::type, index);
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

class ScoreTask : public Task {
 public:
  explicit ScoreTask(const Call& given) {
    const Napi::Env env = given.env();
    const InputView logits = read_scored_input(given, at::logits);
    const Layout& layout = logits.input.layout;
    const int64_t rows = layout.rows();

    call_.logits = logits.input;
    call_.double_results = has_double_results(logits.input.element);
    call_.ties = static_cast<Ties>(expect_integer(env, given.numbers.ties));
    call_.top = expect_integer(env, given.numbers.top);
    if (call_.top < 0 || call_.top > limits::topClasses || call_.top > layout.classes) {
      fail(env, ErrorKind::value, at::call, given.numbers.top);
    }
    const View targets = read_optional_view(given, at::targets);
    if (given.has(at::targets)) {
      const ClassTargets classes =
          read_class_targets(given, targets, at::ignored, layout, nullptr, indices_);
      call_.targets = classes.classes;
      ignored_ = rows - classes.counted;
    }
    const View ids = read_optional_view(given, at::ids);
    call_.ids_per_row = rows == 0 ? 0 : static_cast<int64_t>(ids.length) / rows;
    expect_length(env, ids, call_.ids_per_row * rows);
    call_.ids = read_ids(given, ids, layout.classes, call_.ids_per_row, ids_);

    const View counts = read_view(given, at::counts);
    const Results results(given, logits.input, {&logits.view, &targets, &ids, &counts});
    call_.log_sum_exps = results.numbers(at::logSumExp, rows);
    call_.predictions = results.integers(at::predictions, rows);
    call_.max_log_probs = results.numbers(at::maxLogProbs, rows);
    call_.log_probs = results.numbers(at::logProbs, rows);
    call_.ranks = results.integers(at::ranks, rows);
    call_.entropies = results.numbers(at::entropies, rows);
    call_.margins = results.numbers(at::margins, rows);
    call_.top_classes = results.integers(at::topIndices, rows * call_.top);
    call_.top_log_probs = results.numbers(at::topLogProbs, rows * call_.top);
    call_.id_log_probs = results.numbers(at::idLogProbs, rows * call_.ids_per_row);
    if (call_.targets == nullptr && (call_.log_probs != nullptr || call_.ranks != nullptr)) {
      fail(env, ErrorKind::type, at::targets);
    }
    if (!given.has(at::predictions)) fail(env, ErrorKind::type, at::predictions);
    if (counts.type != napi_float64_array) fail(env, ErrorKind::type, at::counts);
    expect_length(env, counts, 2);
    counts_ = static_cast<double*>(counts.data);
    set_layout(call_.logits.layout, 1);
    add_input(given, logits);
  }

  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override {
    ScoreCall call = call_;
    call.logits = moves.of(call.logits, at::logits);
    kernels.score(call, share);
  }

  double finish(void* /* out */) override {
    const int64_t left_out = std::count(call_.predictions, call_.predictions + layout().rows(), -1);
    counts_[0] = static_cast<double>(ignored_);
    counts_[1] = static_cast<double>(left_out - ignored_);
    return 0;
  }

 private:
  ScoreCall call_ = {};
  int64_t ignored_ = 0;
  double* counts_ = nullptr;
  Memory<uint32_t> indices_;
  Memory<uint32_t> ids_;
};

}  // namespace

const Operation scoreOperation = operation<ScoreTask>();

}  // namespace logits
