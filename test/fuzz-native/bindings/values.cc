#include "values.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using fuzz::Kind;
using fuzz::of_napi;
using fuzz::to_napi;
using fuzz::Value;

struct napi_callback_info__ {
  const std::vector<Value*>& arguments;
};

struct napi_ref__ {
  Value* value;
  uint32_t count;
};

napi_env__::~napi_env__() {
  if (finalize != nullptr) finalize(this, instance_data, nullptr);
}

Value* napi_env__::make(Kind kind) {
  values.push_back(std::make_unique<Value>());
  values.back()->kind = kind;
  return values.back().get();
}

Value* napi_env__::call(const Value& function, const std::vector<Value*>& arguments) {
  napi_callback_info__ info = {arguments};
  return of_napi(function.callback(this, &info));
}

namespace {

napi_status done(napi_env env, napi_status status) {
  env->error = {};
  env->error.error_code = status;
  return status;
}

// A result where `found`, or the status that Node-API has for the wrong kind of value.
napi_status result_if(napi_env env, bool found, napi_status otherwise) {
  return done(env, found ? napi_ok : otherwise);
}

bool is_object(const Value& value) { return value.kind >= Kind::object; }

size_t size_of(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      return 1;
    case napi_int16_array:
    case napi_uint16_array:
      return 2;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array:
      return 8;
    default:
      return 4;
  }
}

napi_status make_error(napi_env env, const char* name, napi_value message, napi_value* result) {
  if (of_napi(message)->kind != Kind::string) return done(env, napi_string_expected);
  Value* const error = env->make(Kind::object);
  error->text = name;
  error->properties["message"] = of_napi(message);
  *result = to_napi(error);
  return done(env, napi_ok);
}

}  // namespace

