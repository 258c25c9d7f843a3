// JavaScript values to plain structs. lib/ has checked what a user may get wrong and words the
// errors; here everything is checked again that memory safety or a result depends on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "../kernel-table.h"
#include "call.h"
#include "memory.h"

namespace logits {

// An array of elements, as the kernels see it and as memory.
struct InputView {
  Input input;
  View view;
};

// An array of factors, as float64 (null where there are none) and as memory.
struct Factors {
  const double* values;
  View view;
};

bool is_null(const Arguments& given, size_t index);
View read_view(const Arguments& given, size_t index, const char* name);
// The same, of no elements for null.
View read_optional_view(const Arguments& given, size_t index, const char* name);
View read_floats(const Arguments& given, size_t index, const char* name);
int64_t read_integer(const Arguments& given, size_t index, const char* name);
// One of a call's numbers.
int64_t expect_integer(Napi::Env env, double value, const char* name);

// The array at `index` with the layout and the transform that the call's numbers tell.
InputView read_input(const Call& call, size_t index, const char* name);
// Another array with the layout of the first.
InputView read_input_like(const Call& call, size_t index, const char* name, const Input& first);
// The same without anything between the rows, and without the first's transform.
InputView read_dense_input_like(const Call& call, size_t index, const char* name,
                                const Input& first);

// The elements of a float32 or float64 array, `length` of them, as float64; null for none.
const double* read_doubles(const Call& call, const View& view, int64_t length,
                           Memory<double>& memory);
// An array of such factors, or null.
Factors read_factors(const Call& call, size_t index, const char* name, int64_t length,
                     Memory<double>& memory);

// The array of results at `index`, of the type that the input's element type asks for and of
// `length` elements. It shares no memory with the views given.
View read_output(const Call& call, size_t index, const char* name, const Input& input,
                 int64_t length, std::initializer_list<const View*> inputs);
// The same for results laid out as the input, whose memory they may be (then they are laid out as
// it is, padding included) or that of another view in `same`.
Output read_output_like(const Call& call, size_t index, const char* name, const InputView& input,
                        std::initializer_list<const View*> same,
                        std::initializer_list<const View*> others);

// The same that may be null, then without data.
Output read_optional_output_like(const Call& call, size_t index, const char* name,
                                 const InputView& input, std::initializer_list<const View*> others);

void expect_length(Napi::Env env, const View& view, int64_t length);

enum class Overlap { none, same };
// `output` and `input` share no memory, or (Overlap::same) are the same elements.
void expect_no_overlap(Napi::Env env, const View& output, const View& input, Overlap allowed);

}  // namespace logits
