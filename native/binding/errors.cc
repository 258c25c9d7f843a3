#include "errors.h"

namespace logits {

Napi::Error error_of(Napi::Env env, ErrorKind kind, size_t argument, napi_value value,
                     int64_t row) {
  // As little memory as there is may have to do for it.
  Napi::Error error = Napi::Error::New(env, "native error");
  error.Set("code", Napi::Number::New(env, static_cast<double>(kind)));
  error.Set("argument", Napi::Number::New(env, static_cast<double>(argument)));
  if (row >= 0) error.Set("row", Napi::Number::New(env, static_cast<double>(row)));
  if (value != nullptr) error.Set("value", value);
  return error;
}

void fail(Napi::Env env, ErrorKind kind, size_t argument) { throw error_of(env, kind, argument); }

void fail(Napi::Env env, ErrorKind kind, size_t argument, double value, int64_t row) {
  throw error_of(env, kind, argument, Napi::Number::New(env, value), row);
}

void give_to_javascript(napi_env env, const Napi::Error& error) noexcept {
  try {
    napi_throw(env, error.Value());
  } catch (const Napi::Error&) {  // NOLINT(bugprone-empty-catch): see errors.h
  }
}

void give_out_of_memory_to_javascript(napi_env env) noexcept {
  try {
    give_to_javascript(env, error_of(env, ErrorKind::memory, 0));
  } catch (const Napi::Error&) {  // NOLINT(bugprone-empty-catch): see errors.h
  }
}

}  // namespace logits
