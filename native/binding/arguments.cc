#include "arguments.h"

#include <cmath>
#include <limits>

#include "../platform/streaming.h"
#include "errors.h"

namespace logits {
namespace {

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
  if ((a | b) >> 31 == 0) return a * b;  // a division takes long
  if (b != 0 && a > std::numeric_limits<int64_t>::max() / b) return -1;
  return a * b;
}

// By the array's own type, or by the call for one of bits.
Element read_element(const Call& call, const View& view) {
  if (view.type == napi_float32_array) return Element::float32;
  if (view.type == napi_float64_array) return Element::float64;
  if (view.type == napi_uint16_array) {
    const int64_t number = expect_integer(call.env(), call.numbers.element);
    const auto element = static_cast<Element>(number);
    if (element == Element::float16 || element == Element::bfloat16) return element;
  }
  fail(call.env(), ErrorKind::type, view.argument);
}

// Rows from the first element to the last, without or with the padding after it.
void expect_input_length(Napi::Env env, const View& view, const Layout& layout) {
  const auto length = static_cast<int64_t>(view.length);
  const int64_t most = layout.outer * layout.outer_stride;
  const int64_t padding = layout.outer_stride - layout.classes * layout.inner;
  const int64_t least = layout.rows() == 0 ? 0 : most - padding;
  if (length >= least && length <= most) return;
  fail(env, ErrorKind::shape, view.argument, static_cast<double>(least));
}

void expect_result_type(Napi::Env env, const View& view, Element element) {
  if (view.type == (has_double_results(element) ? napi_float64_array : napi_float32_array)) return;
  fail(env, ErrorKind::type, view.argument);
}

bool is_same(const View& a, const View& b) {
  return a.data == b.data && a.length == b.length && a.type == b.type && a.length > 0;
}

Layout read_layout(const Call& call) {
  const Napi::Env env = call.env();
  const Numbers& numbers = call.numbers;
  const Layout layout = {expect_integer(env, numbers.outer), expect_integer(env, numbers.classes),
                         expect_integer(env, numbers.inner),
                         expect_integer(env, numbers.outerStride)};
  const int64_t rows = product(layout.outer, layout.inner);
  const int64_t dense = product(layout.classes, layout.inner);
  if (rows < 0 || product(rows, layout.classes) < 0 || layout.classes > kMostClasses ||
      layout.outer_stride < dense || product(layout.outer, layout.outer_stride) < 0) {
    fail(env, ErrorKind::shape, 0);
  }
  return layout;
}

View read_handle(const Arguments& given, size_t index) {
  View view = {nullptr, 0, 0, napi_uint8_array, index};
  if (napi_get_typedarray_info(given.env(), given[index], &view.type, &view.length, &view.data,
                               nullptr, nullptr) != napi_ok) {
    fail(given.env(), ErrorKind::type, index);
  }
  view.element_size = size_of(view.type);
  return view;
}

}  // namespace

View read_view(const Call& call, size_t index) {
  const Passing passing = call.passing(index);
  if (passing == Passing::handle) {
    const View view = read_handle(call, index);
    if (call.views != nullptr) call.views[index] = view;
    return view;
  }
  const auto length = static_cast<uint32_t>(call.block.passing[index]) >> limits::passingBits;
  // The block is another call's when one in the background goes on.
  if (passing == Passing::absent || length > limits::copied || call.in_background) {
    fail(call.env(), ErrorKind::type, index);
  }
  return {call.block.copies[index], length, sizeof(uint32_t),
          passing == Passing::floats ? napi_float32_array : napi_int32_array, index};
}

View read_optional_view(const Call& call, size_t index) {
  return call.has(index) ? read_view(call, index) : View{};
}

View read_floats(const Arguments& given, size_t index) {
  const View view = read_handle(given, index);
  if (view.type != napi_float32_array) fail(given.env(), ErrorKind::type, index);
  return view;
}

int64_t read_integer(const Arguments& given, size_t index) {
  double value = std::numeric_limits<double>::quiet_NaN();
  if (napi_get_value_double(given.env(), given[index], &value) != napi_ok) {
    fail(given.env(), ErrorKind::type, index);
  }
  return expect_integer(given.env(), value, index);
}

InputView read_input(const Call& call, size_t index) {
  const Napi::Env env = call.env();
  const View view = read_view(call, index);
  const Input input = {view.data, read_element(call, view), read_layout(call),
                       call.numbers.temperature, call.numbers.softcap};
  if (!(input.temperature > 0) || !std::isfinite(input.temperature)) {
    fail(env, ErrorKind::value, 0, input.temperature);
  }
  if (!(input.softcap >= 0) || !std::isfinite(input.softcap)) {
    fail(env, ErrorKind::value, 0, input.softcap);
  }
  expect_input_length(env, view, input.layout);
  return {input, view};
}

