// The vector vocabulary in AVX-512 (F, BW, DQ, VL): 16 lanes are one 512-bit register.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "../kernel-table.h"
#include "../platform/force-inline.h"

namespace logits {

struct Avx512 {
  // A whole group of 64: four chains in flight, and 32 registers hold them.
  static constexpr int kInterleave = 4;
  // Whether the exponential stands wherever it is asked for.
  static constexpr bool kInlines = true;
  // Whether it has stores that pass the caches by: `stream`, `end_streams`.
  static constexpr bool kStreams = true;

  using F32 = __m512;
  using I32 = __m512i;
  using F64 = __m512d;
  using Mask = __mmask16;
  using Mask64 = __mmask8;

  // Memory

  static LOGITS_INLINE F32 load(const float* p) { return _mm512_loadu_ps(p); }
  static LOGITS_INLINE F32 load(const float* p, Mask mask, F32 fill) {
    return _mm512_mask_loadu_ps(fill, mask, p);
  }
  static LOGITS_INLINE F32 load(const Float16* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static LOGITS_INLINE F32 load(const BFloat16* p) {
    return widen_bfloat16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static LOGITS_INLINE float widen(Float16 x) {
    return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(x.bits)));
  }
  // `count` elements, one of them repeated in the other lanes.
  static LOGITS_INLINE F32 load_first(const Float16* p, int count) {
    return _mm512_cvtph_ps(load_bits_16(&p->bits, count));
  }
  static LOGITS_INLINE F32 load_first(const BFloat16* p, int count) {
    return widen_bfloat16(load_bits_16(&p->bits, count));
  }
  static LOGITS_INLINE void store(float* p, F32 v) { _mm512_storeu_ps(p, v); }
  static LOGITS_INLINE void store(float* p, F32 v, Mask mask) { _mm512_mask_storeu_ps(p, mask, v); }
  static LOGITS_INLINE void prefetch(const char* p) { _mm_prefetch(p, _MM_HINT_T0); }
  // `p` at a multiple of 64 bytes.
  static LOGITS_INLINE void stream(float* p, F32 v) { _mm512_stream_ps(p, v); }
  static LOGITS_INLINE void end_streams() { _mm_sfence(); }
  static LOGITS_INLINE I32 load_bits(const uint32_t* p) { return _mm512_loadu_si512(p); }
  static LOGITS_INLINE void store_bits(uint32_t* p, I32 v) { _mm512_storeu_si512(p, v); }

  // Arithmetic

  static LOGITS_INLINE F32 broadcast(float x) { return _mm512_set1_ps(x); }
  static LOGITS_INLINE F32 add(F32 a, F32 b) { return _mm512_add_ps(a, b); }
  static LOGITS_INLINE F32 sub(F32 a, F32 b) { return _mm512_sub_ps(a, b); }
  static LOGITS_INLINE F32 mul(F32 a, F32 b) { return _mm512_mul_ps(a, b); }
  static LOGITS_INLINE F32 fma(F32 a, F32 b, F32 c) { return _mm512_fmadd_ps(a, b, c); }
  // b where a lane of b is NaN.
  static LOGITS_INLINE F32 max(F32 a, F32 b) { return _mm512_max_ps(a, b); }
  // The largest lane, where none is NaN.
  static LOGITS_INLINE float largest(F32 v) { return _mm512_reduce_max_ps(v); }
  static LOGITS_INLINE Mask greater(F32 a, F32 b) { return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ); }

  // Bits

