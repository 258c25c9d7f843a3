// The vocabulary of whole vectors, sixteen lanes of float32 and eight of float64, from that of an
// instruction set's registers, which are narrower. All of it is inlined by force and a template
// over a type of one set, so that no two sets share a function.
//
// A register is a struct with its number of lanes and its memory: kLanes, load, store, broadcast.
#pragma once

#include <cstdint>

#include "../kernel-table.h"
#include "../platform/force-inline.h"

namespace logits {

static constexpr uint32_t kLaneIndices[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// Two registers, or two pairs of them. No array: compilers keep members in registers.
template <class Half>
struct Halves {
  static constexpr int kLanes = 2 * Half::kLanes;
  Half low, high;

  template <class E>
  static LOGITS_INLINE Halves load(const E* p) {
    return {Half::load(p), Half::load(p + Half::kLanes)};
  }
  template <class E>
  static LOGITS_INLINE Halves broadcast(E x) {
    return {Half::broadcast(x), Half::broadcast(x)};
  }
  template <class E>
  LOGITS_INLINE void store(E* p) const {
    low.store(p);
    high.store(p + Half::kLanes);
  }
};

// What Registers has for registers, for pairs too.
template <class Registers>
struct Lifted : Registers {
  using F32 = typename Registers::F32;
  using F64 = typename Registers::F64;

  template <class Half>
  static LOGITS_INLINE Halves<Half> halves(Half low, Half high) {
    return {low, high};
  }

  // The functions that treat every lane alike.
#define LOGITS_LIFT(name)                             \
  using Registers::name;                              \
  template <class... Half>                            \
  static LOGITS_INLINE auto name(Halves<Half>... v) { \
    return halves(name(v.low...), name(v.high...));   \
  }
  LOGITS_LIFT(add)
  LOGITS_LIFT(sub)
  LOGITS_LIFT(mul)
  LOGITS_LIFT(div)
  LOGITS_LIFT(fma)
  LOGITS_LIFT(max)
  LOGITS_LIFT(greater)
  LOGITS_LIFT(equal)
  LOGITS_LIFT(greater_signed)
  LOGITS_LIFT(max_unsigned)
  LOGITS_LIFT(select)
  LOGITS_LIFT(count)
  LOGITS_LIFT(bits)
  LOGITS_LIFT(from_bits)
  LOGITS_LIFT(doubles_from_bits)
  LOGITS_LIFT(bit_and)
  LOGITS_LIFT(bit_and_not)
  LOGITS_LIFT(add_64)
  LOGITS_LIFT(shift_left_23)
  LOGITS_LIFT(shift_left_52)
  LOGITS_LIFT(shift_right_52)
  LOGITS_LIFT(widen)
  LOGITS_LIFT(narrow)
#undef LOGITS_LIFT

  // Reductions add, compare or intersect the halves first. This order of sums is part of the
  // results: ((0+4) + (2+6)) + ((1+5) + (3+7)).
  using Registers::all;
  using Registers::largest;
  using Registers::total;
  template <class Half>
  static LOGITS_INLINE bool all(Halves<Half> mask) {
    return all(bit_and(mask.low, mask.high));
  }
  template <class Half>
  static LOGITS_INLINE float largest(Halves<Half> v) {
    return largest(max(v.low, v.high));
  }
  template <class Half>
  static LOGITS_INLINE double total(Halves<Half> v) {
    return total(add(v.low, v.high));
  }
  static LOGITS_INLINE F64 fold(F32 v) { return widen(add(v.low, v.high)); }

  static LOGITS_INLINE F64 widen_low(F32 v) { return widen(v.low); }
  static LOGITS_INLINE F64 widen_high(F32 v) { return widen(v.high); }
  static LOGITS_INLINE F32 narrow(F64 low, F64 high) { return {narrow(low), narrow(high)}; }
  template <class E>
  static LOGITS_INLINE F64 load_8(const E* p) {
    return widen(decltype(F32::low)::load(p));
  }
  static LOGITS_INLINE void store_8(float* p, F64 v) { narrow(v).store(p); }
};

// What goes through memory, and what else follows from the lanes of whole vectors. Masked loads and
// stores are lane by lane, for sets without the instructions.
template <class Vectors>
struct Lanes : Vectors {
  using F32 = typename Vectors::F32;
  using I32 = typename Vectors::I32;
  using F64 = typename Vectors::F64;
  using Mask = I32;  // all bits of a lane set, or none
  using Mask64 = typename Vectors::Mask64;

  template <class E>
  static LOGITS_INLINE F32 load(const E* p) {
    return F32::load(p);
  }
  static LOGITS_INLINE F64 load(const double* p) { return F64::load(p); }
  static LOGITS_INLINE I32 load_bits(const uint32_t* p) { return I32::load(p); }
  static LOGITS_INLINE void store(float* p, F32 v) { v.store(p); }
  static LOGITS_INLINE void store(double* p, F64 v) { v.store(p); }
  static LOGITS_INLINE void store_bits(uint32_t* p, I32 v) { v.store(p); }

  static LOGITS_INLINE F32 load(const float* p, Mask mask, F32 fill) {
    float lanes[16];
    uint32_t present[16];
    fill.store(lanes);
    mask.store(present);
    for (int i = 0; i < 16; ++i) {
      if (present[i] != 0) lanes[i] = p[i];
    }
    return load(static_cast<const float*>(lanes));
  }
  static LOGITS_INLINE void store(float* p, F32 v, Mask mask) {
    float lanes[16];
    uint32_t present[16];
    v.store(lanes);
    mask.store(present);
    for (int i = 0; i < 16; ++i) {
      if (present[i] != 0) p[i] = lanes[i];
    }
  }
  // `count` elements, one of them repeated in the other lanes.
  template <class E>
  static LOGITS_INLINE F32 load_first(const E* p, int count) {
    E lanes[16];
    for (int i = 0; i < 16; ++i) lanes[i] = p[i < count ? i : 0];
    return load(static_cast<const E*>(lanes));
  }
  // The first `count` lanes; the others repeat the first.
  static LOGITS_INLINE F64 load(const double* p, int count) {
    double lanes[8];
    for (int i = 0; i < 8; ++i) lanes[i] = p[i < count ? i : 0];
    return load(static_cast<const double*>(lanes));
  }
  static LOGITS_INLINE void store(double* p, F64 v, int count) {
    double lanes[8];
    v.store(lanes);
    for (int i = 0; i < count; ++i) p[i] = lanes[i];
  }

  using Vectors::load_8;
  using Vectors::store_8;
  static LOGITS_INLINE F64 load_8(const double* p) { return load(p); }
  static LOGITS_INLINE void store_8(double* p, F64 v) { store(p, v); }

  static LOGITS_INLINE F32 broadcast(float x) { return F32::broadcast(x); }
  static LOGITS_INLINE F64 broadcast(double x) { return F64::broadcast(x); }
  static LOGITS_INLINE I32 broadcast_bits(uint32_t x) { return I32::broadcast(x); }
  static LOGITS_INLINE F64 zero() { return broadcast(0.0); }
  static LOGITS_INLINE I32 lane_numbers() { return load_bits(kLaneIndices); }
  static LOGITS_INLINE Mask first(int count) {
    return Vectors::greater_signed(broadcast_bits(static_cast<uint32_t>(count)), lane_numbers());
  }

  static LOGITS_INLINE F32 keep(Mask mask, F32 v) {
    return Vectors::from_bits(Vectors::bit_and(mask, Vectors::bits(v)));
  }
  static LOGITS_INLINE F32 drop(Mask mask, F32 v) {
    return Vectors::from_bits(Vectors::bit_and_not(mask, Vectors::bits(v)));
  }
  // The lanes that are not set, as bits.
  static LOGITS_INLINE uint32_t unset(Mask mask) {
    uint32_t lanes[16];
    mask.store(lanes);
    uint32_t bits = 0;
    for (int i = 0; i < 16; ++i) bits |= lanes[i] == 0 ? uint32_t{1} << i : 0;
    return bits;
  }
  static LOGITS_INLINE uint32_t unset(Mask64 mask) {
    uint64_t lanes[8];
    mask.store(lanes);
    uint32_t bits = 0;
    for (int i = 0; i < 8; ++i) bits |= lanes[i] == 0 ? uint32_t{1} << i : 0;
    return bits;
  }
  // Lane i is total(v[i]).
  static LOGITS_INLINE F64 totals(const F64 (&v)[8]) {
    double lanes[8];
    for (int i = 0; i < 8; ++i) lanes[i] = Vectors::total(v[i]);
    return load(static_cast<const double*>(lanes));
  }
};

}  // namespace logits
