#include "runtime.h"

#include <string>

#include "../isa/dispatch.h"
#include "../threads/split.h"
#include "arguments.h"
#include "errors.h"

namespace logits {

Napi::Value isas_binding(const Arguments& given) {
  int count = 0;
  const KernelSet* sets = available_sets(count);
  Napi::Array names = Napi::Array::New(given.env(), static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    names.Set(static_cast<uint32_t>(i), Napi::String::New(given.env(), sets[i].name));
  }
  return names;
}

Napi::Value isa_binding(const Arguments& given) {
  return Napi::String::New(given.env(), given.state().set->name);
}

Napi::Value select_isa_binding(const Arguments& given) {
  const KernelSet* set = nullptr;
  const Napi::Value name(given.env(), given[0]);
  if (name.IsString()) set = find_set(name.As<Napi::String>().Utf8Value().c_str());
  if (set != nullptr) given.state().set = set;
  return Napi::Boolean::New(given.env(), set != nullptr);
}

double threads_binding(const Arguments& /* given */) { return thread_limit(); }

namespace {

int read_threads(const Arguments& given) {
  const int64_t threads = read_integer(given, 0, "threads");
  if (threads >= 1) return capped_threads(threads);
  throw_value_error(given.env(), "an integer >= 1", "threads", "a lesser one");
}

}  // namespace

void set_threads_binding(const Arguments& given) { set_thread_limit(read_threads(given)); }

void set_first_threads_binding(const Arguments& given) {
  set_first_thread_limit(read_threads(given));
}

void set_wake_binding(const Arguments& given) {
  AddonState& state = given.state();
  const Napi::Value wake(given.env(), given[0]);
  if (!wake.IsFunction() || state.background) {
    throw_type_error(given.env(), "one function", "wake", "another value, or a second one");
  }
  state.background = std::make_unique<Background>(given.env(), wake);
}

Napi::Value advance_binding(const Arguments& given) {
  return Napi::Boolean::New(given.env(), background_of(given).advance(given.env()));
}

void stop_binding(const Arguments& given) {
  background_of(given).stop(given.env(), read_integer(given, 0, "id"));
}

}  // namespace logits
