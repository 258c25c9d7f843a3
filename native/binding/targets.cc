#include "targets.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "errors.h"

namespace logits {
namespace {

// Class indices that count for nothing, in ascending order.
struct Ignored {
  const int64_t* values;
  int64_t count;

  bool has(int64_t value) const {
    return count == 1 ? value == values[0] : std::binary_search(values, values + count, value);
  }
};

Ignored read_ignored(const Call& call, size_t index, Memory<int64_t>& memory) {
  const Napi::Env env = call.env();
  if (std::isfinite(call.numbers.ignore_index)) {
    int64_t* values = memory.reserve(env, 1);
    *values = expect_integer(env, call.numbers.ignore_index, "ignoreIndex");
    return {values, 1};
  }
  const View view = read_view(call, index, "ignoreIndex");
  if (view.type != napi_float64_array) {
    throw_type_error(env, "a number or a Float64Array", "ignoreIndex", "another array");
  }
  const auto* given = static_cast<const double*>(view.data);
  int64_t* values = memory.reserve(env, static_cast<int64_t>(view.length));
  int64_t count = 0;
  constexpr double kLargest = 9007199254740991;
  for (size_t i = 0; i < view.length; ++i) {
    const double value = given[i];
    if (value >= -kLargest && value <= kLargest) values[count++] = static_cast<int64_t>(value);
  }
  std::sort(values, values + count);
  return {values, count};
}

// Returns the first row whose target is neither a class nor ignored, or -1.
template <class T>
int64_t resolve(const View& targets, int64_t classes, const Ignored& ignored,
                ClassTargets& result) {
  const T* indices = static_cast<const T*>(targets.data);
  for (int64_t row = 0; row < result.rows; ++row) {
    const T index = indices[row];
    // A uint64 beyond int64 is no class and no ignore index.
    const bool fits = sizeof(T) < sizeof(int64_t) || std::numeric_limits<T>::is_signed ||
                      index <= static_cast<T>(std::numeric_limits<int64_t>::max());
    const int64_t value = fits ? static_cast<int64_t>(index) : std::numeric_limits<int64_t>::max();
    if (fits && ignored.has(value)) {
      result.classes[row] = kIgnoredRow;
    } else if (value >= 0 && value < classes) {
      result.classes[row] = value;
      ++result.counted;
    } else {
      return row;
    }
  }
  return -1;
}

int64_t resolve_any(Napi::Env env, const View& targets, int64_t classes, const Ignored& ignored,
                    ClassTargets& result) {
  switch (targets.type) {
    case napi_int8_array:
      return resolve<int8_t>(targets, classes, ignored, result);
    case napi_uint8_array:
      return resolve<uint8_t>(targets, classes, ignored, result);
    case napi_int16_array:
      return resolve<int16_t>(targets, classes, ignored, result);
    case napi_uint16_array:
      return resolve<uint16_t>(targets, classes, ignored, result);
    case napi_int32_array:
      return resolve<int32_t>(targets, classes, ignored, result);
    case napi_uint32_array:
      return resolve<uint32_t>(targets, classes, ignored, result);
    case napi_bigint64_array:
      return resolve<int64_t>(targets, classes, ignored, result);
    case napi_biguint64_array:
      return resolve<uint64_t>(targets, classes, ignored, result);
    default:
      throw_type_error(env, "an integer array", "targets", "another typed array");
  }
}

}  // namespace

bool is_probabilities(const View& view) {
  return view.type == napi_float32_array || view.type == napi_float64_array;
}

ClassTargets read_class_targets(const Call& call, size_t index, const View& view,
                                size_t ignored_index, const Layout& layout, const double* weight,
                                Memory<int64_t>& memory) {
  const Napi::Env env = call.env();
  const int64_t rows = layout.rows();
  expect_length(env, view, rows);
  Memory<int64_t> ignored_memory;
  const Ignored ignored = read_ignored(call, ignored_index, ignored_memory);
  ClassTargets result = {memory.reserve(env, rows), rows, 0, 0, false};
  const int64_t bad = resolve_any(env, view, layout.classes, ignored, result);
  if (bad >= 0) throw_target_out_of_range(env, call[index], bad, layout.classes);
  if (weight == nullptr) {
    result.weight = static_cast<double>(result.counted);
    result.has_weight = result.counted > 0;
    return result;
  }
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t target = result.classes[row];
    if (target == kIgnoredRow) continue;
    const double own = weight[target];
    result.weight += own;
    result.has_weight = result.has_weight || own != 0;
  }
  return result;
}

void ClassTargets::ignore_all() { std::fill_n(classes, rows, kIgnoredRow); }

double Mean::effective_divisor() const {
  if (!is_empty) return divisor;
  return is_zero() ? 1 : std::numeric_limits<double>::quiet_NaN();
}

Mean read_mean(const Call& call, Reduction reduction, double divisor, bool is_empty) {
  const Napi::Env env = call.env();
  const auto when_empty =
      static_cast<EmptyMean>(expect_integer(env, call.numbers.empty_mean, "emptyMean"));
  const bool empty = is_empty && reduction == Reduction::mean;
  if (empty && when_empty == EmptyMean::fail) throw_empty_mean(env);
  return {divisor, empty, when_empty};
}

}  // namespace logits
