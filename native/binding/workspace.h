// Working memory that an environment keeps from one call to the next. Memory of a call's own would
// come from the system a page at a time, at the first touch, and go back after it: with short rows
// that takes a third of a call, and two threads at it are no faster than one.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace logits {

class Workspace {
 public:
  // Uninitialised memory until give_back(), or null: what does not fit, the call allocates.
  void* take(size_t bytes) {
    if (!memory_) memory_.reset(new (std::nothrow) char[kBytes]);
    if (!memory_ || bytes > kBytes - used_) return nullptr;
    void* const taken = memory_.get() + used_;
    used_ += (bytes + kAlignment - 1) / kAlignment * kAlignment;
    ++users_;
    return taken;
  }

  void give_back() {
    if (--users_ == 0) used_ = 0;
  }

 private:
  // For 1.4 million rows with class indices. Pages that no call has touched take no memory.
  static constexpr size_t kBytes = size_t{1} << 24;
  static constexpr size_t kAlignment = 64;  // divides kBytes
  std::unique_ptr<char[]> memory_;
  size_t used_ = 0;
  int users_ = 0;
};

}  // namespace logits
