// JavaScript values to plain structs. lib/ has checked what a user may get wrong; here everything
// is checked again that memory safety or a result depends on.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "../kernel-table.h"
#include "call.h"
#include "errors.h"
#include "memory.h"

namespace logits {

constexpr double kLargestSafeInteger = 9007199254740991;

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

View read_view(const Call& call, size_t index);
// The same, of no elements where there is none.
View read_optional_view(const Call& call, size_t index);
View read_floats(const Arguments& given, size_t index);
int64_t read_integer(const Arguments& given, size_t index);
// The same of a number, by default one of a call's numbers.
inline int64_t expect_integer(Napi::Env env, double value, size_t argument = 0) {
  if (std::fabs(value) <= kLargestSafeInteger) {
    // Not std::trunc, which is a call of the mathematics library here.
    const auto integer = static_cast<int64_t>(value);
    if (static_cast<double>(integer) == value) return integer;
  }
  fail(env, ErrorKind::type, argument, value);
}

// The array at `index` with the layout and the transform of the call's numbers.
InputView read_input(const Call& call, size_t index);
// The same of an operation that scores rows: of no more classes than its kernel numbers, and in the
// background with results that only this package has, which are written where they lie.
InputView read_scored_input(const Call& call, size_t index);
// Another array with the layout of the first.
InputView read_input_like(const Call& call, size_t index, const Input& first);
// The same without anything between the rows, and without the first's transform.
InputView read_dense_input_like(const Call& call, size_t index, const Input& first);

// The elements of a float32 or float64 array, `length` of them, as float64; null for none.
const double* read_doubles(const Call& call, const View& view, int64_t length,
                           Memory<double>& memory);
// An array of such factors, or null.
Factors read_factors(const Call& call, size_t index, int64_t length, Memory<double>& memory);

// The array of results at `index`, of the type that the input's element type asks for and of
// `length` elements. It shares no memory with the views given.
View read_output(const Call& call, size_t index, const Input& input, int64_t length,
                 std::initializer_list<const View*> inputs);
// The same for results laid out as the input, whose memory they may be (then they are laid out as
// it is, padding included) or that of another view in `same`.
Output read_output_like(const Call& call, size_t index, const InputView& input,
                        std::initializer_list<const View*> same,
                        std::initializer_list<const View*> others);

// The same that may be null, then without data.
Output read_optional_output_like(const Call& call, size_t index, const InputView& input,
                                 std::initializer_list<const View*> others);

void expect_length(Napi::Env env, const View& view, int64_t length);

enum class Overlap { none, same };
// `output` and `input` share no memory, or (Overlap::same) are the same elements.
void expect_no_overlap(Napi::Env env, const View& output, const View& input, Overlap allowed);

}  // namespace logits