extern "C" {

napi_status napi_get_cb_info(napi_env env, napi_callback_info info, size_t* count,
                             napi_value* given, napi_value*, void**) {
  for (size_t i = 0; i < *count; ++i) {
    given[i] =
        to_napi(i < info->arguments.size() ? info->arguments[i] : env->make(Kind::undefined));
  }
  *count = info->arguments.size();
  return done(env, napi_ok);
}

napi_status napi_typeof(napi_env env, napi_value given, napi_valuetype* type) {
  static constexpr napi_valuetype kTypes[] = {
      napi_undefined, napi_null,   napi_boolean,  napi_number, napi_string,
      napi_symbol,    napi_object, napi_function, napi_object, napi_object};
  *type = kTypes[static_cast<int>(of_napi(given)->kind)];
  return done(env, napi_ok);
}

napi_status napi_get_typedarray_info(napi_env env, napi_value given, napi_typedarray_type* type,
                                     size_t* length, void** data, napi_value*, size_t*) {
  const Value& value = *of_napi(given);
  if (value.kind != Kind::typed_array) return done(env, napi_invalid_arg);
  *type = value.type;
  *length = value.length;
  *data = value.data;
  return done(env, napi_ok);
}

napi_status napi_get_arraybuffer_info(napi_env env, napi_value given, void** data, size_t* bytes) {
  const Value& value = *of_napi(given);
  if (value.kind != Kind::array_buffer) return done(env, napi_invalid_arg);
  *data = value.data;
  *bytes = value.length;
  return done(env, napi_ok);
}

napi_status napi_get_value_double(napi_env env, napi_value given, double* number) {
  *number = of_napi(given)->number;
  return result_if(env, of_napi(given)->kind == Kind::number, napi_number_expected);
}

napi_status napi_create_double(napi_env env, double number, napi_value* result) {
  Value* const value = env->make(Kind::number);
  value->number = number;
  *result = to_napi(value);
  return done(env, napi_ok);
}

napi_status napi_create_string_utf8(napi_env env, const char* text, size_t length,
                                    napi_value* result) {
  Value* const value = env->make(Kind::string);
  value->text = length == NAPI_AUTO_LENGTH ? std::string(text) : std::string(text, length);
  *result = to_napi(value);
  return done(env, napi_ok);
}

napi_status napi_get_value_string_utf8(napi_env env, napi_value given, char* text, size_t room,
                                       size_t* length) {
  const Value& value = *of_napi(given);
  if (value.kind != Kind::string) return done(env, napi_string_expected);
  if (text == nullptr) {
    *length = value.text.size();
    return done(env, napi_ok);
  }
  const size_t fitting = value.text.size() < room ? value.text.size() : room - 1;
  std::memcpy(text, value.text.data(), fitting);
  text[fitting] = 0;
  if (length != nullptr) *length = fitting;
  return done(env, napi_ok);
}

napi_status napi_coerce_to_string(napi_env env, napi_value given, napi_value* result) {
  const Value& value = *of_napi(given);
  if (value.kind == Kind::symbol) return done(env, napi_pending_exception);
  const std::string text = value.kind == Kind::number ? std::to_string(value.number) : value.text;
  return napi_create_string_utf8(env, text.data(), text.size(), result);
}

napi_status napi_get_boolean(napi_env env, bool boolean, napi_value* result) {
  Value* const value = env->make(Kind::boolean);
  value->number = boolean ? 1 : 0;
  *result = to_napi(value);
  return done(env, napi_ok);
}

napi_status napi_create_object(napi_env env, napi_value* result) {
  *result = to_napi(env->make(Kind::object));
  return done(env, napi_ok);
}

napi_status napi_create_array_with_length(napi_env env, size_t, napi_value* result) {
  return napi_create_object(env, result);
}

napi_status napi_create_function(napi_env env, const char*, size_t, napi_callback callback, void*,
                                 napi_value* result) {
  Value* const value = env->make(Kind::function);
  value->callback = callback;
  *result = to_napi(value);
  return done(env, napi_ok);
}

napi_status napi_set_named_property(napi_env env, napi_value object, const char* name,
                                    napi_value value) {
  if (!is_object(*of_napi(object))) return done(env, napi_object_expected);
  of_napi(object)->properties[name] = of_napi(value);
  return done(env, napi_ok);
}

napi_status napi_set_element(napi_env env, napi_value object, uint32_t index, napi_value value) {
  return napi_set_named_property(env, object, std::to_string(index).c_str(), value);
}

napi_status napi_get_named_property(napi_env env, napi_value object, const char* name,
                                    napi_value* result) {
  const Value& value = *of_napi(object);
  if (!is_object(value)) return done(env, napi_object_expected);
  const auto found = value.properties.find(name);
  *result = to_napi(found == value.properties.end() ? env->make(Kind::undefined) : found->second);
  if (value.kind != Kind::typed_array) return done(env, napi_ok);
  // An element: any number stands for it, but there must be one.
  const size_t index = std::strtoul(name, nullptr, 10);
  if (index >= value.length) std::abort();
  const auto* const bytes = static_cast<const uint8_t*>(value.data);
  return napi_create_double(env, bytes[index * size_of(value.type)], result);
}

napi_status napi_get_property(napi_env env, napi_value object, napi_value key, napi_value* result) {
  const Value& name = *of_napi(key);
  const std::string text =
      name.kind == Kind::number ? std::to_string(static_cast<size_t>(name.number)) : name.text;
  return napi_get_named_property(env, object, text.c_str(), result);
}

napi_status napi_has_property(napi_env env, napi_value object, napi_value key, bool* result) {
  *result = of_napi(object)->properties.count(of_napi(key)->text) > 0;
  return done(env, napi_ok);
}

napi_status napi_define_properties(napi_env env, napi_value object, size_t count,
                                   const napi_property_descriptor* properties) {
  for (size_t i = 0; i < count; ++i) {
    const napi_property_descriptor& own = properties[i];
    const char* const name =
        own.utf8name != nullptr ? own.utf8name : of_napi(own.name)->text.c_str();
    of_napi(object)->properties[name] = of_napi(own.value);
  }
  return done(env, napi_ok);
}

napi_status napi_create_error(napi_env env, napi_value, napi_value message, napi_value* result) {
  return make_error(env, "Error", message, result);
}
napi_status napi_create_type_error(napi_env env, napi_value, napi_value message,
                                   napi_value* result) {
  return make_error(env, "TypeError", message, result);
}
napi_status napi_create_range_error(napi_env env, napi_value, napi_value message,
                                    napi_value* result) {
  return make_error(env, "RangeError", message, result);
}

napi_status napi_throw(napi_env env, napi_value error) {
  env->exception = of_napi(error);
  return done(env, napi_ok);
}
napi_status napi_is_exception_pending(napi_env env, bool* result) {
  *result = env->exception != nullptr;
  return napi_ok;
}
napi_status napi_get_and_clear_last_exception(napi_env env, napi_value* result) {
  *result = to_napi(env->exception != nullptr ? env->exception : env->make(Kind::undefined));
  env->exception = nullptr;
  return done(env, napi_ok);
}
napi_status napi_get_last_error_info(node_api_nogc_env env, const napi_extended_error_info** info) {
  *info = &env->error;
  return napi_ok;
}

napi_status napi_create_reference(napi_env env, napi_value value, uint32_t count,
                                  napi_ref* result) {
  ++env->references;
  *result = new napi_ref__{of_napi(value), count};
  return done(env, napi_ok);
}
napi_status napi_delete_reference(napi_env env, napi_ref reference) {
  --env->references;
  delete reference;
  return done(env, napi_ok);
}
napi_status napi_get_reference_value(napi_env env, napi_ref reference, napi_value* result) {
  *result = to_napi(reference->value);
  return done(env, napi_ok);
}

napi_status napi_open_handle_scope(napi_env env, napi_handle_scope*) { return done(env, napi_ok); }
napi_status napi_close_handle_scope(napi_env env, napi_handle_scope) { return done(env, napi_ok); }
napi_status napi_open_escapable_handle_scope(napi_env env, napi_escapable_handle_scope*) {
  return done(env, napi_ok);
}
napi_status napi_close_escapable_handle_scope(napi_env env, napi_escapable_handle_scope) {
  return done(env, napi_ok);
}
napi_status napi_escape_handle(napi_env env, napi_escapable_handle_scope, napi_value value,
                               napi_value* result) {
  *result = value;
  return done(env, napi_ok);
}

napi_status napi_set_instance_data(node_api_nogc_env env, void* data, napi_finalize finalize,
                                   void*) {
  env->instance_data = data;
  env->finalize = finalize;
  return done(env, napi_ok);
}
napi_status napi_get_instance_data(node_api_nogc_env env, void** data) {
  *data = env->instance_data;
  return done(env, napi_ok);
}

napi_status napi_get_undefined(napi_env env, napi_value* result) {
  *result = to_napi(env->make(Kind::undefined));
  return done(env, napi_ok);
}

// What calls in the background need besides is not there: they are fuzzed in Node.
napi_status napi_create_array(napi_env env, napi_value*) { return done(env, napi_generic_failure); }
napi_status napi_get_element(napi_env env, napi_value, uint32_t, napi_value*) {
  return done(env, napi_generic_failure);
}
napi_status napi_is_arraybuffer(napi_env env, napi_value, bool*) {
  return done(env, napi_generic_failure);
}
napi_status napi_create_promise(napi_env env, napi_deferred*, napi_value*) {
  return done(env, napi_generic_failure);
}
napi_status napi_resolve_deferred(napi_env env, napi_deferred, napi_value) {
  return done(env, napi_generic_failure);
}
napi_status napi_reject_deferred(napi_env env, napi_deferred, napi_value) {
  return done(env, napi_generic_failure);
}
napi_status napi_create_threadsafe_function(napi_env env, napi_value, napi_value, napi_value,
                                            size_t, size_t, void*, napi_finalize, void*,
                                            napi_threadsafe_function_call_js,
                                            napi_threadsafe_function*) {
  return done(env, napi_generic_failure);
}
napi_status napi_call_threadsafe_function(napi_threadsafe_function, void*,
                                          napi_threadsafe_function_call_mode) {
  return napi_closing;
}
napi_status napi_ref_threadsafe_function(node_api_nogc_env env, napi_threadsafe_function) {
  return done(env, napi_generic_failure);
}
napi_status napi_unref_threadsafe_function(node_api_nogc_env env, napi_threadsafe_function) {
  return done(env, napi_generic_failure);
}
napi_status napi_add_env_cleanup_hook(node_api_nogc_env env, napi_cleanup_hook, void*) {
  return done(env, napi_generic_failure);
}
napi_status napi_remove_env_cleanup_hook(node_api_nogc_env env, napi_cleanup_hook, void*) {
  return done(env, napi_generic_failure);
}

void napi_fatal_error(const char* location, size_t, const char* message, size_t) {
  std::fprintf(stderr, "napi_fatal_error: %s: %s\n", location, message);
  std::abort();
}

}  // extern "C"
