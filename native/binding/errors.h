// The errors of the addon, in the form of lib/arguments/errors.ts.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>

namespace logits {

// Expected `what` for `name`, received `received`.
[[noreturn]] void throw_type_error(Napi::Env env, const std::string& what, const char* name,
                                   const char* received);
[[noreturn]] void throw_value_error(Napi::Env env, const std::string& what, const char* name,
                                    const char* received);
[[noreturn]] void throw_shape_error(Napi::Env env, const std::string& what, const char* name,
                                    const std::string& received);
[[noreturn]] void throw_overlap(Napi::Env env, const std::string& what, const char* name,
                                const char* other);
// Names the element `row` of the typed array `targets`.
[[noreturn]] void throw_target_out_of_range(Napi::Env env, napi_value targets, int64_t row,
                                            int64_t classes);
// Names the element `index` of the ids, one of the row's.
[[noreturn]] void throw_id_out_of_range(Napi::Env env, int64_t index, int64_t row, int32_t id,
                                        int64_t classes);
[[noreturn]] void throw_empty_mean(Napi::Env env);
Napi::Error out_of_memory(Napi::Env env);
[[noreturn]] void throw_out_of_memory(Napi::Env env);
// Ends a visit to native code with an error. An environment that is being torn down takes none, and
// needs none: nothing is thrown here, since nobody would catch it.
void give_to_javascript(napi_env env, const Napi::Error& error) noexcept;
void give_out_of_memory_to_javascript(napi_env env) noexcept;
// An array whose elements have gone.
Napi::Error detached(Napi::Env env, const char* name);

}  // namespace logits
