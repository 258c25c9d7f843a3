// The vector vocabulary in AArch64 NEON: 16 lanes are four 128-bit registers.
#pragma once

#include <arm_neon.h>

#include <cstdint>

#include "../kernel-table.h"
#include "../platform/force-inline.h"
#include "lift.h"

namespace logits {

// Structs of their own, since to MSVC all of NEON's types are one.
struct NeonRegisters {
  struct R32 {
    static constexpr int kLanes = 4;
    float32x4_t v;

    static LOGITS_INLINE R32 load(const float* p) { return {vld1q_f32(p)}; }
    static LOGITS_INLINE R32 load(const Float16* p) {
      return {vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(&p->bits)))};
    }
    static LOGITS_INLINE R32 load(const BFloat16* p) {
      return {vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(&p->bits), 16))};
    }
    static LOGITS_INLINE R32 broadcast(float x) { return {vdupq_n_f32(x)}; }
    LOGITS_INLINE void store(float* p) const { vst1q_f32(p, v); }
  };
  struct Bits {
    static constexpr int kLanes = 4;
    uint32x4_t v;

    static LOGITS_INLINE Bits load(const uint32_t* p) { return {vld1q_u32(p)}; }
    static LOGITS_INLINE Bits broadcast(uint32_t x) { return {vdupq_n_u32(x)}; }
    LOGITS_INLINE void store(uint32_t* p) const { vst1q_u32(p, v); }
  };
  struct R64 {
    static constexpr int kLanes = 2;
    float64x2_t v;

    static LOGITS_INLINE R64 load(const double* p) { return {vld1q_f64(p)}; }
    static LOGITS_INLINE R64 broadcast(double x) { return {vdupq_n_f64(x)}; }
    LOGITS_INLINE void store(double* p) const { vst1q_f64(p, v); }
  };
  struct Bits64 {
    static constexpr int kLanes = 2;
    uint64x2_t v;

    LOGITS_INLINE void store(uint64_t* p) const { vst1q_u64(p, v); }
  };
  using F32 = Halves<Halves<R32>>;
  using I32 = Halves<Halves<Bits>>;
  using F64 = Halves<Halves<R64>>;
  using Mask64 = Halves<Halves<Bits64>>;

  static LOGITS_INLINE R32 add(R32 a, R32 b) { return {vaddq_f32(a.v, b.v)}; }
  static LOGITS_INLINE R32 sub(R32 a, R32 b) { return {vsubq_f32(a.v, b.v)}; }
  static LOGITS_INLINE R32 mul(R32 a, R32 b) { return {vmulq_f32(a.v, b.v)}; }
  static LOGITS_INLINE R32 fma(R32 a, R32 b, R32 c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
  static LOGITS_INLINE R32 max(R32 a, R32 b) { return {vmaxq_f32(a.v, b.v)}; }
  static LOGITS_INLINE float largest(R32 v) { return vmaxvq_f32(v.v); }
  static LOGITS_INLINE Bits greater(R32 a, R32 b) { return {vcgtq_f32(a.v, b.v)}; }
  static LOGITS_INLINE Bits bits(R32 v) { return {vreinterpretq_u32_f32(v.v)}; }

  static LOGITS_INLINE R32 from_bits(Bits v) { return {vreinterpretq_f32_u32(v.v)}; }
  static LOGITS_INLINE R64 doubles_from_bits(Bits v) { return {vreinterpretq_f64_u32(v.v)}; }
  static LOGITS_INLINE Bits add(Bits a, Bits b) { return {vaddq_u32(a.v, b.v)}; }
  static LOGITS_INLINE Bits shift_left_23(Bits v) { return {vshlq_n_u32(v.v, 23)}; }
  static LOGITS_INLINE Bits bit_and(Bits a, Bits b) { return {vandq_u32(a.v, b.v)}; }
  static LOGITS_INLINE Bits bit_and_not(Bits a, Bits b) { return {vbicq_u32(b.v, a.v)}; }
  static LOGITS_INLINE Bits max_unsigned(Bits a, Bits b) { return {vmaxq_u32(a.v, b.v)}; }
  static LOGITS_INLINE Bits greater_signed(Bits a, Bits b) {
    return {vcgtq_s32(vreinterpretq_s32_u32(a.v), vreinterpretq_s32_u32(b.v))};
  }
  static LOGITS_INLINE Bits equal(Bits a, Bits b) { return {vceqq_u32(a.v, b.v)}; }
  static LOGITS_INLINE bool all(Bits mask) { return vminvq_u32(mask.v) != 0; }
  static LOGITS_INLINE Bits count(Bits counts, Bits mask) { return {vsubq_u32(counts.v, mask.v)}; }
  static LOGITS_INLINE Bits select(Bits mask, Bits yes, Bits no) {
    return {vbslq_u32(mask.v, yes.v, no.v)};
  }

  static LOGITS_INLINE Bits64 to_64(Bits v) { return {vreinterpretq_u64_u32(v.v)}; }
  static LOGITS_INLINE Bits from_64(uint64x2_t v) { return {vreinterpretq_u32_u64(v)}; }
  static LOGITS_INLINE Bits add_64(Bits a, Bits b) {
    return from_64(vaddq_u64(to_64(a).v, to_64(b).v));
  }
  static LOGITS_INLINE Bits shift_left_52(Bits v) { return from_64(vshlq_n_u64(to_64(v).v, 52)); }
  static LOGITS_INLINE Bits shift_right_52(Bits v) { return from_64(vshrq_n_u64(to_64(v).v, 52)); }

  static LOGITS_INLINE R64 add(R64 a, R64 b) { return {vaddq_f64(a.v, b.v)}; }
  static LOGITS_INLINE R64 sub(R64 a, R64 b) { return {vsubq_f64(a.v, b.v)}; }
  static LOGITS_INLINE R64 mul(R64 a, R64 b) { return {vmulq_f64(a.v, b.v)}; }
  static LOGITS_INLINE R64 div(R64 a, R64 b) { return {vdivq_f64(a.v, b.v)}; }
  static LOGITS_INLINE R64 fma(R64 a, R64 b, R64 c) { return {vfmaq_f64(c.v, a.v, b.v)}; }
  static LOGITS_INLINE R64 max(R64 a, R64 b) { return {vmaxq_f64(a.v, b.v)}; }
  static LOGITS_INLINE Bits64 greater(R64 a, R64 b) { return {vcgtq_f64(a.v, b.v)}; }
  static LOGITS_INLINE Bits64 equal(R64 a, R64 b) { return {vceqq_f64(a.v, b.v)}; }
  static LOGITS_INLINE Bits bits(R64 v) { return {vreinterpretq_u32_f64(v.v)}; }
  static LOGITS_INLINE Bits64 bit_and(Bits64 a, Bits64 b) { return {vandq_u64(a.v, b.v)}; }
  static LOGITS_INLINE bool all(Bits64 mask) { return all(from_64(mask.v)); }
  static LOGITS_INLINE R64 select(Bits64 mask, R64 yes, R64 no) {
    return {vbslq_f64(mask.v, yes.v, no.v)};
  }
  static LOGITS_INLINE double total(R64 v) {
    return vgetq_lane_f64(v.v, 0) + vgetq_lane_f64(v.v, 1);
  }

  static LOGITS_INLINE R32 narrow(Halves<R64> v) {
    return {vcvt_high_f32_f64(vcvt_f32_f64(v.low.v), v.high.v)};
  }
  static LOGITS_INLINE Halves<R64> widen(R32 v) {
    return {{vcvt_f64_f32(vget_low_f32(v.v))}, {vcvt_high_f64_f32(v.v)}};
  }
  static LOGITS_INLINE float widen(Float16 x) {
    return vgetq_lane_f32(vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(x.bits))), 0);
  }
};

struct Neon : Lanes<Lifted<NeonRegisters>> {
  // Two vectors at a time are eight chains, and the 32 registers hold them.
  static constexpr int kInterleave = 2;
  // Whether the exponential stands wherever it is asked for.
  static constexpr bool kInlines = true;
  // Whether it has stores that pass the caches by: `stream`, `end_streams`.
  static constexpr bool kStreams = false;

  static LOGITS_INLINE void prefetch(const char* p) {
#if defined(_MSC_VER) && !defined(__clang__)
    __prefetch(p);
#else
    __builtin_prefetch(p);
#endif
  }
};

}  // namespace logits
