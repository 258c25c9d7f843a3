#include "targets.h"

#include <algorithm>
#include <limits>

namespace logits {
namespace {

std::vector<int64_t> read_ignored(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsTypedArray()) return {read_integer(info, index, "ignoreIndex")};
  const View view = read_view(info, index, "ignoreIndex");
  if (view.type != napi_float64_array) {
    throw_type_error(info.Env(), "ERR_INVALID_ARG_TYPE",
                     "Expected a number or a Float64Array for ignoreIndex, received another array");
  }
  const auto* values = static_cast<const double*>(view.data);
  std::vector<int64_t> ignored;
  constexpr double kLargest = 9007199254740991;
  for (size_t i = 0; i < view.length; ++i) {
    if (!(values[i] >= -kLargest && values[i] <= kLargest)) continue;
    ignored.push_back(static_cast<int64_t>(values[i]));
  }
  std::sort(ignored.begin(), ignored.end());
  return ignored;
}

// Returns the first row whose target is neither a class nor ignored, or -1.
template <class T>
int64_t resolve(const View& targets, int64_t classes, const std::vector<int64_t>& ignored,
                ClassTargets& result) {
  const T* indices = static_cast<const T*>(targets.data);
  for (int64_t row = 0; row < result.rows; ++row) {
    const T index = indices[row];
    // A uint64 beyond int64 is no class and no ignore index.
    const bool fits = sizeof(T) < sizeof(int64_t) || std::numeric_limits<T>::is_signed ||
                      index <= static_cast<T>(std::numeric_limits<int64_t>::max());
    const int64_t value = fits ? static_cast<int64_t>(index) : std::numeric_limits<int64_t>::max();
    if (fits && std::binary_search(ignored.begin(), ignored.end(), value)) {
      result.classes[static_cast<size_t>(row)] = kIgnoredRow;
    } else if (value >= 0 && value < classes) {
      result.classes[static_cast<size_t>(row)] = value;
      ++result.counted;
    } else {
      return row;
    }
  }
  return -1;
}

int64_t resolve_any(const Napi::CallbackInfo& info, const View& targets, int64_t classes,
                    const std::vector<int64_t>& ignored, ClassTargets& result) {
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
      throw_type_error(info.Env(), "ERR_INVALID_ARG_TYPE",
                       "Expected an integer array for targets, received another typed array");
  }
}

}  // namespace

ClassTargets read_class_targets(const Napi::CallbackInfo& info, size_t index, size_t ignore_index,
                                const Layout& layout, const std::vector<double>& weight,
                                View& view) {
  view = read_view(info, index, "targets");
  const int64_t rows = layout.rows();
  expect_length(info.Env(), view, rows);
  const std::vector<int64_t> ignored = read_ignored(info, ignore_index);
  ClassTargets result = {allocate<int64_t>(info.Env(), rows), rows, 0, 0, false};
  const int64_t bad = resolve_any(info, view, layout.classes, ignored, result);
  if (bad >= 0) throw_target_out_of_range(info, index, bad, layout.classes);
  if (weight.empty()) {
    result.weight = static_cast<double>(result.counted);
    result.has_weight = result.counted > 0;
    return result;
  }
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t target = result.classes[static_cast<size_t>(row)];
    if (target == kIgnoredRow) continue;
    const double own = weight[static_cast<size_t>(target)];
    result.weight += own;
    result.has_weight = result.has_weight || own != 0;
  }
  return result;
}

void ClassTargets::ignore_all() { std::fill_n(classes.get(), rows, kIgnoredRow); }

double Mean::effective_divisor() const {
  if (!is_empty) return divisor;
  return is_zero() ? 1 : std::numeric_limits<double>::quiet_NaN();
}

Mean read_mean(const Napi::CallbackInfo& info, size_t index, Reduction reduction, double divisor,
               bool is_empty) {
  const auto when_empty = static_cast<EmptyMean>(read_integer(info, index, "emptyMean"));
  const bool empty = is_empty && reduction == Reduction::mean;
  if (empty && when_empty == EmptyMean::fail) throw_empty_mean(info.Env());
  return {divisor, empty, when_empty};
}

}  // namespace logits
