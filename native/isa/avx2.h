// The vector vocabulary in AVX2, FMA and F16C: 16 lanes are two 256-bit registers.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "../kernel-table.h"
#include "../platform/force-inline.h"
#include "lift.h"

namespace logits {

struct Avx2Registers {
  struct R32 {
    static constexpr int kLanes = 8;
    __m256 v;

    static LOGITS_INLINE R32 load(const float* p) { return {_mm256_loadu_ps(p)}; }
    static LOGITS_INLINE R32 load(const Float16* p) {
      return from_float16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }
    static LOGITS_INLINE R32 load(const BFloat16* p) {
      return from_bfloat16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }
    static LOGITS_INLINE R32 from_float16(__m128i bits) { return {_mm256_cvtph_ps(bits)}; }
    static LOGITS_INLINE R32 from_bfloat16(__m128i bits) {
      return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16))};
    }
    static LOGITS_INLINE R32 broadcast(float x) { return {_mm256_set1_ps(x)}; }
    LOGITS_INLINE void store(float* p) const { _mm256_storeu_ps(p, v); }
  };
  struct Bits {
    static constexpr int kLanes = 8;
    __m256i v;

    static LOGITS_INLINE Bits load(const uint32_t* p) {
      return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
    }
    static LOGITS_INLINE Bits broadcast(uint32_t x) {
      return {_mm256_set1_epi32(static_cast<int>(x))};
    }
    LOGITS_INLINE void store(uint32_t* p) const {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
    }
  };
  struct R64 {
    static constexpr int kLanes = 4;
    __m256d v;

    static LOGITS_INLINE R64 load(const double* p) { return {_mm256_loadu_pd(p)}; }
    static LOGITS_INLINE R64 broadcast(double x) { return {_mm256_set1_pd(x)}; }
    LOGITS_INLINE void store(double* p) const { _mm256_storeu_pd(p, v); }
  };
  using F32 = Halves<R32>;
  using I32 = Halves<Bits>;
  using F64 = Halves<R64>;
  using Mask64 = F64;

  static LOGITS_INLINE R32 add(R32 a, R32 b) { return {_mm256_add_ps(a.v, b.v)}; }
  static LOGITS_INLINE R32 sub(R32 a, R32 b) { return {_mm256_sub_ps(a.v, b.v)}; }
  static LOGITS_INLINE R32 mul(R32 a, R32 b) { return {_mm256_mul_ps(a.v, b.v)}; }
  static LOGITS_INLINE R32 fma(R32 a, R32 b, R32 c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
  static LOGITS_INLINE R32 max(R32 a, R32 b) { return {_mm256_max_ps(a.v, b.v)}; }
  static LOGITS_INLINE float largest(R32 v) {
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(v.v), _mm256_extractf128_ps(v.v, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
  }
  static LOGITS_INLINE Bits greater(R32 a, R32 b) {
    return {_mm256_castps_si256(_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ))};
  }
  static LOGITS_INLINE Bits bits(R32 v) { return {_mm256_castps_si256(v.v)}; }

  static LOGITS_INLINE R32 from_bits(Bits v) { return {_mm256_castsi256_ps(v.v)}; }
  static LOGITS_INLINE R64 doubles_from_bits(Bits v) { return {_mm256_castsi256_pd(v.v)}; }
  static LOGITS_INLINE Bits add(Bits a, Bits b) { return {_mm256_add_epi32(a.v, b.v)}; }
  static LOGITS_INLINE Bits shift_left_23(Bits v) { return {_mm256_slli_epi32(v.v, 23)}; }
  static LOGITS_INLINE Bits bit_and(Bits a, Bits b) { return {_mm256_and_si256(a.v, b.v)}; }
  static LOGITS_INLINE Bits bit_and_not(Bits a, Bits b) { return {_mm256_andnot_si256(a.v, b.v)}; }
  static LOGITS_INLINE Bits max_unsigned(Bits a, Bits b) { return {_mm256_max_epu32(a.v, b.v)}; }
  static LOGITS_INLINE Bits greater_signed(Bits a, Bits b) {
    return {_mm256_cmpgt_epi32(a.v, b.v)};
  }
  static LOGITS_INLINE Bits equal(Bits a, Bits b) { return {_mm256_cmpeq_epi32(a.v, b.v)}; }
  static LOGITS_INLINE bool all(Bits mask) { return _mm256_movemask_epi8(mask.v) == -1; }
  static LOGITS_INLINE Bits count(Bits counts, Bits mask) {
    return {_mm256_sub_epi32(counts.v, mask.v)};
  }
  static LOGITS_INLINE Bits select(Bits mask, Bits yes, Bits no) {
    return {_mm256_blendv_epi8(no.v, yes.v, mask.v)};
  }
  static LOGITS_INLINE Bits add_64(Bits a, Bits b) { return {_mm256_add_epi64(a.v, b.v)}; }
  static LOGITS_INLINE Bits shift_left_52(Bits v) { return {_mm256_slli_epi64(v.v, 52)}; }
  static LOGITS_INLINE Bits shift_right_52(Bits v) { return {_mm256_srli_epi64(v.v, 52)}; }

  static LOGITS_INLINE R64 add(R64 a, R64 b) { return {_mm256_add_pd(a.v, b.v)}; }
  static LOGITS_INLINE R64 sub(R64 a, R64 b) { return {_mm256_sub_pd(a.v, b.v)}; }
  static LOGITS_INLINE R64 mul(R64 a, R64 b) { return {_mm256_mul_pd(a.v, b.v)}; }
  static LOGITS_INLINE R64 div(R64 a, R64 b) { return {_mm256_div_pd(a.v, b.v)}; }
  static LOGITS_INLINE R64 fma(R64 a, R64 b, R64 c) { return {_mm256_fmadd_pd(a.v, b.v, c.v)}; }
  static LOGITS_INLINE R64 max(R64 a, R64 b) { return {_mm256_max_pd(a.v, b.v)}; }
  static LOGITS_INLINE R64 greater(R64 a, R64 b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_GT_OQ)}; }
  static LOGITS_INLINE R64 equal(R64 a, R64 b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_EQ_OQ)}; }
  static LOGITS_INLINE Bits bits(R64 v) { return {_mm256_castpd_si256(v.v)}; }
  static LOGITS_INLINE R64 bit_and(R64 a, R64 b) { return {_mm256_and_pd(a.v, b.v)}; }
  static LOGITS_INLINE bool all(R64 mask) { return _mm256_movemask_pd(mask.v) == 0xf; }
  static LOGITS_INLINE R64 select(R64 mask, R64 yes, R64 no) {
    return {_mm256_blendv_pd(no.v, yes.v, mask.v)};
  }
  static LOGITS_INLINE double total(R64 v) {
    const __m128d halves = _mm_add_pd(_mm256_castpd256_pd128(v.v), _mm256_extractf128_pd(v.v, 1));
    return _mm_cvtsd_f64(_mm_add_sd(halves, _mm_unpackhi_pd(halves, halves)));
  }

  static LOGITS_INLINE R32 narrow(Halves<R64> v) {
    return {_mm256_set_m128(_mm256_cvtpd_ps(v.high.v), _mm256_cvtpd_ps(v.low.v))};
  }
  static LOGITS_INLINE Halves<R64> widen(R32 v) {
    return {{_mm256_cvtps_pd(_mm256_castps256_ps128(v.v))},
            {_mm256_cvtps_pd(_mm256_extractf128_ps(v.v, 1))}};
  }
  static LOGITS_INLINE float widen(Float16 x) {
    return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(x.bits)));
  }
};

