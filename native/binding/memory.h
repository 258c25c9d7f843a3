// Working memory for the length of a call.
#pragma once

#include <cstdint>
#include <memory>
#include <new>

#include "errors.h"

namespace logits {

// Uninitialised; a few elements lie where the call's own variables do, and cost nothing.
template <class T>
class Memory {
 public:
  T* reserve(Napi::Env env, int64_t count) {
    if (count <= kFew) return few_;
    many_.reset(new (std::nothrow) T[static_cast<size_t>(count)]);
    if (!many_) throw_out_of_memory(env);
    return many_.get();
  }

 private:
  static constexpr int64_t kFew = 32;
  T few_[kFew];
  std::unique_ptr<T[]> many_;
};

}  // namespace logits
