#include "arguments.h"

#include <cmath>
#include <limits>
#include <new>
#include <string>

#include "../dispatch/streaming.h"

namespace logits {
namespace {

constexpr double kLargestSafeInteger = 9007199254740991;

[[noreturn]] void throw_error(Napi::Error error, const char* code) {
  error.Set("code", Napi::String::New(error.Env(), code));
  throw error;
}

std::string expected(const std::string& what, const char* name, const std::string& received) {
  return "Expected " + what + " for " + name + ", received " + received;
}

size_t size_of(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      return 1;
    case napi_int16_array:
    case napi_uint16_array:
      return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      return 4;
    default:
      return 8;
  }
}

// a * b, or -1 where it exceeds every array.
int64_t product(int64_t a, int64_t b) {
  if (a < 0 || b < 0) return -1;
  if (b != 0 && a > std::numeric_limits<int64_t>::max() / b) return -1;
  return a * b;
}

[[noreturn]] void throw_wrong_array(Napi::Env env, const char* name, const char* what) {
  throw_type_error(env, "ERR_INVALID_ARG_TYPE", expected(what, name, "another typed array"));
}

// The element type by its number, which the array's own type allows.
Element read_element(const Napi::CallbackInfo& info, size_t index, const View& view) {
  const int64_t number = read_integer(info, index, "dtype");
  const auto element = static_cast<Element>(number);
  switch (view.type) {
    case napi_float32_array:
      if (element == Element::float32) return element;
      break;
    case napi_float64_array:
      if (element == Element::float64) return element;
      break;
    case napi_uint16_array:
      if (element == Element::float16 || element == Element::bfloat16) return element;
      break;
    default:
      break;
  }
  throw_wrong_array(info.Env(), view.name, "an array of the named element type");
}

// Rows from the first element to the last, without or with the padding after it.
void expect_input_length(Napi::Env env, const View& view, const Layout& layout) {
  const auto length = static_cast<int64_t>(view.length);
  const int64_t most = layout.outer * layout.outer_stride;
  const int64_t padding = layout.outer_stride - layout.classes * layout.inner;
  const int64_t least = layout.rows() == 0 ? 0 : most - padding;
  if (length >= least && length <= most) return;
  throw_range_error(
      env, "ERR_SHAPE_MISMATCH",
      expected(std::to_string(least) + " elements", view.name, std::to_string(length)));
}

void expect_result_type(Napi::Env env, const View& view, Element element) {
  const bool is_double = has_double_results(element);
  if (view.type == (is_double ? napi_float64_array : napi_float32_array)) return;
  throw_wrong_array(env, view.name, is_double ? "a Float64Array" : "a Float32Array");
}

bool is_same(const View& a, const View& b) {
  return a.data == b.data && a.length == b.length && a.type == b.type && a.length > 0;
}

}  // namespace

AddonState& state_of(const Napi::CallbackInfo& info) {
  return *info.Env().GetInstanceData<AddonState>();
}

float* scratch_of(const Napi::CallbackInfo& info) {
  AddonState& state = state_of(info);
  if (!state.scratch) state.scratch.reset(new (std::nothrow) float[kScratchFloats]);
  if (!state.scratch) throw_out_of_memory(info.Env());
  return state.scratch.get();
}

void throw_type_error(Napi::Env env, const char* code, const std::string& message) {
  throw_error(Napi::TypeError::New(env, message), code);
}

void throw_range_error(Napi::Env env, const char* code, const std::string& message) {
  throw_error(Napi::RangeError::New(env, message), code);
}

void throw_target_out_of_range(const Napi::CallbackInfo& info, size_t index, int64_t row,
                               int64_t classes) {
  const Napi::Env env = info.Env();
  const Napi::Value target = info[index].As<Napi::Object>().Get(std::to_string(row));
  const std::string name = "targets[" + std::to_string(row) + "]";
  Napi::RangeError error = Napi::RangeError::New(
      env, expected("a class in [0, " + std::to_string(classes) + ") or ignoreIndex", name.c_str(),
                    target.ToString().Utf8Value()));
  error.Set("row", Napi::Number::New(env, static_cast<double>(row)));
  error.Set("target", target);
  throw_error(error, "ERR_TARGET_OUT_OF_RANGE");
}

