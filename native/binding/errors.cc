#include "errors.h"

namespace logits {
namespace {

std::string expected(const std::string& what, const std::string& name,
                     const std::string& received) {
  return "Expected " + what + " for " + name + ", received " + received;
}

Napi::Error with_code(Napi::Error error, const char* code) {
  error.Set("code", Napi::String::New(error.Env(), code));
  return error;
}

[[noreturn]] void throw_error(const Napi::Error& error, const char* code) {
  throw with_code(error, code);
}

[[noreturn]] void throw_range_error(Napi::Env env, const char* code, const std::string& message) {
  throw_error(Napi::RangeError::New(env, message), code);
}

[[noreturn]] void throw_no_class(Napi::Env env, const std::string& what, const std::string& name,
                                 int64_t row, const Napi::Value& target) {
  Napi::RangeError error =
      Napi::RangeError::New(env, expected(what, name.c_str(), target.ToString().Utf8Value()));
  error.Set("row", Napi::Number::New(env, static_cast<double>(row)));
  error.Set("target", target);
  throw_error(error, "ERR_TARGET_OUT_OF_RANGE");
}

}  // namespace

void throw_type_error(Napi::Env env, const std::string& what, const char* name,
                      const char* received) {
  throw_error(Napi::TypeError::New(env, expected(what, name, received)), "ERR_INVALID_ARG_TYPE");
}

void throw_value_error(Napi::Env env, const std::string& what, const char* name,
                       const char* received) {
  throw_range_error(env, "ERR_INVALID_ARG_VALUE", expected(what, name, received));
}

void throw_shape_error(Napi::Env env, const std::string& what, const char* name,
                       const std::string& received) {
  throw_range_error(env, "ERR_SHAPE_MISMATCH", expected(what, name, received));
}

void throw_overlap(Napi::Env env, const std::string& what, const char* name, const char* other) {
  throw_range_error(env, "ERR_BUFFER_OVERLAP",
                    expected(what, name, std::string("memory that overlaps ") + other));
}

void throw_target_out_of_range(Napi::Env env, napi_value targets, int64_t row, int64_t classes) {
  const Napi::Value target = Napi::Object(env, targets).Get(std::to_string(row));
  throw_no_class(env, "a class in [0, " + std::to_string(classes) + ") or ignoreIndex",
                 "targets[" + std::to_string(row) + "]", row, target);
}

void throw_id_out_of_range(Napi::Env env, int64_t index, int64_t row, int32_t id, int64_t classes) {
  throw_no_class(env, "a class in [0, " + std::to_string(classes) + ")",
                 "ids[" + std::to_string(index) + "]", row, Napi::Number::New(env, id));
}

void throw_empty_mean(Napi::Env env) {
  throw_range_error(env, "ERR_EMPTY_MEAN",
                    expected("a row that counts in the mean", "targets", "none"));
}

Napi::Error out_of_memory(Napi::Env env) {
  // No string is made: there may be no memory for one either.
  const char* const message = "Expected memory for the call's working arrays, received none";
  return with_code(Napi::RangeError::New(env, message), "ERR_MEMORY_ALLOCATION_FAILED");
}

void throw_out_of_memory(Napi::Env env) { throw out_of_memory(env); }

void give_to_javascript(napi_env env, const Napi::Error& error) noexcept {
  try {
    napi_throw(env, error.Value());
  } catch (const Napi::Error&) {  // NOLINT(bugprone-empty-catch): see errors.h
  }
}

void give_out_of_memory_to_javascript(napi_env env) noexcept {
  try {
    give_to_javascript(env, out_of_memory(env));
  } catch (const Napi::Error&) {  // NOLINT(bugprone-empty-catch): see errors.h
  }
}

Napi::Error detached(Napi::Env env, const char* name) {
  const std::string message =
      expected("an array with a buffer", name, "one whose buffer was detached or cut short");
  return with_code(Napi::TypeError::New(env, message), "ERR_BUFFER_DETACHED");
}

}  // namespace logits
