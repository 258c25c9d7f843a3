#include "targets.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "errors.h"

namespace logits {
namespace {

// Class indices that count for nothing, in ascending order.
struct Ignored {
  const int64_t* values;
  int64_t count;
};

Ignored read_ignored(const Call& call, size_t index, Memory<int64_t>& memory) {
  const Napi::Env env = call.env();
  if (std::isfinite(call.numbers.ignoreIndex)) {
    int64_t* values = memory.reserve(call, 1);
    *values = expect_integer(env, call.numbers.ignoreIndex);
    return {values, 1};
  }
  const View view = read_view(call, index);
  if (view.type != napi_float64_array) fail(env, ErrorKind::type, index);
  const auto* given = static_cast<const double*>(view.data);
  int64_t* values = memory.reserve(call, static_cast<int64_t>(view.length));
  int64_t count = 0;
  for (size_t i = 0; i < view.length; ++i) {
    const double value = given[i];
    if (std::fabs(value) <= kLargestSafeInteger) values[count++] = static_cast<int64_t>(value);
  }
  std::sort(values, values + count);
  return {values, count};
}

// What a target that is neither a class nor ignored becomes in the copy, until it is found there.
constexpr uint32_t kNoClass = kMostClasses;
// So many rows are counted in 32 bits.
constexpr int64_t kRowsTogether = 4096;

// Masks of bits and halves of numbers instead of conditions and whole ones, so that compilers make
// vectors of a loop over rows even where these have no comparison of 64 bits (SSE2).
uint32_t mask_of(bool condition) { return 0 - static_cast<uint32_t>(condition); }

template <class T>
uint32_t upper_half(T index) {
  return sizeof(T) < 8 ? 0 : static_cast<uint32_t>(static_cast<uint64_t>(index) >> 32);
}

template <class T>
uint32_t lower_half(T index) {
  return static_cast<uint32_t>(index);
}

template <class T>
struct OneIgnored {
  T value;
  bool exists;  // no T is equal to a number that does not fit

  explicit OneIgnored(int64_t number) : value(static_cast<T>(number)), exists(false) {
    exists = static_cast<int64_t>(value) == number && (std::is_signed_v<T> || number >= 0);
  }

  uint32_t has(T index) const {
    return mask_of(exists) & mask_of(lower_half(index) == lower_half(value)) &
           mask_of(upper_half(index) == upper_half(value));
  }
};

template <class T>
struct SeveralIgnored {
  const Ignored& all;

  uint32_t has(T index) const {
    const auto value = static_cast<int64_t>(+index);
    const bool fits = std::is_signed_v<T> || value >= 0;
    return mask_of(fits && std::binary_search(all.values, all.values + all.count, value));
  }
};

// Returns the first row whose target is neither a class nor ignored, or -1.
template <class T, class IgnoredOf>
int64_t resolve_rows(const T* indices, int64_t classes, const IgnoredOf& ignored_of,
                     ClassTargets& result) {
  // Negative numbers of up to 32 bits are, without a sign, those from here on.
  constexpr int64_t kNegative = int64_t{1} << 31;
  const bool is_short = std::is_signed_v<T> && sizeof(T) < 8;
  const auto end = static_cast<uint32_t>(is_short ? std::min(classes, kNegative) : classes);
  uint32_t* const copy = result.classes;
  for (int64_t first = 0; first < result.rows; first += kRowsTogether) {
    const int64_t count = std::min(kRowsTogether, result.rows - first);
    uint32_t ignored_rows = 0;
    uint32_t any_bad = 0;
    for (int64_t row = first; row < first + count; ++row) {
      const T index = indices[row];
      const uint32_t ignored = ignored_of.has(index);
      const uint32_t unknown = mask_of(upper_half(index) != 0) | mask_of(lower_half(index) >= end);
      const uint32_t bad = unknown & ~ignored;
      static_assert(kIgnoredRow == 0xffffffff && kNoClass == kIgnoredRow - 1);
      copy[row] = (lower_half(index) | unknown | ignored) + bad;
      ignored_rows -= ignored;
      any_bad |= bad;
    }
    if (any_bad != 0) return std::find(copy + first, copy + first + count, kNoClass) - copy;
    result.counted += count - ignored_rows;
  }
  return -1;
}

template <class T>
int64_t resolve(const View& targets, int64_t classes, const Ignored& ignored,
                ClassTargets& result) {
  const T* indices = static_cast<const T*>(targets.data);
  if (ignored.count == 1) {
    return resolve_rows(indices, classes, OneIgnored<T>(ignored.values[0]), result);
  }
  return resolve_rows(indices, classes, SeveralIgnored<T>{ignored}, result);
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
      fail(env, ErrorKind::type, targets.argument);
  }
}

}  // namespace

bool is_probabilities(const View& view) {
  return view.type == napi_float32_array || view.type == napi_float64_array;
}

ClassTargets read_class_targets(const Call& call, const View& targets, size_t ignored,
                                const Layout& layout, const double* weight,
                                Memory<uint32_t>& memory) {
  const Napi::Env env = call.env();
  const int64_t rows = layout.rows();
  expect_length(env, targets, rows);
  Memory<int64_t> ignored_memory;
  const Ignored all_ignored = read_ignored(call, ignored, ignored_memory);
  ClassTargets result = {memory.reserve(call, rows), rows, 0, 0, false};
  const int64_t bad = resolve_any(env, targets, layout.classes, all_ignored, result);
  if (bad >= 0) throw error_of(env, ErrorKind::target, targets.argument, nullptr, bad);
  if (weight == nullptr) {
    result.weight = static_cast<double>(result.counted);
    result.has_weight = result.counted > 0;
    return result;
  }
  for (int64_t row = 0; row < rows; ++row) {
    const uint32_t target = result.classes[row];
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

Mean read_mean(const Call& call, size_t targets, Reduction reduction, double divisor,
               bool is_empty) {
  const Napi::Env env = call.env();
  const auto when_empty = static_cast<EmptyMean>(expect_integer(env, call.numbers.emptyMean));
  const bool empty = is_empty && reduction == Reduction::mean;
  if (empty && when_empty == EmptyMean::throw_) fail(env, ErrorKind::emptyMean, targets);
  return {divisor, empty, when_empty};
}

}  // namespace logits
