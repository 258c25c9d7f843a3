// Rounding to nearest and full subnormals for the length of a call, whatever other code has set for
// this thread (a library that asked for flush-to-zero, say): both are part of the results' bits.
#pragma once

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#elif defined(_M_ARM64)
#include <intrin.h>
#endif

namespace logits {

class FloatingPointState {
 public:
  FloatingPointState() : saved_(read()) {
    if (saved_ != kDefault) write(kDefault);
  }
  ~FloatingPointState() {
    if (saved_ != kDefault) write(saved_);
  }
  FloatingPointState(const FloatingPointState&) = delete;
  FloatingPointState& operator=(const FloatingPointState&) = delete;

 private:
#if defined(__x86_64__) || defined(_M_X64)
  // MXCSR without its six sticky exception flags: all exceptions masked, nothing else set.
  static constexpr uint64_t kDefault = 0x1f80;
  static uint64_t read() { return _mm_getcsr() & ~0x3fu; }
  static void write(uint64_t state) { _mm_setcsr(static_cast<unsigned>(state)); }
#elif defined(__aarch64__)
  static constexpr uint64_t kDefault = 0;  // FPCR
  static uint64_t read() {
    uint64_t state;
    __asm__ volatile("mrs %0, fpcr" : "=r"(state));
    return state;
  }
  static void write(uint64_t state) { __asm__ volatile("msr fpcr, %0" : : "r"(state)); }
#elif defined(_M_ARM64)
  static constexpr uint64_t kDefault = 0;
  static constexpr int kFpcr = 0x5a20;  // ARM64_SYSREG(3, 3, 4, 4, 0)
  static uint64_t read() { return static_cast<uint64_t>(_ReadStatusReg(kFpcr)); }
  static void write(uint64_t state) { _WriteStatusReg(kFpcr, static_cast<__int64>(state)); }
#else
  static constexpr uint64_t kDefault = 0;
  static uint64_t read() { return 0; }
  static void write(uint64_t) {}
#endif

  const uint64_t saved_;
};

}  // namespace logits
