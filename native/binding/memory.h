// Working memory for the length of a call.
#pragma once

#include <cstdint>
#include <memory>
#include <new>

#include "call.h"
#include "errors.h"

namespace logits {

// Uninitialised; a few elements lie where the call's own variables do, and cost nothing.
template <class T>
class Memory {
 public:
  T* reserve(const Call& call, int64_t count) {
    if (count <= kFew) return few_;
    const auto length = static_cast<size_t>(count);
    Workspace* const workspace = call.workspace();
    void* const kept = workspace == nullptr ? nullptr : workspace->take(length * sizeof(T));
    if (kept != nullptr) {
      many_ = {static_cast<T*>(kept), {workspace}};
    } else {
      many_ = {new (std::nothrow) T[length], {nullptr}};
    }
    if (!many_) fail(call.env(), ErrorKind::memory, 0);
    return many_.get();
  }

 private:
  struct GiveBack {
    Workspace* workspace;  // null where the memory is the call's own

    void operator()(T* memory) const {
      if (workspace == nullptr) {
        delete[] memory;
      } else {
        workspace->give_back();
      }
    }
  };

  static constexpr int64_t kFew = 32;
  T few_[kFew];
  std::unique_ptr<T[], GiveBack> many_{nullptr, {nullptr}};
};

}  // namespace logits
