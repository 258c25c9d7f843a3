// The kinds of rows whose arithmetic is Double, and where their results go: see elements.h for what
// a row offers.
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

template <class V>
LOGITS_INLINE Pair scaled_double(double x, const Scale& inverse) {
  const double high = x * inverse.high;
  if (high - high != 0) return {high, 0};
  const auto rest = V::fma(V::broadcast(x), V::broadcast(inverse.high), V::broadcast(-high));
  return {high, first_lane<V>(V::fma(V::broadcast(x), V::broadcast(inverse.low), rest))};
}

// Elements of any type in float64 lanes, at any distance, with soft cap and temperature.
template <class V>
struct GenericRow {
  using Arithmetic = Double<V>;
  using Results = Sink<V>;
  static constexpr bool kStacks = false;
  static constexpr bool kScaled = true;

  const void* data;
  Element element;
  int64_t stride;
  double softcap;
  Scale inverse;

  static LOGITS_INLINE GenericRow of(const Input& input, const Scale& inverse, int64_t offset) {
    return {moved(input.data, input.element, offset), input.element, input.layout.inner,
            input.softcap, inverse};
  }
  // Whether it could be a F64Row of float.
  LOGITS_INLINE bool is_contiguous() const {
    return element == Element::float32 && stride == 1 && softcap == 0;
  }
  LOGITS_INLINE GenericRow from(int64_t at) const {
    return {moved(data, element, at * stride), element, stride, softcap, inverse};
  }
  LOGITS_INLINE void prefetch(int64_t, int) const {}
  LOGITS_INLINE typename V::F64 load(int64_t at) const { return load(at, 8); }
  LOGITS_OUTLINE typename V::F64 load(int64_t at, int count) const {
    const auto x = load_uncapped(at, count);
    if (softcap == 0) return x;
    const auto cap = V::broadcast(softcap);
    return V::mul(cap, tanh<V>(V::div(x, cap)));
  }
  LOGITS_INLINE typename V::F64 load_doubles(int64_t at, int count) const {
    return load(at, count);
  }
  LOGITS_INLINE double value(int64_t at) const { return first_lane<V>(load(at, 1)); }
  LOGITS_INLINE Pair scaled(double x) const { return scaled_double<V>(x, inverse); }
  LOGITS_INLINE Pair inverse_temperature() const { return {inverse.high, inverse.low}; }
  LOGITS_OUTLINE typename V::F64 slope(int64_t at, int count) const {
    if (softcap == 0) return V::broadcast(1.0);
    return tanh_slope<V>(V::div(load_uncapped(at, count), V::broadcast(softcap)));
  }

 private:
  LOGITS_INLINE typename V::F64 load_uncapped(int64_t at, int count) const {
    const void* p = moved(data, element, at * stride);
    switch (element) {
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

// Where a row of results goes that are neighbours in memory, T being float or double.
template <class V, class T>
struct F64Sink {
  static constexpr bool kStreams = false;
  T* data;

  static LOGITS_INLINE F64Sink of(const Output& out, int64_t offset, const Input&) {
    return {static_cast<T*>(out.data) + offset};
  }
  // Arithmetic has made these, so that a NaN may be any.
  LOGITS_INLINE void store(int64_t at, typename V::F64 v, int count) const {
    v = V::select(V::equal(v, v), v, V::broadcast(double_of<V>(kNanBitsF64)));
    if (count == 8) {
      V::store_8(data + at, v);
    } else {
      store_first<V>(data + at, v, count);
    }
  }
  LOGITS_INLINE void store(int64_t at, double x) const {
    data[at] = static_cast<T>(x == x ? x : double_of<V>(kNanBitsF64));
  }
};

// Elements that are neighbours in memory, in float64 lanes, E being float or double.
template <class V, class E, bool Scaled>
struct F64Row {
  using Arithmetic = Double<V>;
  using Results = F64Sink<V, E>;
  static constexpr bool kStacks = false;
  static constexpr bool kScaled = Scaled;

  const E* data;
  Scale inverse;

  static LOGITS_INLINE F64Row of(const Input& input, const Scale& inverse, int64_t offset) {
    return {static_cast<const E*>(input.data) + offset, inverse};
  }
  LOGITS_INLINE F64Row from(int64_t at) const { return {data + at, inverse}; }
  LOGITS_INLINE void prefetch(int64_t at, int count) const { prefetch_ahead<V>(data + at, count); }
  LOGITS_INLINE typename V::F64 load(int64_t at) const { return V::load_8(data + at); }
  LOGITS_INLINE typename V::F64 load(int64_t at, int count) const {
    return load_8<V>(data + at, 1, count);
  }
  LOGITS_INLINE typename V::F64 load_doubles(int64_t at, int count) const {
    return load(at, count);
  }
  LOGITS_INLINE double value(int64_t at) const { return static_cast<double>(data[at]); }
  LOGITS_INLINE Pair scaled(double x) const {
    return Scaled ? scaled_double<V>(x, inverse) : Pair{x, 0};
  }
  LOGITS_INLINE Pair inverse_temperature() const { return {inverse.high, inverse.low}; }
  LOGITS_INLINE typename V::F64 slope(int64_t, int) const { return V::broadcast(1.0); }
};

// x / temperature, in lanes.
template <class S, class R>
LOGITS_INLINE typename S::F64 scaled_lanes(const R& row, typename S::F64 x) {
  if constexpr (!R::kScaled) return x;
  const auto high = S::mul(x, S::broadcast(row.inverse.high));
  const auto rest = S::mul(x, S::broadcast(row.inverse.low));
  // An infinite quotient has no rest.
  return S::select(S::equal(S::sub(high, high), S::zero()), S::add(high, rest), high);
}

// Float64 elements at any distance.
template <class V>
struct StridedF64Row {
  using Arithmetic = Double<V>;
  using Results = Sink<V>;
  static constexpr bool kStacks = false;
  static constexpr bool kScaled = false;

  const double* data;
  int64_t stride;

  static LOGITS_INLINE StridedF64Row of(const Input& input, const Scale&, int64_t offset) {
    return {static_cast<const double*>(input.data) + offset, input.layout.inner};
  }
  LOGITS_INLINE StridedF64Row from(int64_t at) const { return {data + at * stride, stride}; }
  LOGITS_INLINE void prefetch(int64_t, int) const {}
  LOGITS_INLINE typename V::F64 load(int64_t at) const { return load(at, 8); }
  LOGITS_OUTLINE typename V::F64 load(int64_t at, int count) const {
    return load_8<V>(data + at * stride, stride, count);
  }
  LOGITS_INLINE typename V::F64 load_doubles(int64_t at, int count) const {
    return load(at, count);
  }
  LOGITS_INLINE double value(int64_t at) const { return data[at * stride]; }
  LOGITS_INLINE Pair scaled(double x) const { return {x, 0}; }
  LOGITS_INLINE Pair inverse_temperature() const { return {1, 0}; }
  LOGITS_INLINE typename V::F64 slope(int64_t, int) const { return V::broadcast(1.0); }
};

}  // namespace logits
