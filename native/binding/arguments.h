// JavaScript values to plain structs. lib/ has checked what a user may get wrong and words the
// errors; here everything is checked again that memory safety or a result depends on, and this is
// the only place of the addon that throws.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "../dispatch/dispatch.h"
#include "../kernel-table.h"

namespace logits {

// What one Node environment (the main thread, a worker) keeps.
struct AddonState {
  const KernelSet* set;
  std::unique_ptr<float[]> scratch;
};

AddonState& state_of(const Napi::CallbackInfo& info);

// kScratchFloats floats, made at the first call that needs them.
float* scratch_of(const Napi::CallbackInfo& info);

// A typed array's elements: valid until JavaScript runs again.
struct View {
  void* data;
  size_t length;
  size_t element_size;
  napi_typedarray_type type;
  const char* name;

  float* floats() const { return static_cast<float*>(data); }
};

[[noreturn]] void throw_type_error(Napi::Env env, const char* code, const std::string& message);
[[noreturn]] void throw_range_error(Napi::Env env, const char* code, const std::string& message);
// Names the element `row` of the targets, which are the argument at `index`.
[[noreturn]] void throw_target_out_of_range(const Napi::CallbackInfo& info, size_t index,
                                            int64_t row, int64_t classes);
[[noreturn]] void throw_out_of_memory(Napi::Env env);

View read_view(const Napi::CallbackInfo& info, size_t index, const char* name);
View read_floats(const Napi::CallbackInfo& info, size_t index, const char* name);
// A view with data == nullptr for null.
View read_optional_floats(const Napi::CallbackInfo& info, size_t index, const char* name);
int64_t read_integer(const Napi::CallbackInfo& info, size_t index, const char* name);
// Three integers from `index` on, whose product is a sensible size.
Layout read_layout(const Napi::CallbackInfo& info, size_t index);

void expect_length(Napi::Env env, const View& view, int64_t length);

enum class Overlap { none, same };
// `output` and `input` share no memory, or (Overlap::same) are the same elements.
void expect_no_overlap(Napi::Env env, const View& output, const View& input, Overlap allowed);

}  // namespace logits