InputView read_scored_input(const Call& call, size_t index) {
  const InputView logits = read_input(call, index);
  const int64_t classes = logits.input.layout.classes;
  if (classes > limits::scoredClasses) {
    fail(call.env(), ErrorKind::shape, 0, static_cast<double>(classes));
  }
  if (call.in_background && call.numbers.ownResults != 1) fail(call.env(), ErrorKind::type, 0);
  return logits;
}

InputView read_input_like(const Call& call, size_t index, const Input& first) {
  const View view = read_view(call, index);
  Input input = first;
  input.data = view.data;
  input.element = read_element(call, view);
  expect_input_length(call.env(), view, input.layout);
  return {input, view};
}

InputView read_dense_input_like(const Call& call, size_t index, const Input& first) {
  Input dense = first;
  dense.layout.outer_stride = first.layout.classes * first.layout.inner;
  dense.temperature = 1;
  dense.softcap = 0;
  return read_input_like(call, index, dense);
}

const double* read_doubles(const Call& call, const View& view, int64_t length,
                           Memory<double>& memory) {
  const Napi::Env env = call.env();
  if (view.type != napi_float32_array && view.type != napi_float64_array) {
    fail(env, ErrorKind::type, view.argument);
  }
  expect_length(env, view, length);
  if (length == 0) return nullptr;
  double* values = memory.reserve(call, length);
  for (int64_t i = 0; i < length; ++i) {
    values[i] = view.type == napi_float64_array ? static_cast<const double*>(view.data)[i]
                                                : static_cast<double>(view.floats()[i]);
  }
  return values;
}

Factors read_factors(const Call& call, size_t index, int64_t length, Memory<double>& memory) {
  if (!call.has(index)) return {};
  const View view = read_view(call, index);
  return {read_doubles(call, view, length, memory), view};
}

View read_output(const Call& call, size_t index, const Input& input, int64_t length,
                 std::initializer_list<const View*> inputs) {
  const Napi::Env env = call.env();
  const View view = read_view(call, index);
  expect_result_type(env, view, input.element);
  expect_length(env, view, length);
  for (const View* other : inputs) expect_no_overlap(env, view, *other, Overlap::none);
  return view;
}

Output read_output_like(const Call& call, size_t index, const InputView& input,
                        std::initializer_list<const View*> same,
                        std::initializer_list<const View*> others) {
  const Napi::Env env = call.env();
  const Layout& layout = input.input.layout;
  const View view = read_view(call, index);
  expect_result_type(env, view, input.input.element);
  bool in_place = is_same(view, input.view);
  for (const View* other : same) in_place = in_place || is_same(view, *other);
  if (in_place) {
    expect_input_length(env, view, layout);
  } else {
    expect_length(env, view, layout.elements());
  }
  expect_no_overlap(env, view, input.view, Overlap::same);
  for (const View* other : same) expect_no_overlap(env, view, *other, Overlap::same);
  for (const View* other : others) expect_no_overlap(env, view, *other, Overlap::none);
  const bool streams = !in_place && is_worth_streaming(static_cast<int64_t>(view.bytes()));
  return {view.data, in_place ? layout.outer_stride : layout.classes * layout.inner, streams};
}

Output read_optional_output_like(const Call& call, size_t index, const InputView& input,
                                 std::initializer_list<const View*> others) {
  if (!call.has(index)) return {nullptr, 0, false};
  return read_output_like(call, index, input, {}, others);
}

void expect_length(Napi::Env env, const View& view, int64_t length) {
  if (static_cast<int64_t>(view.length) == length) return;
  fail(env, ErrorKind::shape, view.argument, static_cast<double>(length));
}

void expect_no_overlap(Napi::Env env, const View& output, const View& input, Overlap allowed) {
  const auto out = reinterpret_cast<uintptr_t>(output.data);
  const auto in = reinterpret_cast<uintptr_t>(input.data);
  const uintptr_t out_end = out + output.bytes();
  const uintptr_t in_end = in + input.bytes();
  if (out == out_end || in == in_end || out_end <= in || in_end <= out) return;
  if (allowed == Overlap::same && is_same(output, input)) return;
  fail(env, allowed == Overlap::same ? ErrorKind::partialOverlap : ErrorKind::overlap,
       output.argument, static_cast<double>(input.argument));
}

}  // namespace logits
