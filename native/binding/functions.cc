#include <string>

#include "../platform/floating-point-state.h"
#include "../platform/streaming.h"
#include "../threads/split.h"
#include "arguments.h"
#include "exports.h"

namespace logits::functions {

napi_value isas(const Arguments& given) {
  int count = 0;
  const KernelSet* sets = available_sets(count);
  Napi::Array names = Napi::Array::New(given.env(), static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    names.Set(static_cast<uint32_t>(i), Napi::String::New(given.env(), sets[i].name));
  }
  return names;
}

napi_value isa(const Arguments& given) {
  return Napi::String::New(given.env(), given.state().set->name);
}

napi_value selectIsa(const Arguments& given) {
  const KernelSet* set = nullptr;
  const Napi::Value name(given.env(), given[arguments::selectIsa::name]);
  if (name.IsString()) set = find_set(name.As<Napi::String>().Utf8Value().c_str());
  if (set != nullptr) given.state().set = set;
  return Napi::Boolean::New(given.env(), set != nullptr);
}

napi_value threads(const Arguments& given) {
  return Napi::Number::New(given.env(), thread_limit());
}

namespace {

int read_threads(const Arguments& given, size_t index) {
  const int64_t threads = read_integer(given, index);
  if (threads >= 1) return capped_threads(threads);
  fail(given.env(), ErrorKind::value, index, static_cast<double>(threads));
}

}  // namespace

napi_value setThreads(const Arguments& given) {
  set_thread_limit(read_threads(given, arguments::setThreads::threads));
  return nullptr;
}

napi_value setDefaultThreads(const Arguments& given) {
  set_first_thread_limit(read_threads(given, arguments::setDefaultThreads::threads));
  return nullptr;
}

napi_value setWake(const Arguments& given) {
  namespace at = arguments::setWake;
  AddonState& state = given.state();
  const Napi::Value wake(given.env(), given[at::wake]);
  if (!wake.IsFunction() || state.background) fail(given.env(), ErrorKind::type, at::wake);
  state.background = std::make_unique<Background>(given.env(), wake);
  return nullptr;
}

napi_value advance(const Arguments& given) {
  return Napi::Boolean::New(given.env(), background_of(given).advance(given.env()));
}

napi_value stop(const Arguments& given) {
  background_of(given).stop(given.env(), read_integer(given, arguments::stop::id));
  return nullptr;
}

napi_value scaledExp(const Arguments& given) {
  namespace at = arguments::scaledExp;
  const Napi::Env env = given.env();
  const View x = read_floats(given, at::x);
  const View out = read_floats(given, at::out);
  const int64_t exponent = read_integer(given, at::exponent);
  const auto count = static_cast<int64_t>(x.length);
  expect_length(env, out, count);
  expect_no_overlap(env, out, x, Overlap::same);
  constexpr int64_t kLargest = 1 << 21;  // keeps the magic constant exact
  if (exponent > kLargest || exponent < -kLargest) {
    fail(env, ErrorKind::value, at::exponent, static_cast<double>(exponent));
  }
  const FloatingPointState state;
  given.state().set->kernels->scaled_exp_probe(x.floats(), out.floats(), count,
                                               static_cast<int>(exponent));
  return nullptr;
}

napi_value setStreamingLimit(const Arguments& given) {
  set_streaming_limit(read_integer(given, arguments::setStreamingLimit::bytes));
  return nullptr;
}

napi_value readSum(const Arguments& given) {
  const View x = read_floats(given, arguments::readSum::x);
  const KernelTable& kernels = *given.state().set->kernels;
  return Napi::Number::New(given.env(),
                           kernels.read_sum(x.floats(), static_cast<int64_t>(x.length)));
}

}  // namespace logits::functions
