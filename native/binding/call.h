// What a function of the addon is called with, and how it is entered. Node-API's own functions
// stand here where a call passes: the wrappers allocate for more than six arguments.
#pragma once

#include <napi.h>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

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
  const char* name;

  float* floats() const { return static_cast<float*>(data); }
  size_t bytes() const { return length * element_size; }
  // The same array where it lies by now.
  View at(void* elements) const { return {elements, length, element_size, type, name}; }
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
    size_t count = kMost;
    if (napi_get_cb_info(env, info, &count, values_, nullptr, nullptr) != napi_ok) {
      throw Napi::Error::New(env);
    }
  }

  // Values beyond those passed are undefined.
  static constexpr size_t kMost = 16;

  Napi::Env env() const { return env_; }
  napi_value operator[](size_t index) const { return values_[index]; }
  AddonState& state() const { return *env().GetInstanceData<AddonState>(); }

  // Notes of arrays that are read, by index; null where nobody wants them.
  View* views = nullptr;

 private:
  napi_env env_;
  napi_value values_[kMost];
};

// The numbers of a call that computes, in the order of lib/native/call.ts.
struct Numbers {
  double element;  // of an array that holds bits
  double outer;
  double classes;
  double inner;
  double outer_stride;
  double temperature;
  double softcap;
  double threads;  // 0: as many as a call may use
  double reduction;
  double empty_mean;
  double ignore_index;  // not finite: those of an array
  double label_smoothing;
  double z_loss;
  double upstream;  // not finite: those of an array
  double ties;
  double top;  // of an evaluator: its bins
  // In the background:
  double own_results;  // 1: no one but this package has the arrays of results
  double id;
};

// A call that computes. Its first argument is an ArrayBuffer of numbers: reading them there costs
// less than one call of Node-API each. They are a copy, so that what has been checked stays.
class Call : public Arguments {
 public:
  Call(napi_env env, napi_callback_info info) : Call(env, info, false) {}

  // Where the call finds working memory first; null where it outlives this visit to native code.
  Workspace* workspace() const { return in_background ? nullptr : &state().workspace; }

  Numbers numbers;
  const bool in_background;

 protected:
  Call(napi_env env, napi_callback_info info, bool in_background);
};

// The same of a call that goes on when it has returned.
struct BackgroundCall : Call {
  BackgroundCall(napi_env env, napi_callback_info info) : Call(env, info, true) { views = read; }

  View read[kMost] = {};
};

// What computes off this environment's thread, where lib/ has said how to wake it.
inline Background& background_of(const Arguments& given) {
  Background* const background = given.state().background.get();
  if (background != nullptr) return *background;
  throw_type_error(given.env(), "a way to be woken", "setWake", "none");
}

inline napi_value result(napi_env env, double number) {
  napi_value value = nullptr;
  if (napi_create_double(env, number, &value) != napi_ok) throw Napi::Error::New(env);
  return value;
}
inline napi_value result(napi_env /* env */, napi_value value) { return value; }

// A function of Arguments or of a Call, as Node-API calls it.
template <auto function>
napi_value enter(napi_env env, napi_callback_info info) {
  try {
    if constexpr (std::is_void_v<decltype(function({env, info}))>) {
      function({env, info});
      return nullptr;
    } else {
      return result(env, function({env, info}));
    }
  } catch (const Napi::Error& error) {
    give_to_javascript(env, error);
  } catch (const std::bad_alloc&) {
    give_out_of_memory_to_javascript(env);
  }
  return nullptr;
}

}  // namespace logits
