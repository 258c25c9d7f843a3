// Rows in Double at any distance, and what temperature and soft cap do to float64 lanes: see
// elements.h for what a row offers.
#pragma once

#include <cstdint>

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

// Elements in float64 lanes at any distance: of any type, with soft cap and temperature, or Plain
// ones, float64 without either.
template <class V, bool Plain>
struct StridedDoubles {
  using Arithmetic = Double<V>;
  using Results = Sink<V>;
  static constexpr bool kScaled = !Plain;

  const void* data;
  Element element;
  int64_t stride;
  double softcap;
  Pair inverse;

  static LOGITS_INLINE StridedDoubles of(const Input& input, const Pair& inverse, int64_t offset) {
    return {moved(input.data, Plain ? Element::float64 : input.element, offset), input.element,
            input.layout.inner, input.softcap, inverse};
  }
  // Whether it could be a F64Row of float.
  LOGITS_INLINE bool is_contiguous() const {
    return element == Element::float32 && stride == 1 && softcap == 0;
  }
  LOGITS_INLINE StridedDoubles from(int64_t at) const {
    return {pointer(at), element, stride, softcap, inverse};
  }
  LOGITS_INLINE void prefetch(int64_t, int) const {}
  LOGITS_INLINE typename V::F64 load(int64_t at) const { return load(at, 8); }
  LOGITS_OUTLINE typename V::F64 load(int64_t at, int count) const {
    const auto x = load_uncapped(at, count);
    if (Plain || softcap == 0) return x;
    const auto cap = V::broadcast(softcap);
    return V::mul(cap, tanh<V>(V::div(x, cap)));
  }
  LOGITS_INLINE typename V::F64 load_doubles(int64_t at, int count) const {
    return load(at, count);
  }
  LOGITS_INLINE double value(int64_t at) const {
    return Plain ? *static_cast<const double*>(pointer(at)) : first_lane<V>(load(at, 1));
  }
  LOGITS_INLINE Pair scaled(double x) const {
    return Plain ? Pair{x, 0} : Arithmetic::quotient(x, inverse);
  }
  LOGITS_INLINE typename V::F64 slope(int64_t at, int count) const {
    return Plain || softcap == 0 ? V::broadcast(1.0) : slope_of_cap(at, count);
  }

 private:
  LOGITS_INLINE const void* pointer(int64_t at) const {
    return moved(data, Plain ? Element::float64 : element, at * stride);
  }
  LOGITS_OUTLINE typename V::F64 slope_of_cap(int64_t at, int count) const {
    return tanh_slope<V>(V::div(load_uncapped(at, count), V::broadcast(softcap)));
  }
  LOGITS_INLINE typename V::F64 load_uncapped(int64_t at, int count) const {
    const void* p = pointer(at);
    switch (Plain ? Element::float64 : element) {
      case Element::float64:
        return load_8<V>(static_cast<const double*>(p), stride, count);
      case Element::float16:
        return load_8<V>(static_cast<const Float16*>(p), stride, count);
      case Element::bfloat16:
        return load_8<V>(static_cast<const BFloat16*>(p), stride, count);
      default:
        return load_8<V>(static_cast<const float*>(p), stride, count);
    }
  }
};

template <class V>
using GenericRow = StridedDoubles<V, false>;
template <class V>
using StridedF64Row = StridedDoubles<V, true>;

// x / temperature, in lanes.
template <class S, class R>
LOGITS_INLINE typename S::F64 scaled_lanes(const R& row, typename S::F64 x) {
  if constexpr (!R::kScaled) return x;
  const auto high = S::mul(x, S::broadcast(row.inverse.high));
  const auto rest = S::mul(x, S::broadcast(row.inverse.low));
  // An infinite quotient has no rest.
  return S::select(S::equal(S::sub(high, high), S::zero()), S::add(high, rest), high);
}

}  // namespace logits