void throw_empty_mean(Napi::Env env) {
  throw_range_error(env, "ERR_EMPTY_MEAN",
                    expected("a row that counts in the mean", "targets", "none"));
}

void throw_out_of_memory(Napi::Env env) {
  throw_range_error(env, "ERR_MEMORY_ALLOCATION_FAILED",
                    expected("memory", "the call's working arrays", "none"));
}

View read_view(const Napi::CallbackInfo& info, size_t index, const char* name) {
  const Napi::Env env = info.Env();
  View view = {nullptr, 0, 0, napi_uint8_array, name};
  bool is_typed_array = false;
  if (napi_is_typedarray(env, info[index], &is_typed_array) != napi_ok || !is_typed_array) {
    throw_type_error(env, "ERR_INVALID_ARG_TYPE", expected("a typed array", name, "another value"));
  }
  if (napi_get_typedarray_info(env, info[index], &view.type, &view.length, &view.data, nullptr,
                               nullptr) != napi_ok) {
    throw_type_error(env, "ERR_INVALID_ARG_TYPE",
                     expected("a readable typed array", name, "another value"));
  }
  view.element_size = size_of(view.type);
  return view;
}

View read_floats(const Napi::CallbackInfo& info, size_t index, const char* name) {
  const View view = read_view(info, index, name);
  if (view.type != napi_float32_array) throw_wrong_array(info.Env(), name, "a Float32Array");
  return view;
}

int64_t read_integer(const Napi::CallbackInfo& info, size_t index, const char* name) {
  double value = 0;
  if (napi_get_value_double(info.Env(), info[index], &value) != napi_ok ||
      !(std::fabs(value) <= kLargestSafeInteger) || value != std::trunc(value)) {
    throw_type_error(info.Env(), "ERR_INVALID_ARG_TYPE",
                     expected("a safe integer", name, "another value"));
  }
  return static_cast<int64_t>(value);
}

double read_number(const Napi::CallbackInfo& info, size_t index, const char* name) {
  double value = 0;
  if (napi_get_value_double(info.Env(), info[index], &value) != napi_ok) {
    throw_type_error(info.Env(), "ERR_INVALID_ARG_TYPE",
                     expected("a number", name, "another value"));
  }
  return value;
}

InputView read_input(const Napi::CallbackInfo& info, size_t index, const char* name) {
  const View view = read_view(info, index, name);
  const Element element = read_element(info, index + 1, view);
  const Layout layout = {
      read_integer(info, index + 2, "outer"), read_integer(info, index + 3, "classes"),
      read_integer(info, index + 4, "inner"), read_integer(info, index + 5, "rowStride")};
  const Input input = {view.data, element, layout, read_number(info, index + 6, "temperature"),
                       read_number(info, index + 7, "softcap")};
  const int64_t rows = product(layout.outer, layout.inner);
  const int64_t dense = product(layout.classes, layout.inner);
  // Class numbers are kept in 32 bits where rows lie side by side.
  constexpr int64_t kMostClasses = 0xfffffffe;
  if (rows < 0 || product(rows, layout.classes) < 0 || layout.classes > kMostClasses ||
      layout.outer_stride < dense || product(layout.outer, layout.outer_stride) < 0) {
    throw_range_error(info.Env(), "ERR_SHAPE_MISMATCH",
                      expected("dimensions of an array", "shape", "larger ones"));
  }
  if (!(input.temperature > 0) || !std::isfinite(input.temperature)) {
    throw_range_error(info.Env(), "ERR_INVALID_ARG_VALUE",
                      expected("a finite number above 0", "temperature", "another one"));
  }
  if (!(input.softcap >= 0) || !std::isfinite(input.softcap)) {
    throw_range_error(info.Env(), "ERR_INVALID_ARG_VALUE",
                      expected("a finite number above 0", "softcap", "another one"));
  }
  expect_input_length(info.Env(), view, layout);
  return {input, view};
}

