#include "task.h"

namespace logits {
namespace {

// Shared memory stays for as long as anybody has it.
bool is_shared(const Call& call, size_t argument) {
  napi_value buffer = nullptr;
  bool is_ordinary = true;
  return napi_get_typedarray_info(call.env(), call[argument], nullptr, nullptr, nullptr, &buffer,
                                  nullptr) == napi_ok &&
         napi_is_arraybuffer(call.env(), buffer, &is_ordinary) == napi_ok && !is_ordinary;
}

}  // namespace

void Task::add_input(const Call& call, const InputView& input) {
  if (!call.in_background) return;
  const Layout& layout = input.input.layout;
  const size_t argument = input.view.argument;
  const int64_t size = size_of(input.input.element);
  elements_[element_arrays_++] = {argument, layout.outer_stride * size,
                                  layout.classes * layout.inner * size, false,
                                  !is_shared(call, argument)};
}

void Task::add_results(const Call& call, size_t argument, const Output& output, const Input& like) {
  if (!call.in_background || output.data == nullptr) return;
  const int64_t size = has_double_results(like.element) ? sizeof(double) : sizeof(float);
  const bool is_own = call.numbers.ownResults == 1;
  elements_[element_arrays_++] = {argument, output.outer_stride * size,
                                  like.layout.classes * like.layout.inner * size, true,
                                  !is_own && !is_shared(call, argument)};
}

}  // namespace logits