  static LOGITS_INLINE I32 bits(F32 v) { return _mm512_castps_si512(v); }
  static LOGITS_INLINE F32 from_bits(I32 v) { return _mm512_castsi512_ps(v); }
  static LOGITS_INLINE I32 broadcast_bits(uint32_t x) {
    return _mm512_set1_epi32(static_cast<int>(x));
  }
  static LOGITS_INLINE I32 add(I32 a, I32 b) { return _mm512_add_epi32(a, b); }
  static LOGITS_INLINE I32 shift_left_23(I32 v) { return _mm512_slli_epi32(v, 23); }
  static LOGITS_INLINE I32 bit_and(I32 a, I32 b) { return _mm512_and_si512(a, b); }
  static LOGITS_INLINE I32 max_unsigned(I32 a, I32 b) { return _mm512_max_epu32(a, b); }
  static LOGITS_INLINE Mask greater_signed(I32 a, I32 b) { return _mm512_cmpgt_epi32_mask(a, b); }
  static LOGITS_INLINE Mask equal(I32 a, I32 b) { return _mm512_cmpeq_epi32_mask(a, b); }

  // Masks

  static LOGITS_INLINE I32 lane_numbers() {
    return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  }
  static LOGITS_INLINE Mask first(int count) { return static_cast<Mask>((1u << count) - 1u); }
  static LOGITS_INLINE bool all(Mask mask) { return mask == 0xffff; }
  // The lanes that are not set, as bits.
  static LOGITS_INLINE uint32_t unset(Mask mask) { return uint32_t{mask} ^ 0xffff; }
  // counts + 1 in the lanes of a mask.
  static LOGITS_INLINE I32 count(I32 counts, Mask mask) {
    return _mm512_mask_add_epi32(counts, mask, counts, _mm512_set1_epi32(1));
  }
  // As bits, so that a compiler merges the mask with the integer addition that v comes from.
  static LOGITS_INLINE F32 keep(Mask mask, F32 v) {
    return from_bits(_mm512_maskz_mov_epi32(mask, bits(v)));
  }
  static LOGITS_INLINE F32 drop(Mask mask, F32 v) { return keep(static_cast<Mask>(~mask), v); }
  static LOGITS_INLINE I32 select(Mask mask, I32 yes, I32 no) {
    return _mm512_mask_mov_epi32(no, mask, yes);
  }

  // Eight lanes of float64