InputView read_input_like(const Napi::CallbackInfo& info, size_t index, const char* name,
                          const Input& first) {
  const View view = read_view(info, index, name);
  Input input = first;
  input.data = view.data;
  input.element = read_element(info, index + 1, view);
  expect_input_length(info.Env(), view, input.layout);
  return {input, view};
}

std::vector<double> read_doubles(const Napi::CallbackInfo& info, size_t index, const char* name,
                                 int64_t length) {
  std::vector<double> values;
  if (info[index].IsNull()) return values;
  const View view = read_view(info, index, name);
  if (view.type != napi_float32_array && view.type != napi_float64_array) {
    throw_wrong_array(info.Env(), name, "a Float32Array or a Float64Array");
  }
  expect_length(info.Env(), view, length);
  try {
    values.resize(view.length);
  } catch (const std::bad_alloc&) {
    throw_out_of_memory(info.Env());
  }
  for (size_t i = 0; i < view.length; ++i) {
    values[i] = view.type == napi_float64_array ? static_cast<const double*>(view.data)[i]
                                                : static_cast<double>(view.floats()[i]);
  }
  return values;
}

View read_output(const Napi::CallbackInfo& info, size_t index, const char* name, const Input& input,
                 int64_t length, std::initializer_list<const View*> inputs) {
  if (info[index].IsNull()) return {nullptr, 0, 0, napi_float32_array, name};
  const View view = read_view(info, index, name);
  expect_result_type(info.Env(), view, input.element);
  expect_length(info.Env(), view, length);
  for (const View* other : inputs) expect_no_overlap(info.Env(), view, *other, Overlap::none);
  return view;
}

Output read_output_like(const Napi::CallbackInfo& info, size_t index, const char* name,
                        const InputView& input, std::initializer_list<const View*> same,
                        std::initializer_list<const View*> others) {
  const Layout& layout = input.input.layout;
  const int64_t dense = layout.classes * layout.inner;
  if (info[index].IsNull()) return {nullptr, dense, false};
  const View view = read_view(info, index, name);
  expect_result_type(info.Env(), view, input.input.element);
  bool in_place = is_same(view, input.view);
  for (const View* other : same) in_place = in_place || is_same(view, *other);
  if (in_place) {
    expect_input_length(info.Env(), view, layout);
  } else {
    expect_length(info.Env(), view, layout.elements());
  }
  expect_no_overlap(info.Env(), view, input.view, Overlap::same);
  for (const View* other : same) expect_no_overlap(info.Env(), view, *other, Overlap::same);
  for (const View* other : others) expect_no_overlap(info.Env(), view, *other, Overlap::none);
  const bool streams = !in_place && is_worth_streaming(static_cast<int64_t>(view.bytes()));
  return {view.data, in_place ? layout.outer_stride : dense, streams};
}

void expect_length(Napi::Env env, const View& view, int64_t length) {
  if (static_cast<int64_t>(view.length) == length) return;
  throw_range_error(
      env, "ERR_SHAPE_MISMATCH",
      expected(std::to_string(length) + " elements", view.name, std::to_string(view.length)));
}

void expect_no_overlap(Napi::Env env, const View& output, const View& input, Overlap allowed) {
  const auto out = reinterpret_cast<uintptr_t>(output.data);
  const auto in = reinterpret_cast<uintptr_t>(input.data);
  const uintptr_t out_end = out + output.bytes();
  const uintptr_t in_end = in + input.bytes();
  if (out == out_end || in == in_end || out_end <= in || in_end <= out) return;
  if (allowed == Overlap::same && is_same(output, input)) return;
  const std::string what =
      allowed == Overlap::same
          ? std::string("the memory of ") + input.name + " itself or separate memory"
          : std::string("memory separate from ") + input.name;
  throw_range_error(env, "ERR_BUFFER_OVERLAP",
                    expected(what, output.name, std::string("memory that overlaps ") + input.name));
}

}  // namespace logits
