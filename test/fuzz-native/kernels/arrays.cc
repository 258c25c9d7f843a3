#include "arrays.h"

#include <sanitizer/asan_interface.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

namespace fuzz {
namespace {

constexpr int64_t kBytes = int64_t{1} << 20;
constexpr int64_t kGuarded = 128;
constexpr uint8_t kGuard = 0xa5;

std::vector<std::unique_ptr<Slot>>& slots() {
  static std::vector<std::unique_ptr<Slot>> all;
  return all;
}

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

}  // namespace

Slot::Slot() {
  const int64_t page = sysconf(_SC_PAGESIZE);
  void* const memory = mmap(nullptr, static_cast<size_t>(kBytes + 2 * page), PROT_NONE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("mmap failed");
  begin_ = static_cast<uint8_t*>(memory) + page;
  if (mprotect(begin_, kBytes, PROT_READ | PROT_WRITE) != 0) fail("mprotect failed");
}

uint8_t* Slot::place(int64_t bytes, bool at_end) {
  if (bytes > kBytes) fail("an array is larger than its slot");
  __asan_unpoison_memory_region(begin_, kBytes);
  data_ = at_end ? begin_ + kBytes - bytes : begin_;
  bytes_ = bytes;
  if (at_end) {
    const int64_t before = data_ - begin_;
    const int64_t guarded = before < kGuarded ? before : kGuarded;
    std::memset(data_ - guarded, kGuard, static_cast<size_t>(guarded));
    // Whole granules of eight bytes.
    __asan_poison_memory_region(begin_, static_cast<size_t>(before / 8 * 8));
  } else {
    const int64_t behind = kBytes - bytes;
    const int64_t guarded = behind < kGuarded ? behind : kGuarded;
    std::memset(data_ + bytes, kGuard, static_cast<size_t>(guarded));
    __asan_poison_memory_region(data_ + bytes, static_cast<size_t>(behind));
  }
  return data_;
}

void Slot::check() const {
  __asan_unpoison_memory_region(begin_, kBytes);
  const bool at_end = data_ + bytes_ == begin_ + kBytes;
  const int64_t beside = kBytes - bytes_;
  const int64_t guarded = beside < kGuarded ? beside : kGuarded;
  const uint8_t* const guards = at_end ? data_ - guarded : data_ + bytes_;
  for (int64_t i = 0; i < guarded; ++i) {
    if (guards[i] != kGuard) fail("memory beside an array was written");
  }
}

uint8_t* Arena::place(int64_t bytes) {
  if (end_ == slots().size()) slots().push_back(std::make_unique<Slot>());
  return slots()[end_++]->place(bytes, at_end_);
}

void Arena::check() const {
  for (size_t i = first_; i < end_; ++i) slots()[i]->check();
}

}  // namespace fuzz
