#include "call.h"

#include "errors.h"

namespace logits {
namespace {

Block& block_of(const Arguments& given) {
  void* data = nullptr;
  size_t bytes = 0;
  if (napi_get_arraybuffer_info(given.env(), given[0], &data, &bytes) != napi_ok ||
      bytes != sizeof(Block)) {
    fail(given.env(), ErrorKind::type, 0);
  }
  return *static_cast<Block*>(data);
}

}  // namespace

Call::Call(napi_env env, napi_callback_info info, bool is_in_background)
    : Arguments(env, info), block(block_of(*this)), in_background(is_in_background) {}

}  // namespace logits
