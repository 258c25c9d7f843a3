// A fuzzer's input as choices; where it ends, choices go on by a generator that it seeds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fuzz {

class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : at_(data), end_(data + size) {
    for (size_t i = 0; i < size; ++i) state_ = (state_ ^ data[i]) * 0x100000001b3;
    state_ |= 1;
  }

  uint8_t next() { return at_ == end_ ? static_cast<uint8_t>(random() >> 56) : *at_++; }
  // In [0, count); of up to 65536.
  int64_t below(int64_t count) {
    int64_t value = next();
    if (count > 256) value = value * 256 + next();
    return value % count;
  }
  bool one_in(int64_t count) { return below(count) == 0; }
  template <class T, size_t kCount>
  T pick(const T (&list)[kCount]) {
    return list[below(kCount)];
  }
  uint64_t random() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ * 0x2545f4914f6cdd1d;
  }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
  uint64_t state_ = 0xcbf29ce484222325;
};

}  // namespace fuzz
