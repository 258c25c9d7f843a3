// The vector vocabulary in AVX2, FMA and F16C: 16 lanes are two 256-bit registers.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "../kernel-table.h"
#include "../platform/force-inline.h"

namespace logits {

struct Avx2 {
  // Two vectors at a time keep four independent chains in flight; more spill (16 registers).
  static constexpr int kInterleave = 2;
  // Whether the exponential stands wherever it is asked for.
  static constexpr bool kInlines = true;
  // Whether kinds of rows have loops of their own that others could stand in for.
  static constexpr bool kSpecialises = true;
  // Whether it has stores that pass the caches by: `stream`, `end_streams`.
  static constexpr bool kStreams = true;

  struct F32 {
    __m256 low, high;
  };
  struct I32 {
    __m256i low, high;
  };
  struct F64 {
    __m256d low, high;
  };
  using Mask = I32;  // all bits of a lane set, or none
  using Mask64 = F64;

  // Memory

  static LOGITS_INLINE F32 load(const float* p) {
    return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
  }
  static LOGITS_INLINE F32 load(const float* p, Mask mask, F32 fill) {
    return {
        _mm256_blendv_ps(fill.low, _mm256_maskload_ps(p, mask.low), _mm256_castsi256_ps(mask.low)),
        _mm256_blendv_ps(fill.high, _mm256_maskload_ps(p + 8, mask.high),
                         _mm256_castsi256_ps(mask.high))};
  }
  static LOGITS_INLINE F32 load(const Float16* p) {
    const auto* q = reinterpret_cast<const __m128i*>(p);
    return {_mm256_cvtph_ps(_mm_loadu_si128(q)), _mm256_cvtph_ps(_mm_loadu_si128(q + 1))};
  }
  static LOGITS_INLINE F32 load(const BFloat16* p) { return {widen(p), widen(p + 8)}; }
  static LOGITS_INLINE float widen(Float16 x) {
    return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(x.bits)));
  }
  // `count` elements, one of them repeated in the other lanes.
  static LOGITS_INLINE F32 load_first(const Float16* p, int count) {
    const __m256i bits = load_bits_16(&p->bits, count);
    return {_mm256_cvtph_ps(_mm256_castsi256_si128(bits)),
            _mm256_cvtph_ps(_mm256_extracti128_si256(bits, 1))};
  }
  static LOGITS_INLINE F32 load_first(const BFloat16* p, int count) {
    const __m256i bits = load_bits_16(&p->bits, count);
    return {widen_bfloat16(_mm256_castsi256_si128(bits)),
            widen_bfloat16(_mm256_extracti128_si256(bits, 1))};
  }
  static LOGITS_INLINE void store(float* p, F32 v) {
    _mm256_storeu_ps(p, v.low);
    _mm256_storeu_ps(p + 8, v.high);
  }
  static LOGITS_INLINE void store(float* p, F32 v, Mask mask) {
    _mm256_maskstore_ps(p, mask.low, v.low);
    _mm256_maskstore_ps(p + 8, mask.high, v.high);
  }
  static LOGITS_INLINE void prefetch(const char* p) { _mm_prefetch(p, _MM_HINT_T0); }
  // `p` at a multiple of 64 bytes.
  static LOGITS_INLINE void stream(float* p, F32 v) {
    _mm256_stream_ps(p, v.low);
    _mm256_stream_ps(p + 8, v.high);
  }
  static LOGITS_INLINE void end_streams() { _mm_sfence(); }
  static LOGITS_INLINE I32 load_bits(const uint32_t* p) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 8))};
  }
  static LOGITS_INLINE void store_bits(uint32_t* p, I32 v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v.low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 8), v.high);
  }

  // Arithmetic

  static LOGITS_INLINE F32 broadcast(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
  static LOGITS_INLINE F32 add(F32 a, F32 b) {
    return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
  }
  static LOGITS_INLINE F32 sub(F32 a, F32 b) {
    return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
  }
  static LOGITS_INLINE F32 mul(F32 a, F32 b) {
    return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)};
  }
  static LOGITS_INLINE F32 fma(F32 a, F32 b, F32 c) {
    return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
  }
  // b where a lane of b is NaN.
  static LOGITS_INLINE F32 max(F32 a, F32 b) {
    return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)};
  }
  // The largest lane, where none is NaN.
  static LOGITS_INLINE float largest(F32 v) {
    const __m256 eight = _mm256_max_ps(v.low, v.high);
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
  }
  static LOGITS_INLINE Mask greater(F32 a, F32 b) {
    return {_mm256_castps_si256(_mm256_cmp_ps(a.low, b.low, _CMP_GT_OQ)),
            _mm256_castps_si256(_mm256_cmp_ps(a.high, b.high, _CMP_GT_OQ))};
  }

  // Bits

  static LOGITS_INLINE I32 bits(F32 v) {
    return {_mm256_castps_si256(v.low), _mm256_castps_si256(v.high)};
  }
  static LOGITS_INLINE F32 from_bits(I32 v) {
    return {_mm256_castsi256_ps(v.low), _mm256_castsi256_ps(v.high)};
  }
  static LOGITS_INLINE I32 broadcast_bits(uint32_t x) {
    const __m256i v = _mm256_set1_epi32(static_cast<int>(x));
    return {v, v};
  }
  static LOGITS_INLINE I32 add(I32 a, I32 b) {
    return {_mm256_add_epi32(a.low, b.low), _mm256_add_epi32(a.high, b.high)};
  }
  static LOGITS_INLINE I32 shift_left_23(I32 v) {
    return {_mm256_slli_epi32(v.low, 23), _mm256_slli_epi32(v.high, 23)};
  }
  static LOGITS_INLINE I32 bit_and(I32 a, I32 b) {
    return {_mm256_and_si256(a.low, b.low), _mm256_and_si256(a.high, b.high)};
  }
  static LOGITS_INLINE I32 max_unsigned(I32 a, I32 b) {
    return {_mm256_max_epu32(a.low, b.low), _mm256_max_epu32(a.high, b.high)};
  }
  static LOGITS_INLINE Mask greater_signed(I32 a, I32 b) {
    return {_mm256_cmpgt_epi32(a.low, b.low), _mm256_cmpgt_epi32(a.high, b.high)};
  }
  static LOGITS_INLINE Mask equal(I32 a, I32 b) {
    return {_mm256_cmpeq_epi32(a.low, b.low), _mm256_cmpeq_epi32(a.high, b.high)};
  }

  // Masks

  static LOGITS_INLINE I32 lane_numbers() {
    return {_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
            _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15)};
  }
  static LOGITS_INLINE Mask first(int count) {
    return greater_signed(broadcast_bits(static_cast<uint32_t>(count)), lane_numbers());
  }
  static LOGITS_INLINE bool all(Mask mask) {
    return _mm256_movemask_epi8(_mm256_and_si256(mask.low, mask.high)) == -1;
  }
  // The lanes that are not set, as bits.
  static LOGITS_INLINE uint32_t unset(Mask mask) {
    const int low = _mm256_movemask_ps(_mm256_castsi256_ps(mask.low));
    const int high = _mm256_movemask_ps(_mm256_castsi256_ps(mask.high));
    return static_cast<uint32_t>(low | high << 8) ^ 0xffff;
  }
  // counts + 1 in the lanes of a mask.
  static LOGITS_INLINE I32 count(I32 counts, Mask mask) {
    return {_mm256_sub_epi32(counts.low, mask.low), _mm256_sub_epi32(counts.high, mask.high)};
  }
  static LOGITS_INLINE F32 keep(Mask mask, F32 v) {
    return {_mm256_and_ps(_mm256_castsi256_ps(mask.low), v.low),
            _mm256_and_ps(_mm256_castsi256_ps(mask.high), v.high)};
  }
  static LOGITS_INLINE F32 drop(Mask mask, F32 v) {
    return {_mm256_andnot_ps(_mm256_castsi256_ps(mask.low), v.low),
            _mm256_andnot_ps(_mm256_castsi256_ps(mask.high), v.high)};
  }
  static LOGITS_INLINE I32 select(Mask mask, I32 yes, I32 no) {
    return {_mm256_blendv_epi8(no.low, yes.low, mask.low),
            _mm256_blendv_epi8(no.high, yes.high, mask.high)};
  }

  // Eight lanes of float64

  static LOGITS_INLINE F64 zero() { return {_mm256_setzero_pd(), _mm256_setzero_pd()}; }
  static LOGITS_INLINE F64 broadcast(double x) { return {_mm256_set1_pd(x), _mm256_set1_pd(x)}; }
  static LOGITS_INLINE F64 add(F64 a, F64 b) {
    return {_mm256_add_pd(a.low, b.low), _mm256_add_pd(a.high, b.high)};
  }
  static LOGITS_INLINE F64 sub(F64 a, F64 b) {
    return {_mm256_sub_pd(a.low, b.low), _mm256_sub_pd(a.high, b.high)};
  }
  static LOGITS_INLINE F64 mul(F64 a, F64 b) {
    return {_mm256_mul_pd(a.low, b.low), _mm256_mul_pd(a.high, b.high)};
  }
  static LOGITS_INLINE F64 div(F64 a, F64 b) {
    return {_mm256_div_pd(a.low, b.low), _mm256_div_pd(a.high, b.high)};
  }
  static LOGITS_INLINE F64 fma(F64 a, F64 b, F64 c) {
    return {_mm256_fmadd_pd(a.low, b.low, c.low), _mm256_fmadd_pd(a.high, b.high, c.high)};
  }
  // b where a lane of b is NaN.
  static LOGITS_INLINE F64 max(F64 a, F64 b) {
    return {_mm256_max_pd(a.low, b.low), _mm256_max_pd(a.high, b.high)};
  }
  static LOGITS_INLINE Mask64 greater(F64 a, F64 b) {
    return {_mm256_cmp_pd(a.low, b.low, _CMP_GT_OQ), _mm256_cmp_pd(a.high, b.high, _CMP_GT_OQ)};
  }
  static LOGITS_INLINE Mask64 equal(F64 a, F64 b) {
    return {_mm256_cmp_pd(a.low, b.low, _CMP_EQ_OQ), _mm256_cmp_pd(a.high, b.high, _CMP_EQ_OQ)};
  }
  static LOGITS_INLINE bool all(Mask64 mask) {
    return _mm256_movemask_pd(_mm256_and_pd(mask.low, mask.high)) == 0xf;
  }
  static LOGITS_INLINE uint32_t unset(Mask64 mask) {
    const int lanes = _mm256_movemask_pd(mask.low) | _mm256_movemask_pd(mask.high) << 4;
    return static_cast<uint32_t>(lanes) ^ 0xff;
  }
  static LOGITS_INLINE F64 select(Mask64 mask, F64 yes, F64 no) {
    return {_mm256_blendv_pd(no.low, yes.low, mask.low),
            _mm256_blendv_pd(no.high, yes.high, mask.high)};
  }
  static LOGITS_INLINE I32 bits(F64 v) {
    return {_mm256_castpd_si256(v.low), _mm256_castpd_si256(v.high)};
  }
  static LOGITS_INLINE F64 doubles_from_bits(I32 v) {
    return {_mm256_castsi256_pd(v.low), _mm256_castsi256_pd(v.high)};
  }
  static LOGITS_INLINE I32 add_64(I32 a, I32 b) {
    return {_mm256_add_epi64(a.low, b.low), _mm256_add_epi64(a.high, b.high)};
  }
  static LOGITS_INLINE I32 shift_left_52(I32 v) {
    return {_mm256_slli_epi64(v.low, 52), _mm256_slli_epi64(v.high, 52)};
  }
  static LOGITS_INLINE I32 shift_right_52(I32 v) {
    return {_mm256_srli_epi64(v.low, 52), _mm256_srli_epi64(v.high, 52)};
  }
  static LOGITS_INLINE F64 load(const double* p) {
    return {_mm256_loadu_pd(p), _mm256_loadu_pd(p + 4)};
  }
  // The first `count` lanes; the others repeat the first.
  static LOGITS_INLINE F64 load(const double* p, int count) {
    const I32 mask = first_8(count);
    const __m256d first = _mm256_set1_pd(*p);
    return {_mm256_blendv_pd(first, _mm256_maskload_pd(p, mask.low), _mm256_castsi256_pd(mask.low)),
            _mm256_blendv_pd(first, _mm256_maskload_pd(p + 4, mask.high),
                             _mm256_castsi256_pd(mask.high))};
  }
  static LOGITS_INLINE F64 load_8(const double* p) { return load(p); }
  static LOGITS_INLINE F64 load_8(const float* p) { return widen(_mm256_loadu_ps(p)); }
  static LOGITS_INLINE F64 load_8(const Float16* p) {
    return widen(_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
  }
  static LOGITS_INLINE F64 load_8(const BFloat16* p) { return widen(widen(p)); }
  static LOGITS_INLINE void store(double* p, F64 v) {
    _mm256_storeu_pd(p, v.low);
    _mm256_storeu_pd(p + 4, v.high);
  }
  static LOGITS_INLINE void store(double* p, F64 v, int count) {
    const I32 mask = first_8(count);
    _mm256_maskstore_pd(p, mask.low, v.low);
    _mm256_maskstore_pd(p + 4, mask.high, v.high);
  }
  static LOGITS_INLINE I32 first_8(int count) {
    const __m256i most = _mm256_set1_epi64x(count);
    return {_mm256_cmpgt_epi64(most, _mm256_setr_epi64x(0, 1, 2, 3)),
            _mm256_cmpgt_epi64(most, _mm256_setr_epi64x(4, 5, 6, 7))};
  }
  static LOGITS_INLINE void store_8(double* p, F64 v) { store(p, v); }
  static LOGITS_INLINE void store_8(float* p, F64 v) { _mm256_storeu_ps(p, narrow(v)); }
  static LOGITS_INLINE F32 narrow(F64 low, F64 high) { return {narrow(low), narrow(high)}; }
  static LOGITS_INLINE __m256 narrow(F64 v) {
    return _mm256_set_m128(_mm256_cvtpd_ps(v.high), _mm256_cvtpd_ps(v.low));
  }
  static LOGITS_INLINE __m256 widen_bfloat16(__m128i bits) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
  }
  static LOGITS_INLINE __m256 widen(const BFloat16* p) {
    return widen_bfloat16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  // Masked loads have 32-bit lanes: they take whole pairs. The last element stands in all others.
  static LOGITS_INLINE __m256i load_bits_16(const uint16_t* p, int count) {
    const __m256i ends = _mm256_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15);
    const __m256i is_whole = _mm256_cmpgt_epi32(_mm256_set1_epi32(count), ends);
    const __m256i pairs = _mm256_maskload_epi32(reinterpret_cast<const int*>(p), is_whole);
    const __m256i last = _mm256_set1_epi16(static_cast<short>(p[count - 1]));
    return _mm256_blendv_epi8(last, pairs, is_whole);
  }
  static LOGITS_INLINE F64 widen(__m256 v) {
    return {_mm256_cvtps_pd(_mm256_castps256_ps128(v)),
            _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1))};
  }
  static LOGITS_INLINE F64 fold(F32 v) { return widen(_mm256_add_ps(v.low, v.high)); }
  // ((0+4) + (2+6)) + ((1+5) + (3+7)).
  static LOGITS_INLINE double total(F64 v) {
    const __m256d quarters = _mm256_add_pd(v.low, v.high);
    const __m128d halves =
        _mm_add_pd(_mm256_castpd256_pd128(quarters), _mm256_extractf128_pd(quarters, 1));
    return _mm_cvtsd_f64(_mm_add_sd(halves, _mm_unpackhi_pd(halves, halves)));
  }
  // Lane i is total(v[i]).
  static LOGITS_INLINE F64 totals(const F64 (&v)[8]) {
    const auto quarters = [](F64 a) { return _mm256_add_pd(a.low, a.high); };
    const auto halves = [](__m256d a, __m256d b) {
      return _mm256_add_pd(_mm256_permute2f128_pd(a, b, 0x20), _mm256_permute2f128_pd(a, b, 0x31));
    };
    const auto four = [&](int i) {
      const __m256d even = halves(quarters(v[i]), quarters(v[i + 2]));
      const __m256d odd = halves(quarters(v[i + 1]), quarters(v[i + 3]));
      return _mm256_add_pd(_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd));
    };
    return {four(0), four(4)};
  }
  static LOGITS_INLINE F64 widen_low(F32 v) { return widen(v.low); }
  static LOGITS_INLINE F64 widen_high(F32 v) { return widen(v.high); }
};

}  // namespace logits
