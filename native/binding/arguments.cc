#include "arguments.h"

#include <cmath>
#include <limits>
#include <new>
#include <string>

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
  if (view.type != napi_float32_array) {
    throw_type_error(info.Env(), "ERR_INVALID_ARG_TYPE",
                     expected("a Float32Array", name, "another typed array"));
  }
  return view;
}

View read_optional_floats(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (info[index].IsNull()) return {nullptr, 0, sizeof(float), napi_float32_array, name};
  return read_floats(info, index, name);
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

Layout read_layout(const Napi::CallbackInfo& info, size_t index) {
  const Layout layout = {read_integer(info, index, "outer"),
                         read_integer(info, index + 1, "classes"),
                         read_integer(info, index + 2, "inner")};
  const int64_t rows = product(layout.outer, layout.inner);
  // Class numbers are kept in 32 bits where rows lie side by side.
  constexpr int64_t kMostClasses = 0xfffffffe;
  if (rows < 0 || product(rows, layout.classes) < 0 || layout.classes > kMostClasses) {
    throw_range_error(info.Env(), "ERR_SHAPE_MISMATCH",
                      expected("dimensions of an array", "shape", "larger ones"));
  }
  return layout;
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
  const uintptr_t out_end = out + output.length * output.element_size;
  const uintptr_t in_end = in + input.length * input.element_size;
  if (out == out_end || in == in_end || out_end <= in || in_end <= out) return;
  const bool same = out == in && out_end == in_end && output.type == input.type;
  if (same && allowed == Overlap::same) return;
  const std::string what =
      allowed == Overlap::same
          ? std::string("the memory of ") + input.name + " itself or separate memory"
          : std::string("memory separate from ") + input.name;
  throw_range_error(env, "ERR_BUFFER_OVERLAP",
                    expected(what, output.name, std::string("memory that overlaps ") + input.name));
}

}  // namespace logits
