#include "runtime.h"

#include <string>

#include "../dispatch/dispatch.h"
#include "../threads/split.h"
#include "arguments.h"

namespace logits {

Napi::Value isas_binding(const Napi::CallbackInfo& info) {
  int count = 0;
  const KernelSet* sets = available_sets(count);
  Napi::Array names = Napi::Array::New(info.Env(), static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    names.Set(static_cast<uint32_t>(i), Napi::String::New(info.Env(), sets[i].name));
  }
  return names;
}

Napi::Value isa_binding(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), state_of(info).set->name);
}

Napi::Value select_isa_binding(const Napi::CallbackInfo& info) {
  const KernelSet* set = nullptr;
  if (info[0].IsString()) set = find_set(info[0].As<Napi::String>().Utf8Value().c_str());
  if (set != nullptr) state_of(info).set = set;
  return Napi::Boolean::New(info.Env(), set != nullptr);
}

Napi::Value threads_binding(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), thread_limit());
}

namespace {

int read_threads(const Napi::CallbackInfo& info) {
  const int64_t threads = read_integer(info, 0, "threads");
  if (threads >= 1) return static_cast<int>(threads < kMostThreads ? threads : kMostThreads);
  throw_range_error(info.Env(), "ERR_INVALID_ARG_VALUE",
                    "Expected an integer >= 1 for threads, received a lesser one");
}

}  // namespace

void set_threads_binding(const Napi::CallbackInfo& info) { set_thread_limit(read_threads(info)); }

void set_first_threads_binding(const Napi::CallbackInfo& info) {
  set_first_thread_limit(read_threads(info));
}

}  // namespace logits
