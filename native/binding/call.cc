#include "call.h"

#include <cstring>

#include "errors.h"

namespace logits {

Call::Call(napi_env env, napi_callback_info info, bool is_in_background)
    : Arguments(env, info), numbers(), in_background(is_in_background) {
  void* data = nullptr;
  size_t bytes = 0;
  if (napi_get_arraybuffer_info(env, (*this)[0], &data, &bytes) != napi_ok ||
      bytes != sizeof(Numbers)) {
    fail(env, ErrorKind::type, 0);
  }
  std::memcpy(&numbers, data, sizeof(Numbers));
}

}  // namespace logits