  static LOGITS_INLINE F64 zero() { return _mm512_setzero_pd(); }
  static LOGITS_INLINE F64 broadcast(double x) { return _mm512_set1_pd(x); }
  static LOGITS_INLINE F64 add(F64 a, F64 b) { return _mm512_add_pd(a, b); }
  static LOGITS_INLINE F64 sub(F64 a, F64 b) { return _mm512_sub_pd(a, b); }
  static LOGITS_INLINE F64 mul(F64 a, F64 b) { return _mm512_mul_pd(a, b); }
  static LOGITS_INLINE F64 div(F64 a, F64 b) { return _mm512_div_pd(a, b); }
  static LOGITS_INLINE F64 fma(F64 a, F64 b, F64 c) { return _mm512_fmadd_pd(a, b, c); }
  // b where a lane of b is NaN.
  static LOGITS_INLINE F64 max(F64 a, F64 b) { return _mm512_max_pd(a, b); }
  static LOGITS_INLINE Mask64 greater(F64 a, F64 b) { return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ); }
  static LOGITS_INLINE Mask64 equal(F64 a, F64 b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }
  static LOGITS_INLINE bool all(Mask64 mask) { return mask == 0xff; }
  static LOGITS_INLINE uint32_t unset(Mask64 mask) { return uint32_t{mask} ^ 0xff; }
  static LOGITS_INLINE F64 select(Mask64 mask, F64 yes, F64 no) {
    return _mm512_mask_mov_pd(no, mask, yes);
  }
  static LOGITS_INLINE I32 bits(F64 v) { return _mm512_castpd_si512(v); }
  static LOGITS_INLINE F64 doubles_from_bits(I32 v) { return _mm512_castsi512_pd(v); }
  static LOGITS_INLINE I32 add_64(I32 a, I32 b) { return _mm512_add_epi64(a, b); }
  static LOGITS_INLINE I32 shift_left_52(I32 v) { return _mm512_slli_epi64(v, 52); }
  static LOGITS_INLINE I32 shift_right_52(I32 v) { return _mm512_srli_epi64(v, 52); }
  static LOGITS_INLINE F64 load(const double* p) { return _mm512_loadu_pd(p); }
  // The first `count` lanes; the others repeat the first.
  static LOGITS_INLINE F64 load(const double* p, int count) {
    return _mm512_mask_loadu_pd(_mm512_set1_pd(*p), first_8(count), p);
  }
  static LOGITS_INLINE F64 load_8(const double* p) { return load(p); }
  static LOGITS_INLINE F64 load_8(const float* p) { return _mm512_cvtps_pd(_mm256_loadu_ps(p)); }
  static LOGITS_INLINE F64 load_8(const Float16* p) {
    const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm512_cvtps_pd(_mm256_cvtph_ps(bits));
  }
  static LOGITS_INLINE F64 load_8(const BFloat16* p) {
    const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm512_cvtps_pd(_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16)));
  }
  static LOGITS_INLINE void store(double* p, F64 v) { _mm512_storeu_pd(p, v); }
  static LOGITS_INLINE void store(double* p, F64 v, int count) {
    _mm512_mask_storeu_pd(p, first_8(count), v);
  }
  static LOGITS_INLINE void store_8(double* p, F64 v) { store(p, v); }
  static LOGITS_INLINE void store_8(float* p, F64 v) { _mm256_storeu_ps(p, _mm512_cvtpd_ps(v)); }
  static LOGITS_INLINE F32 narrow(F64 low, F64 high) {
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high),
                              1);
  }
  // Not _mm512_reduce_add_ps: its order is the compiler's, and ours is part of the result.
  static LOGITS_INLINE F64 fold(F32 v) {
    return _mm512_cvtps_pd(_mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1)));
  }
  // ((0+4) + (2+6)) + ((1+5) + (3+7)).
  static LOGITS_INLINE double total(F64 v) {
    const __m256d quarters = _mm256_add_pd(_mm512_castpd512_pd256(v), _mm512_extractf64x4_pd(v, 1));
    const __m128d halves =
        _mm_add_pd(_mm256_castpd256_pd128(quarters), _mm256_extractf128_pd(quarters, 1));
    return _mm_cvtsd_f64(_mm_add_sd(halves, _mm_unpackhi_pd(halves, halves)));
  }
  // Lane i is total(v[i]).
  static LOGITS_INLINE F64 totals(const F64 (&v)[8]) {
    const auto quarters = [](F64 a, F64 b) {
      return _mm512_add_pd(_mm512_shuffle_f64x2(a, b, 0x44), _mm512_shuffle_f64x2(a, b, 0xee));
    };
    const auto halves = [](F64 a, F64 b) {
      return _mm512_add_pd(_mm512_shuffle_f64x2(a, b, 0x88), _mm512_shuffle_f64x2(a, b, 0xdd));
    };
    const F64 even = halves(quarters(v[0], v[2]), quarters(v[4], v[6]));
    const F64 odd = halves(quarters(v[1], v[3]), quarters(v[5], v[7]));
    return _mm512_add_pd(_mm512_unpacklo_pd(even, odd), _mm512_unpackhi_pd(even, odd));
  }
  static LOGITS_INLINE Mask64 first_8(int count) { return static_cast<Mask64>((1u << count) - 1); }
  static LOGITS_INLINE F32 widen_bfloat16(__m256i bits) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
  }
  static LOGITS_INLINE __m256i load_bits_16(const uint16_t* p, int count) {
    return _mm256_mask_loadu_epi16(_mm256_set1_epi16(static_cast<short>(*p)), first(count), p);
  }
  static LOGITS_INLINE F64 widen_low(F32 v) { return _mm512_cvtps_pd(_mm512_castps512_ps256(v)); }
  static LOGITS_INLINE F64 widen_high(F32 v) {
    return _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
  }
};

}  // namespace logits
