// The module's entry: exports what boundary.def lists.
#include <napi.h>

#include <new>

#include "binding/exports.h"

// binding.gyp has the version from package.json, and the commit that a published binary is made
// from from the environment.
#define LOGITS_TEXT_OF(name) #name
#define LOGITS_TEXT(macro) LOGITS_TEXT_OF(macro)

namespace {

void add(Napi::Object object, const char* name, napi_callback function) {
  napi_value value = nullptr;
  const napi_env env = object.Env();
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value) != napi_ok) {
    throw Napi::Error::New(env);
  }
  object.Set(name, value);
}

// As 16 hexadecimal digits.
Napi::String text_of(Napi::Env env, uint64_t number) {
  char digits[16];
  for (int i = 0; i < 16; ++i) digits[i] = "0123456789abcdef"[number >> (60 - 4 * i) & 15];
  return Napi::String::New(env, digits, sizeof digits);
}

Napi::Object export_all(Napi::Env env, Napi::Object exports) {
  using namespace logits;
  int count = 0;
  auto* state = new (std::nothrow) AddonState{available_sets(count), nullptr, {}, nullptr};
  if (state == nullptr) fail(env, ErrorKind::memory, 0);
  env.SetInstanceData(state);

  const Napi::Object background = Napi::Object::New(env);
  exports.Set("background", background);
#define OPERATION(name, ...)                \
  add(exports, #name, name##Operation.now); \
  add(background, #name, name##Operation.in_background);
#define FUNCTION(name, ...) add(exports, #name, enter<functions::name>);
#include "boundary.def"
  exports.Set("boundary", text_of(env, kBoundaryHash));
  exports.Set("version", LOGITS_TEXT(LOGITS_VERSION));
  exports.Set("commit", LOGITS_TEXT(LOGITS_COMMIT));
  return exports;
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  try {
    return export_all(env, exports);
  } catch (const std::bad_alloc&) {
    logits::fail(env, logits::ErrorKind::memory, 0);
  }
}

}  // namespace

NODE_API_MODULE(logits, initialise)
