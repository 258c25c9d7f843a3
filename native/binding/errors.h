// Errors without words: boundary.def lists their kinds and properties, lib/ words them.
#pragma once

#include <napi.h>

#include <cstdint>

#include "../boundary.h"

namespace logits {

// The property `value` is there where one is given, and `row` where it is not negative.
Napi::Error error_of(Napi::Env env, ErrorKind kind, size_t argument, napi_value value = nullptr,
                     int64_t row = -1);
[[noreturn]] void fail(Napi::Env env, ErrorKind kind, size_t argument);
[[noreturn]] void fail(Napi::Env env, ErrorKind kind, size_t argument, double value,
                       int64_t row = -1);

// Ends a visit to native code with an error. An environment that is being torn down takes none, and
// needs none: these throw nothing, since nothing would catch it.
void give_to_javascript(napi_env env, const Napi::Error& error) noexcept;
void give_out_of_memory_to_javascript(napi_env env) noexcept;

}  // namespace logits
