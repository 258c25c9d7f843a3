// Rows in Double (elements.h says what a row offers), and what temperature and soft cap do to
// float64 lanes.
#pragma once

#include <cstdint>
#include <type_traits>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"
#include "../math/exp-double.h"
#include "../math/lanes.h"
#include "elements.h"

namespace logits {

// tanh(u) and its derivative, from e^(-2|u|).
//   max error: 5 ulp
template <class V>
LOGITS_INLINE typename V::F64 tanh(typename V::F64 u) {
  const auto doubled = V::mul(V::broadcast(-2.0), magnitude<V>(u));
  const auto e = expm1<V>(V::max(V::broadcast(-40.0), doubled));
  const auto t = V::div(V::sub(V::zero(), e), V::add(V::broadcast(2.0), e));
  return V::select(V::greater(V::zero(), u), V::sub(V::zero(), t), t);
}

template <class V>
LOGITS_INLINE typename V::F64 tanh_slope(typename V::F64 u) {
  const auto e = exp<V>(V::mul(V::broadcast(-2.0), magnitude<V>(u)));
  const auto sum = V::add(V::broadcast(1.0), e);
  return V::div(V::mul(V::broadcast(4.0), e), V::mul(sum, sum));
}

// Elements in Double: neighbours in memory of type E, without soft cap; or with E = void, of any
// type, at any distance. Scaled: with a temperature, as any may have.
template <class V, class E = void, bool Scaled = true>
struct DoubleRow {
  using Arithmetic = Double<V>;
  using Results = Sink<V, E>;
  static constexpr bool kIsAny = std::is_same_v<E, void>;
  static constexpr Access kAccess = kIsAny   ? Access::strided
                                    : Scaled ? Access::scaled
                                             : Access::plain;

  const E* data;
  Element element;
  int64_t stride;
  double softcap;
  Pair inverse;

  static LOGITS_INLINE DoubleRow of(const Input& input, const Pair& inverse, int64_t offset) {
    return {static_cast<const E*>(moved(input.data, input.element, offset)), input.element,
            input.layout.inner, input.softcap, inverse};
  }
  LOGITS_INLINE DoubleRow<V> general() const { return {data, element, stride, softcap, inverse}; }
  LOGITS_INLINE DoubleRow from(int64_t at) const {
    return {pointer(at), element, stride, softcap, inverse};
  }
  // Whether it could be one of E = float.
  LOGITS_INLINE bool is_float() const {
    return element == Element::float32 && stride == 1 && softcap == 0;
  }
  LOGITS_INLINE bool is_scaled() const { return is_scaled_by<kAccess>(inverse); }
  LOGITS_INLINE void prefetch(int64_t at, int count) const {
    if constexpr (!kIsAny) prefetch_ahead<V>(data + at, count * static_cast<int64_t>(sizeof(E)));
  }
  LOGITS_INLINE typename V::F64 load(int64_t at) const { return load(at, 8); }
  LOGITS_INLINE typename V::F64 load(int64_t at, int count) const {
    if constexpr (kIsAny) {
      return load_any(at, count);
    } else {
      return load_8<V>(data + at, 1, count);
    }
  }
  LOGITS_INLINE typename V::F64 load_doubles(int64_t at, int count) const {
    return load(at, count);
  }
  LOGITS_INLINE double value(int64_t at) const {
    if constexpr (kIsAny) {
      return first_lane<V>(load_any(at, 1));
    } else {
      return static_cast<double>(data[at]);
    }
  }
  LOGITS_INLINE Pair scaled(double x) const {
    return is_scaled() ? Arithmetic::quotient(x, inverse) : Pair{x, 0};
  }
  LOGITS_INLINE typename V::F64 slope(int64_t at, int count) const {
    return !kIsAny || softcap == 0 ? V::broadcast(1.0) : slope_of_cap(at, count);
  }

 private:
  LOGITS_INLINE const E* pointer(int64_t at) const {
    return static_cast<const E*>(moved(data, element, at * stride));
  }
  LOGITS_INLINE typename V::F64 load_uncapped(int64_t at, int count) const {
    if (element == Element::float64) {
      return load_8<V>(static_cast<const double*>(pointer(at)), stride, count);
    }
    return with_elements(pointer(at), element,
                         [&](auto* p) { return load_8<V>(p, stride, count); });
  }
  LOGITS_OUTLINE typename V::F64 load_any(int64_t at, int count) const {
    const auto x = load_uncapped(at, count);
    if (softcap == 0) return x;
    const auto cap = V::broadcast(softcap);
    return V::mul(cap, tanh<V>(V::div(x, cap)));
  }
  LOGITS_OUTLINE typename V::F64 slope_of_cap(int64_t at, int count) const {
    return tanh_slope<V>(V::div(load_uncapped(at, count), V::broadcast(softcap)));
  }
};

// x / temperature, in lanes.
template <class S, class R>
LOGITS_INLINE typename S::F64 scaled_lanes(const R& row, typename S::F64 x) {
  if (!row.is_scaled()) return x;
  const auto high = S::mul(x, S::broadcast(row.inverse.high));
  const auto rest = S::mul(x, S::broadcast(row.inverse.low));
  // An infinite quotient has no rest.
  return S::select(S::equal(S::sub(high, high), S::zero()), S::add(high, rest), high);
}

}  // namespace logits