struct Avx2 : Lanes<Lifted<Avx2Registers>> {
  // Two vectors at a time keep four independent chains in flight; more spill (16 registers).
  static constexpr int kInterleave = 2;
  // Whether the exponential stands wherever it is asked for.
  static constexpr bool kInlines = true;
  // Whether it has stores that pass the caches by: `stream`, `end_streams`.
  static constexpr bool kStreams = true;

  using Lanes::load;
  using Lanes::store;
  static LOGITS_INLINE F32 load(const float* p, Mask mask, F32 fill) {
    const F32 present = from_bits(mask);
    return {
        {_mm256_blendv_ps(fill.low.v, _mm256_maskload_ps(p, mask.low.v), present.low.v)},
        {_mm256_blendv_ps(fill.high.v, _mm256_maskload_ps(p + 8, mask.high.v), present.high.v)}};
  }
  static LOGITS_INLINE void store(float* p, F32 v, Mask mask) {
    _mm256_maskstore_ps(p, mask.low.v, v.low.v);
    _mm256_maskstore_ps(p + 8, mask.high.v, v.high.v);
  }
  static LOGITS_INLINE F64 load(const double* p, int count) {
    const I32 mask = first_8(count);
    const F64 present = doubles_from_bits(mask);
    const __m256d first = _mm256_set1_pd(*p);
    return {{_mm256_blendv_pd(first, _mm256_maskload_pd(p, mask.low.v), present.low.v)},
            {_mm256_blendv_pd(first, _mm256_maskload_pd(p + 4, mask.high.v), present.high.v)}};
  }
  static LOGITS_INLINE void store(double* p, F64 v, int count) {
    const I32 mask = first_8(count);
    _mm256_maskstore_pd(p, mask.low.v, v.low.v);
    _mm256_maskstore_pd(p + 4, mask.high.v, v.high.v);
  }
  static LOGITS_INLINE I32 first_8(int count) {
    const __m256i most = _mm256_set1_epi64x(count);
    return {{_mm256_cmpgt_epi64(most, _mm256_setr_epi64x(0, 1, 2, 3))},
            {_mm256_cmpgt_epi64(most, _mm256_setr_epi64x(4, 5, 6, 7))}};
  }
  static LOGITS_INLINE F32 load_first(const Float16* p, int count) {
    const __m256i bits = load_bits_16(&p->bits, count);
    return {R32::from_float16(_mm256_castsi256_si128(bits)),
            R32::from_float16(_mm256_extracti128_si256(bits, 1))};
  }
  static LOGITS_INLINE F32 load_first(const BFloat16* p, int count) {
    const __m256i bits = load_bits_16(&p->bits, count);
    return {R32::from_bfloat16(_mm256_castsi256_si128(bits)),
            R32::from_bfloat16(_mm256_extracti128_si256(bits, 1))};
  }
  // Masked loads have 32-bit lanes: they take whole pairs. The last element stands in all others.
  static LOGITS_INLINE __m256i load_bits_16(const uint16_t* p, int count) {
    const __m256i ends = _mm256_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15);
    const __m256i is_whole = _mm256_cmpgt_epi32(_mm256_set1_epi32(count), ends);
    const __m256i pairs = _mm256_maskload_epi32(reinterpret_cast<const int*>(p), is_whole);
    const __m256i last = _mm256_set1_epi16(static_cast<short>(p[count - 1]));
    return _mm256_blendv_epi8(last, pairs, is_whole);
  }
  static LOGITS_INLINE void prefetch(const char* p) { _mm_prefetch(p, _MM_HINT_T0); }
  // `p` at a multiple of 64 bytes.
  static LOGITS_INLINE void stream(float* p, F32 v) {
    _mm256_stream_ps(p, v.low.v);
    _mm256_stream_ps(p + 8, v.high.v);
  }
  static LOGITS_INLINE void end_streams() { _mm_sfence(); }

  static LOGITS_INLINE uint32_t unset(Mask mask) {
    const F32 lanes = from_bits(mask);
    const int set = _mm256_movemask_ps(lanes.low.v) | _mm256_movemask_ps(lanes.high.v) << 8;
    return static_cast<uint32_t>(set) ^ 0xffff;
  }
  static LOGITS_INLINE uint32_t unset(Mask64 mask) {
    const int set = _mm256_movemask_pd(mask.low.v) | _mm256_movemask_pd(mask.high.v) << 4;
    return static_cast<uint32_t>(set) ^ 0xff;
  }
  // Lane i is total(v[i]).
  static LOGITS_INLINE F64 totals(const F64 (&v)[8]) {
    const auto quarters = [](F64 a) { return add(a.low, a.high).v; };
    const auto halves = [](__m256d a, __m256d b) {
      return _mm256_add_pd(_mm256_permute2f128_pd(a, b, 0x20), _mm256_permute2f128_pd(a, b, 0x31));
    };
    const auto four = [&](int i) {
      const __m256d even = halves(quarters(v[i]), quarters(v[i + 2]));
      const __m256d odd = halves(quarters(v[i + 1]), quarters(v[i + 3]));
      return R64{_mm256_add_pd(_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd))};
    };
    return {four(0), four(4)};
  }
};

}  // namespace logits
