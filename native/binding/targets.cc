#include "targets.h"

#include <limits>

namespace logits {
namespace {

template <class T>
ResolvedTargets resolve(const View& targets, int64_t classes, int64_t ignore_index,
                        int64_t* resolved) {
  const T* indices = static_cast<const T*>(targets.data);
  const int64_t rows = static_cast<int64_t>(targets.length);
  ResolvedTargets result = {0, -1};
  for (int64_t row = 0; row < rows; ++row) {
    const T index = indices[row];
    // A uint64 beyond int64 is no class and no ignore index.
    const bool fits = sizeof(T) < sizeof(int64_t) || std::numeric_limits<T>::is_signed ||
                      index <= static_cast<T>(std::numeric_limits<int64_t>::max());
    const int64_t value = fits ? static_cast<int64_t>(index) : std::numeric_limits<int64_t>::max();
    if (fits && value == ignore_index) {
      resolved[row] = kIgnoredRow;
    } else if (value >= 0 && value < classes) {
      resolved[row] = value;
      ++result.valid;
    } else {
      result.first_bad = row;
      return result;
    }
  }
  return result;
}

}  // namespace

bool is_target_type(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_int16_array:
    case napi_uint16_array:
    case napi_int32_array:
    case napi_uint32_array:
    case napi_bigint64_array:
    case napi_biguint64_array:
      return true;
    default:
      return false;
  }
}

ResolvedTargets resolve_targets(const View& targets, int64_t classes, int64_t ignore_index,
                                int64_t* resolved) {
  switch (targets.type) {
    case napi_int8_array:
      return resolve<int8_t>(targets, classes, ignore_index, resolved);
    case napi_uint8_array:
      return resolve<uint8_t>(targets, classes, ignore_index, resolved);
    case napi_int16_array:
      return resolve<int16_t>(targets, classes, ignore_index, resolved);
    case napi_uint16_array:
      return resolve<uint16_t>(targets, classes, ignore_index, resolved);
    case napi_int32_array:
      return resolve<int32_t>(targets, classes, ignore_index, resolved);
    case napi_uint32_array:
      return resolve<uint32_t>(targets, classes, ignore_index, resolved);
    case napi_bigint64_array:
      return resolve<int64_t>(targets, classes, ignore_index, resolved);
    default:
      return resolve<uint64_t>(targets, classes, ignore_index, resolved);
  }
}

}  // namespace logits
