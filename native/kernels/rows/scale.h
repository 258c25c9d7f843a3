// The second pass of softmax and of gradients: terms times one factor a row.
//
// With float32 terms the factor is a float64 split into two floats, so that the one rounding of the
// final fused multiply-add is all the error it adds. Terms come from scratch where the first pass
// kept them and are computed again, to the same bits, where the row was too long for that.
#pragma once

#include <cstdint>
#include <type_traits>

#include "../../platform/force-inline.h"
#include "../math/reference.h"
#include "row.h"

namespace logits {

// A factor of a row's terms; in Double `low` is 0.
template <class A>
struct FactorVectors {
  using V = typename A::Set;
  using Vector = typename A::Vector;
  Vector high;
  Vector low;

  LOGITS_INLINE Vector times(Vector term) const {
    if constexpr (A::kLanes == 8) return V::mul(term, high);
    return V::fma(term, high, V::mul(term, low));
  }
};

// Behind the last result that a thread writes: what has passed the caches by is in memory before
// the thread says that it is done.
template <class V>
LOGITS_INLINE void end_streams(bool streams) {
  if constexpr (V::kStreams) {
    if (streams) V::end_streams();
  }
}

// Whether stores of results may pass the caches by.
template <class A, class Results>
static constexpr bool kMayStream =
    A::Set::kStreams&& A::kLanes == 16 && !std::is_same_v<Results, Sink<typename A::Set, void>>;

// compute(at, count) for elements at .. end - 1, into `out`, in steps of one vector, the last one
// partial. `out` is a copy, which stores to the results cannot change.
template <class A, class Results, class Compute>
LOGITS_INLINE void write_elements(Results out, int64_t at, int64_t end, Compute compute) {
  if constexpr (kMayStream<A, Results>) {
    if (out.streams) {
      const int64_t before = out.until_aligned(at);
      if (before != 0 && before < end - at) {
        out.store(at, compute(at, static_cast<int>(before)), static_cast<int>(before));
        at += before;
      }
      if (out.until_aligned(at) == 0) {
        for (; at + A::kLanes <= end; at += A::kLanes) out.stream(at, compute(at, A::kLanes));
      }
    }
  }
  for (; at + A::kLanes <= end; at += A::kLanes) {
    out.store(at, compute(at, A::kLanes), A::kLanes);
  }
  if (at < end) {
    const int count = static_cast<int>(end - at);
    out.store(at, compute(at, count), count);
  }
}

// The same for a row, by a team, if there is one, chunk by chunk.
template <class A, class Results, class Compute>
LOGITS_INLINE void write_row(const Results& out, int64_t classes, const Team* team,
                             Compute compute) {
  if (team == nullptr) {
    write_elements<A>(out, 0, classes, compute);
    return;
  }
  for_each_part<typename A::Set>(team, (classes + kChunk - 1) / kChunk, [&](int64_t i) {
    const int64_t at = i * kChunk;
    write_elements<A>(out, at, classes - at < kChunk ? classes : at + kChunk, compute);
    if constexpr (kMayStream<A, Results>) end_streams<typename A::Set>(out.streams);
  });
}

template <class A, class Results>
LOGITS_INLINE void fill_row(const Results& out, int64_t classes, typename A::Lane value) {
  const auto v = A::Set::broadcast(value);
  write_row<A>(out, classes, nullptr, [&](int64_t, int) { return v; });
}

template <class A, class Results>
LOGITS_INLINE void fill_row_with_nan(const Results& out, int64_t classes) {
  fill_row<A>(out, classes, A::nan());
}

template <class R>
LOGITS_INLINE auto load_elements(const R& row, int64_t at, int count) {
  return count == R::Arithmetic::kLanes ? row.load(at) : row.load(at, count);
}

template <class V>
LOGITS_INLINE typename V::F32 load_scaled(const float* p, int count) {
  return count == 16 ? V::load(p) : V::load(p, V::first(count), V::broadcast(p[0]));
}
template <class V>
LOGITS_INLINE typename V::F64 load_scaled(const double* p, int count) {
  return count == 8 ? V::load(p) : V::load(p, count);
}

// compute(term, at, count) for every term of a solved row, into `out`.
template <class R, class Compute>
LOGITS_INLINE void write_terms(const R& row, const typename R::Results& out, int64_t classes,
                               const RowSum& solved, const typename R::Arithmetic::Lane* scaled,
                               const Team* team, Compute compute) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  if (scaled) {
    write_row<A>(out, classes, nullptr, [&](int64_t at, int count) {
      return compute(load_scaled<V>(scaled + at, count), at, count);
    });
    return;
  }
  const auto reference = broadcast_reference(row, solved.reference);
  write_row<A>(out, classes, team, [&](int64_t at, int count) {
    auto max_exponent_bits = V::broadcast_bits(0);
    typename A::Vector v[1] = {load_elements(row, at, count)};
    if (!reference.is_shifted) {
      scaled_exp<V, R::kAccess>(v, reference, max_exponent_bits);
    } else {
      scaled_exp<V, Access::typed>(v, reference, max_exponent_bits);
    }
    return compute(v[0], at, count);
  });
}

// out[c] = e^x[c] * factor, `factor` in the units of solved.sum; the row's memory may be out's.
template <class R>
inline void write_scaled_row(const R& row, const typename R::Results& out, int64_t classes,
                             const RowSum& solved, double factor,
                             const typename R::Arithmetic::Lane* scaled, const Team* team) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  using Lane = typename A::Lane;
  const Pair parts = A::split(factor);
  const FactorVectors<A> factors = {V::broadcast(static_cast<Lane>(parts.high)),
                                    V::broadcast(static_cast<Lane>(parts.low))};
  write_terms(row, out, classes, solved, scaled, team,
              [&](auto term, int64_t, int) { return factors.times(term); });
}

}  // namespace logits
