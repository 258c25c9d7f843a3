// The vector vocabulary in AArch64 NEON: 16 lanes are four 128-bit registers.
#pragma once

#include <arm_neon.h>

#include <cstdint>

#include "../kernel-table.h"
#include "../platform/force-inline.h"

namespace logits {

struct Neon {
  // Two vectors at a time are eight chains, and the 32 registers hold them.
  static constexpr int kInterleave = 2;
  // Whether the exponential stands wherever it is asked for.
  static constexpr bool kInlines = true;
  // Whether kinds of rows have loops of their own that others could stand in for.
  static constexpr bool kSpecialises = true;
  // Whether it has stores that pass the caches by: `stream`, `end_streams`.
  static constexpr bool kStreams = false;

  struct F32 {
    float32x4_t part[4];
  };
  struct I32 {
    uint32x4_t part[4];
  };
  struct F64 {
    float64x2_t part[4];
  };
  using Mask = I32;  // all bits of a lane set, or none
  struct Mask64 {
    uint64x2_t part[4];
  };

  // Memory

  static LOGITS_INLINE void prefetch(const char* p) {
#if defined(_MSC_VER) && !defined(__clang__)
    __prefetch(p);
#else
    __builtin_prefetch(p);
#endif
  }

  static LOGITS_INLINE F32 load(const float* p) {
    return {{vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12)}};
  }
  // NEON has no masked load or store: absent lanes are skipped one by one.
  static LOGITS_INLINE F32 load(const float* p, Mask mask, F32 fill) {
    float lanes[16];
    uint32_t present[16];
    store(lanes, fill);
    store_bits(present, mask);
    for (int i = 0; i < 16; ++i) {
      if (present[i] != 0) lanes[i] = p[i];
    }
    return load(lanes);
  }
  static LOGITS_INLINE F32 load(const Float16* p) {
    return {{widen(p), widen(p + 4), widen(p + 8), widen(p + 12)}};
  }
  static LOGITS_INLINE F32 load(const BFloat16* p) {
    return {{widen(p), widen(p + 4), widen(p + 8), widen(p + 12)}};
  }
  static LOGITS_INLINE float widen(Float16 x) {
    return vgetq_lane_f32(vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(x.bits))), 0);
  }
  // `count` elements, one of them repeated in the other lanes.
  template <class E>
  static LOGITS_INLINE F32 load_first(const E* p, int count) {
    E lanes[16];
    for (int i = 0; i < 16; ++i) lanes[i] = p[i < count ? i : 0];
    return load(static_cast<const E*>(lanes));
  }
  static LOGITS_INLINE void store(float* p, F32 v) {
    for (int i = 0; i < 4; ++i) vst1q_f32(p + 4 * i, v.part[i]);
  }
  static LOGITS_INLINE void store(float* p, F32 v, Mask mask) {
    float lanes[16];
    uint32_t present[16];
    store(lanes, v);
    store_bits(present, mask);
    for (int i = 0; i < 16; ++i) {
      if (present[i] != 0) p[i] = lanes[i];
    }
  }
  static LOGITS_INLINE I32 load_bits(const uint32_t* p) {
    return {{vld1q_u32(p), vld1q_u32(p + 4), vld1q_u32(p + 8), vld1q_u32(p + 12)}};
  }
  static LOGITS_INLINE void store_bits(uint32_t* p, I32 v) {
    for (int i = 0; i < 4; ++i) vst1q_u32(p + 4 * i, v.part[i]);
  }

  // Arithmetic

  static LOGITS_INLINE F32 broadcast(float x) {
    const float32x4_t v = vdupq_n_f32(x);
    return {{v, v, v, v}};
  }
  static LOGITS_INLINE F32 add(F32 a, F32 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vaddq_f32(a.part[i], b.part[i]);
    return a;
  }
  static LOGITS_INLINE F32 sub(F32 a, F32 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vsubq_f32(a.part[i], b.part[i]);
    return a;
  }
  static LOGITS_INLINE F32 mul(F32 a, F32 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vmulq_f32(a.part[i], b.part[i]);
    return a;
  }
  static LOGITS_INLINE F32 fma(F32 a, F32 b, F32 c) {
    for (int i = 0; i < 4; ++i) a.part[i] = vfmaq_f32(c.part[i], a.part[i], b.part[i]);
    return a;
  }
  // b where a lane of b is NaN.
  static LOGITS_INLINE F32 max(F32 a, F32 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vmaxq_f32(a.part[i], b.part[i]);
    return a;
  }
  // The largest lane, where none is NaN.
  static LOGITS_INLINE float largest(F32 v) {
    return vmaxvq_f32(vmaxq_f32(vmaxq_f32(v.part[0], v.part[1]), vmaxq_f32(v.part[2], v.part[3])));
  }
  static LOGITS_INLINE Mask greater(F32 a, F32 b) {
    Mask mask;
    for (int i = 0; i < 4; ++i) mask.part[i] = vcgtq_f32(a.part[i], b.part[i]);
    return mask;
  }

  // Bits

  static LOGITS_INLINE I32 bits(F32 v) {
    I32 r;
    for (int i = 0; i < 4; ++i) r.part[i] = vreinterpretq_u32_f32(v.part[i]);
    return r;
  }
  static LOGITS_INLINE F32 from_bits(I32 v) {
    F32 r;
    for (int i = 0; i < 4; ++i) r.part[i] = vreinterpretq_f32_u32(v.part[i]);
    return r;
  }
  static LOGITS_INLINE I32 broadcast_bits(uint32_t x) {
    const uint32x4_t v = vdupq_n_u32(x);
    return {{v, v, v, v}};
  }
  static LOGITS_INLINE I32 add(I32 a, I32 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vaddq_u32(a.part[i], b.part[i]);
    return a;
  }
  static LOGITS_INLINE I32 shift_left_23(I32 v) {
    for (int i = 0; i < 4; ++i) v.part[i] = vshlq_n_u32(v.part[i], 23);
    return v;
  }
  static LOGITS_INLINE I32 bit_and(I32 a, I32 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vandq_u32(a.part[i], b.part[i]);
    return a;
  }
  static LOGITS_INLINE I32 max_unsigned(I32 a, I32 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vmaxq_u32(a.part[i], b.part[i]);
    return a;
  }
  static LOGITS_INLINE Mask greater_signed(I32 a, I32 b) {
    for (int i = 0; i < 4; ++i) {
      a.part[i] = vcgtq_s32(vreinterpretq_s32_u32(a.part[i]), vreinterpretq_s32_u32(b.part[i]));
    }
    return a;
  }
  static LOGITS_INLINE Mask equal(I32 a, I32 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vceqq_u32(a.part[i], b.part[i]);
    return a;
  }

  // Masks

  static LOGITS_INLINE I32 lane_numbers() {
    static const uint32_t numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return load_bits(numbers);
  }
  static LOGITS_INLINE Mask first(int count) {
    return greater_signed(broadcast_bits(static_cast<uint32_t>(count)), lane_numbers());
  }
  static LOGITS_INLINE bool all(Mask mask) {
    return vminvq_u32(vandq_u32(vandq_u32(mask.part[0], mask.part[1]),
                                vandq_u32(mask.part[2], mask.part[3]))) != 0;
  }
  // The lanes that are not set, as bits.
  static LOGITS_INLINE uint32_t unset(Mask mask) {
    uint32_t lanes[16];
    store_bits(lanes, mask);
    uint32_t bits = 0;
    for (int i = 0; i < 16; ++i) bits |= lanes[i] == 0 ? uint32_t{1} << i : 0;
    return bits;
  }
  // counts + 1 in the lanes of a mask.
  static LOGITS_INLINE I32 count(I32 counts, Mask mask) {
    for (int i = 0; i < 4; ++i) counts.part[i] = vsubq_u32(counts.part[i], mask.part[i]);
    return counts;
  }
  static LOGITS_INLINE F32 keep(Mask mask, F32 v) { return from_bits(bit_and(mask, bits(v))); }
  static LOGITS_INLINE F32 drop(Mask mask, F32 v) {
    I32 r = bits(v);
    for (int i = 0; i < 4; ++i) r.part[i] = vbicq_u32(r.part[i], mask.part[i]);
    return from_bits(r);
  }
  static LOGITS_INLINE I32 select(Mask mask, I32 yes, I32 no) {
    for (int i = 0; i < 4; ++i) yes.part[i] = vbslq_u32(mask.part[i], yes.part[i], no.part[i]);
    return yes;
  }

  // Eight lanes of float64

  static LOGITS_INLINE F64 broadcast(double x) {
    const float64x2_t v = vdupq_n_f64(x);
    return {{v, v, v, v}};
  }
  static LOGITS_INLINE F64 zero() { return broadcast(0.0); }
  static LOGITS_INLINE F64 add(F64 a, F64 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vaddq_f64(a.part[i], b.part[i]);
    return a;
  }
  static LOGITS_INLINE F64 sub(F64 a, F64 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vsubq_f64(a.part[i], b.part[i]);
    return a;
  }
  static LOGITS_INLINE F64 mul(F64 a, F64 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vmulq_f64(a.part[i], b.part[i]);
    return a;
  }
  static LOGITS_INLINE F64 div(F64 a, F64 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vdivq_f64(a.part[i], b.part[i]);
    return a;
  }
  static LOGITS_INLINE F64 fma(F64 a, F64 b, F64 c) {
    for (int i = 0; i < 4; ++i) a.part[i] = vfmaq_f64(c.part[i], a.part[i], b.part[i]);
    return a;
  }
  // b where a lane of b is NaN.
  static LOGITS_INLINE F64 max(F64 a, F64 b) {
    for (int i = 0; i < 4; ++i) a.part[i] = vmaxq_f64(a.part[i], b.part[i]);
    return a;
  }
  static LOGITS_INLINE Mask64 greater(F64 a, F64 b) {
    Mask64 mask;
    for (int i = 0; i < 4; ++i) mask.part[i] = vcgtq_f64(a.part[i], b.part[i]);
    return mask;
  }
  static LOGITS_INLINE Mask64 equal(F64 a, F64 b) {
    Mask64 mask;
    for (int i = 0; i < 4; ++i) mask.part[i] = vceqq_f64(a.part[i], b.part[i]);
    return mask;
  }
  static LOGITS_INLINE bool all(Mask64 mask) {
    const uint64x2_t both =
        vandq_u64(vandq_u64(mask.part[0], mask.part[1]), vandq_u64(mask.part[2], mask.part[3]));
    return vminvq_u32(vreinterpretq_u32_u64(both)) != 0;
  }
  static LOGITS_INLINE uint32_t unset(Mask64 mask) {
    uint64_t lanes[8];
    for (int i = 0; i < 4; ++i) vst1q_u64(lanes + 2 * i, mask.part[i]);
    uint32_t bits = 0;
    for (int i = 0; i < 8; ++i) bits |= lanes[i] == 0 ? uint32_t{1} << i : 0;
    return bits;
  }
  static LOGITS_INLINE F64 select(Mask64 mask, F64 yes, F64 no) {
    for (int i = 0; i < 4; ++i) yes.part[i] = vbslq_f64(mask.part[i], yes.part[i], no.part[i]);
    return yes;
  }
  static LOGITS_INLINE I32 bits(F64 v) {
    I32 r;
    for (int i = 0; i < 4; ++i) r.part[i] = vreinterpretq_u32_f64(v.part[i]);
    return r;
  }
  static LOGITS_INLINE F64 doubles_from_bits(I32 v) {
    F64 r;
    for (int i = 0; i < 4; ++i) r.part[i] = vreinterpretq_f64_u32(v.part[i]);
    return r;
  }
  static LOGITS_INLINE I32 add_64(I32 a, I32 b) {
    for (int i = 0; i < 4; ++i) {
      a.part[i] = vreinterpretq_u32_u64(
          vaddq_u64(vreinterpretq_u64_u32(a.part[i]), vreinterpretq_u64_u32(b.part[i])));
    }
    return a;
  }
  static LOGITS_INLINE I32 shift_left_52(I32 v) {
    for (int i = 0; i < 4; ++i) {
      v.part[i] = vreinterpretq_u32_u64(vshlq_n_u64(vreinterpretq_u64_u32(v.part[i]), 52));
    }
    return v;
  }
  static LOGITS_INLINE I32 shift_right_52(I32 v) {
    for (int i = 0; i < 4; ++i) {
      v.part[i] = vreinterpretq_u32_u64(vshrq_n_u64(vreinterpretq_u64_u32(v.part[i]), 52));
    }
    return v;
  }
  static LOGITS_INLINE F64 load_8(const double* p) { return load(p); }
  static LOGITS_INLINE F64 load_8(const float* p) { return widen(vld1q_f32(p), vld1q_f32(p + 4)); }
  static LOGITS_INLINE F64 load_8(const Float16* p) { return widen(widen(p), widen(p + 4)); }
  static LOGITS_INLINE F64 load_8(const BFloat16* p) { return widen(widen(p), widen(p + 4)); }
  static LOGITS_INLINE F64 load(const double* p) {
    return {{vld1q_f64(p), vld1q_f64(p + 2), vld1q_f64(p + 4), vld1q_f64(p + 6)}};
  }
  // The first `count` lanes; the others repeat the first.
  static LOGITS_INLINE F64 load(const double* p, int count) {
    double lanes[8];
    for (int i = 0; i < 8; ++i) lanes[i] = p[i < count ? i : 0];
    return load(lanes);
  }
  static LOGITS_INLINE void store(double* p, F64 v, int count) {
    double lanes[8];
    store(lanes, v);
    for (int i = 0; i < count; ++i) p[i] = lanes[i];
  }
  static LOGITS_INLINE void store(double* p, F64 v) {
    for (int i = 0; i < 4; ++i) vst1q_f64(p + 2 * i, v.part[i]);
  }
  static LOGITS_INLINE void store_8(double* p, F64 v) { store(p, v); }
  static LOGITS_INLINE void store_8(float* p, F64 v) {
    vst1q_f32(p, narrow(v.part[0], v.part[1]));
    vst1q_f32(p + 4, narrow(v.part[2], v.part[3]));
  }
  static LOGITS_INLINE F32 narrow(F64 low, F64 high) {
    return {{narrow(low.part[0], low.part[1]), narrow(low.part[2], low.part[3]),
             narrow(high.part[0], high.part[1]), narrow(high.part[2], high.part[3])}};
  }
  static LOGITS_INLINE float32x4_t narrow(float64x2_t a, float64x2_t b) {
    return vcvt_high_f32_f64(vcvt_f32_f64(a), b);
  }
  static LOGITS_INLINE float32x4_t widen(const Float16* p) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(&p->bits)));
  }
  static LOGITS_INLINE float32x4_t widen(const BFloat16* p) {
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(&p->bits), 16));
  }
  static LOGITS_INLINE F64 widen(float32x4_t a, float32x4_t b) {
    return {{vcvt_f64_f32(vget_low_f32(a)), vcvt_high_f64_f32(a), vcvt_f64_f32(vget_low_f32(b)),
             vcvt_high_f64_f32(b)}};
  }
  static LOGITS_INLINE F64 fold(F32 v) {
    return widen(vaddq_f32(v.part[0], v.part[2]), vaddq_f32(v.part[1], v.part[3]));
  }
  // ((0+4) + (2+6)) + ((1+5) + (3+7)).
  static LOGITS_INLINE double total(F64 v) {
    const float64x2_t low = vaddq_f64(v.part[0], v.part[2]);
    const float64x2_t high = vaddq_f64(v.part[1], v.part[3]);
    const float64x2_t halves = vaddq_f64(low, high);
    return vgetq_lane_f64(halves, 0) + vgetq_lane_f64(halves, 1);
  }
  // Lane i is total(v[i]).
  static LOGITS_INLINE F64 totals(const F64 (&v)[8]) {
    double lanes[8];
    for (int i = 0; i < 8; ++i) lanes[i] = total(v[i]);
    return load(static_cast<const double*>(lanes));
  }
  static LOGITS_INLINE F64 widen_low(F32 v) { return widen(v.part[0], v.part[1]); }
  static LOGITS_INLINE F64 widen_high(F32 v) { return widen(v.part[2], v.part[3]); }
};

}  // namespace logits
