// Arrays on memory of which nothing else may be touched: they end at an unreadable page, or begin
// behind one, and AddressSanitizer refuses what is left of their pages. Vector instructions that it
// does not know meet guard values there.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fuzz {

// A piece of memory between unreadable pages, used for one array after another.
class Slot {
 public:
  Slot();
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  // `bytes` bytes at one end of the slot, with unspecified values.
  uint8_t* place(int64_t bytes, bool at_end);
  // Ends the process if anything around the array has changed.
  void check() const;

 private:
  uint8_t* begin_;
  uint8_t* data_ = nullptr;
  int64_t bytes_ = 0;
};

// The slots of a call, by the order in which arrays are asked for.
class Arena {
 public:
  // Behind the slots that another arena has in use, or none.
  explicit Arena(bool at_end, const Arena* before = nullptr)
      : at_end_(at_end), first_(before == nullptr ? 0 : before->end_), end_(first_) {}
  template <class T>
  T* array(int64_t count) {
    return reinterpret_cast<T*>(place(count * static_cast<int64_t>(sizeof(T))));
  }
  uint8_t* place(int64_t bytes);
  void check() const;

 private:
  const bool at_end_;
  const size_t first_;
  size_t end_;
};

}  // namespace fuzz
