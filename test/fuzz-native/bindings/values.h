// As much of Node-API as native/binding/ asks for, over plain structs: values live until the end of
// a call, exceptions are thrown by setting them aside, and there is no JavaScript.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fuzz {

enum class Kind {
  undefined,
  null,
  boolean,
  number,
  string,
  symbol,
  object,
  function,
  array_buffer,
  typed_array
};

struct Value {
  Kind kind = Kind::undefined;
  double number = 0;
  std::string text;
  napi_typedarray_type type = napi_int8_array;
  void* data = nullptr;
  size_t length = 0;  // elements of a typed array, bytes of a buffer
  napi_callback callback = nullptr;
  std::map<std::string, Value*> properties;
};

inline napi_value to_napi(Value* value) { return reinterpret_cast<napi_value>(value); }
inline Value* of_napi(napi_value value) { return reinterpret_cast<Value*>(value); }

}  // namespace fuzz

// What Node-API hands around unseen.
struct napi_env__ {
  std::vector<std::unique_ptr<fuzz::Value>> values;
  fuzz::Value* exception = nullptr;
  void* instance_data = nullptr;
  napi_finalize finalize = nullptr;
  napi_extended_error_info error = {};
  int references = 0;

  ~napi_env__();
  fuzz::Value* make(fuzz::Kind kind);
  // Calls a function, with these arguments; null where it has thrown.
  fuzz::Value* call(const fuzz::Value& function, const std::vector<fuzz::Value*>& arguments);
};
