// JavaScript values to plain structs. lib/ has checked what a user may get wrong and words the
// errors; here everything is checked again that memory safety or a result depends on, and this is
// the only place of the addon that throws.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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

// A typed array's elements: valid until JavaScript runs again. Without data for null.
struct View {
  void* data;
  size_t length;
  size_t element_size;
  napi_typedarray_type type;
  const char* name;

  float* floats() const { return static_cast<float*>(data); }
  size_t bytes() const { return length * element_size; }
};

// An array of elements, as the kernels see it and as memory.
struct InputView {
  Input input;
  View view;
};

[[noreturn]] void throw_type_error(Napi::Env env, const char* code, const std::string& message);
[[noreturn]] void throw_range_error(Napi::Env env, const char* code, const std::string& message);
// Names the element `row` of the targets, which are the argument at `index`.
[[noreturn]] void throw_target_out_of_range(const Napi::CallbackInfo& info, size_t index,
                                            int64_t row, int64_t classes);
[[noreturn]] void throw_empty_mean(Napi::Env env);
[[noreturn]] void throw_out_of_memory(Napi::Env env);

View read_view(const Napi::CallbackInfo& info, size_t index, const char* name);
View read_floats(const Napi::CallbackInfo& info, size_t index, const char* name);
int64_t read_integer(const Napi::CallbackInfo& info, size_t index, const char* name);
double read_number(const Napi::CallbackInfo& info, size_t index, const char* name);

// Eight arguments from `index` on, with which every function on elements begins: the array, its
// element type, outer, classes, inner, outer stride, temperature, soft cap.
constexpr size_t kInputArguments = 8;
InputView read_input(const Napi::CallbackInfo& info, size_t index, const char* name);
// Another array, with the layout of the first: two arguments, the array and its element type.
InputView read_input_like(const Napi::CallbackInfo& info, size_t index, const char* name,
                          const Input& first);

// A float32 or float64 array of `length` elements as float64; empty for null.
std::vector<double> read_doubles(const Napi::CallbackInfo& info, size_t index, const char* name,
                                 int64_t length);

// The array of results at `index`, of the type that the input's element type asks for and of
// `length` elements; without data for null. It shares no memory with the views given.
View read_output(const Napi::CallbackInfo& info, size_t index, const char* name, const Input& input,
                 int64_t length, std::initializer_list<const View*> inputs);
// The same for results laid out as the input, whose memory they may be (then they are laid out as
// it is, padding included) or that of another view in `same`.
Output read_output_like(const Napi::CallbackInfo& info, size_t index, const char* name,
                        const InputView& input, std::initializer_list<const View*> same,
                        std::initializer_list<const View*> others);

void expect_length(Napi::Env env, const View& view, int64_t length);

enum class Overlap { none, same };
// `output` and `input` share no memory, or (Overlap::same) are the same elements.
void expect_no_overlap(Napi::Env env, const View& output, const View& input, Overlap allowed);

// Uninitialised memory for the length of a call.
template <class T>
std::unique_ptr<T[]> allocate(Napi::Env env, int64_t count) {
  std::unique_ptr<T[]> memory(new (std::nothrow) T[static_cast<size_t>(count)]);
  if (!memory) throw_out_of_memory(env);
  return memory;
}

}  // namespace logits
