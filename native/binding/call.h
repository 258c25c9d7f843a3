// What a function of the addon is called with, and how it is entered. Node-API's own functions
// stand here where a call passes: the wrappers allocate for more than six arguments.
#pragma once

#include <napi.h>

#include <cstddef>
#include <memory>
#include <new>

#include "../boundary.h"
#include "../isa/dispatch.h"
#include "background.h"
#include "errors.h"
#include "workspace.h"

namespace logits {

// A typed array's elements: valid until JavaScript runs again.
struct View {
  void* data;
  size_t length;
  size_t element_size;
  napi_typedarray_type type;
  size_t argument;  // its place among the arguments

  float* floats() const { return static_cast<float*>(data); }
  size_t bytes() const { return length * element_size; }
  // The same array where it lies by now.
  View at(void* elements) const { return {elements, length, element_size, type, argument}; }
};

// What one Node environment (the main thread, a worker) keeps.
struct AddonState {
  const KernelSet* set;
  std::unique_ptr<float[]> scratch;
  Workspace workspace;
  std::unique_ptr<Background> background;
};

// The values that JavaScript passed; undefined where it passed none.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = kMostArguments;
    if (napi_get_cb_info(env, info, &count, values_, nullptr, nullptr) != napi_ok) {
      throw Napi::Error::New(env);
    }
  }

  Napi::Env env() const { return env_; }
  napi_value operator[](size_t index) const { return values_[index]; }
  AddonState& state() const { return *env().GetInstanceData<AddonState>(); }

  // Notes of arrays that are read, by index; null where nobody wants them.
  View* views = nullptr;

 private:
  napi_env env_;
  napi_value values_[kMostArguments];
};

// A call that computes. Its first argument is the block, in which no JavaScript runs before the
// call has been read.
class Call : public Arguments {
 public:
  Call(napi_env env, napi_callback_info info) : Call(env, info, false) {}

  bool has(size_t index) const { return passing(index) != Passing::absent; }
  Passing passing(size_t index) const {
    return static_cast<Passing>(block.passing[index] & ((1 << limits::passingBits) - 1));
  }

  // Where the call finds working memory first; null where it outlives this visit to native code.
  Workspace* workspace() const { return in_background ? nullptr : &state().workspace; }

  Block& block;
  const Numbers& numbers = block.numbers;
  const bool in_background;

 protected:
  Call(napi_env env, napi_callback_info info, bool in_background);
};

// The same of a call that goes on when it has returned.
struct BackgroundCall : Call {
  BackgroundCall(napi_env env, napi_callback_info info) : Call(env, info, true) { views = read; }

  View read[kMostArguments] = {};
};

// What computes off this environment's thread, where setWake() has been called.
inline Background& background_of(const Arguments& given) {
  Background* const background = given.state().background.get();
  if (background != nullptr) return *background;
  fail(given.env(), ErrorKind::type, 0);
}

// A function of Arguments or of a Call, as Node-API calls it.
template <auto function>
napi_value enter(napi_env env, napi_callback_info info) {
  try {
    return function({env, info});
  } catch (const Napi::Error& error) {
    give_to_javascript(env, error);
  } catch (const std::bad_alloc&) {
    give_out_of_memory_to_javascript(env);
  }
  return nullptr;
}

}  // namespace logits
