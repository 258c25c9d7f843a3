// klDivergence: sum of p[c] (log p[c] - log q[c]) for each row, p = softmax(x), q = softmax(y).
//
// With d[c] = log q[c] - log p[c] and m the mean of d under p, the divergence is -m; where p and q
// are close, the sum for m cancels. But the sum of p e^d is 1, so that
//
//   -m = log sum of p e^(d - m) = log1p(sum of p (e^(d - m) - 1 - (d - m)))
//
// since the mean of d - m is 0: a sum without a negative term, exact in relative terms. In float64
// throughout, whatever the elements are.
#pragma once

#include <cstdint>
#include <type_traits>

#include "../../kernel-table.h"
#include "../rows/double-sums.h"
#include "../rows/log-sum-vectors.h"
#include "../rows/row-loop.h"

namespace logits {

// The logarithms of two rows' probabilities.
template <class R>
struct LogProbabilities {
  using V = typename R::Arithmetic::Set;
  const R& x;
  const R& y;
  LogSumVectors<Double<V>> p_logs;
  LogSumVectors<Double<V>> q_logs;

  template <class S>
  LOGITS_INLINE typename S::F64 of_p(int64_t at, int lanes) const {
    return below<S>(p_logs, load_lanes<S>(x, at, lanes));
  }
  template <class S>
  LOGITS_INLINE typename S::F64 of_q(int64_t at, int lanes) const {
    return below<S>(q_logs, load_lanes<S>(y, at, lanes));
  }

 private:
  template <class S>
  static LOGITS_INLINE typename S::F64 below(const LogSumVectors<Double<V>>& logs,
                                             typename S::F64 v) {
    return S::template each<typename S::F64>(
        [&](int i) { return logs.template below<R::kAccess>(v.part[i]); });
  }
};

// The sums of p and of p d.
struct MeanDistance {
  double whole;
  double weighted;
};

// p itself goes to `kept`, where not null.
template <class R>
LOGITS_INLINE MeanDistance mean_distance(const LogProbabilities<R>& logs, int64_t classes,
                                         double* kept) {
  using V = typename R::Arithmetic::Set;
  GroupSums<Double<V>> whole;
  GroupSums<Double<V>> weighted;
  for_each_lanes<V>(classes, [&](auto set, int64_t at, int lanes) {
    using S = decltype(set);
    const auto log_p = logs.template of_p<S>(at, lanes);
    const auto p = exp<S>(log_p);
    // Two infinities have no distance, but then p is 0.
    const auto distance = S::sub(logs.template of_q<S>(at, lanes), log_p);
    const auto product = S::select(S::equal(p, S::zero()), S::zero(), S::mul(p, distance));
    add_lanes<S>(whole, p, lanes);
    add_lanes<S>(weighted, product, lanes);
    if (kept != nullptr) S::store(kept + at, p);
  });
  return {whole.total(), weighted.total()};
}

// p (e^(d - m) - 1 - (d - m)), `distance` being d - m.
template <class S>
LOGITS_INLINE typename S::F64 excess(typename S::F64 p, typename S::F64 log_q,
                                     typename S::F64 distance, typename S::F64 m) {
  const auto one = S::broadcast(1.0);
  const auto is_near = S::greater(one, magnitude<S>(distance));
  const auto near = S::mul(p, exp_excess<S>(clamp<S>(distance, -1, 1)));
  if (S::all(is_near)) return near;
  // Far apart: p e^distance as one exponential, which is right for a p of 0 too.
  const auto of_q = exp<S>(S::sub(log_q, m));
  const auto far = S::sub(of_q, S::mul(p, S::add(one, distance)));
  return S::select(is_near, near, S::select(S::equal(p, S::zero()), of_q, far));
}

// `kept` is memory for a row, or null.
template <class R>
inline double divergence_of_rows(const R& x, const R& y, int64_t classes, int& guess,
                                 double* kept) {
  using V = typename R::Arithmetic::Set;
  const RowSum of_x = solve_row(x, classes, -1, 1.0, guess, nullptr, nullptr);
  const RowSum of_y = solve_row(y, classes, -1, 1.0, guess, nullptr, nullptr);
  if (of_x.kind != RowKind::regular || of_y.kind != RowKind::regular) {
    return double_of<V>(kNanBitsF64);
  }
  using A = typename R::Arithmetic;
  const LogProbabilities<R> logs = {x, y, broadcast_log_sum<A>(x, of_x),
                                    broadcast_log_sum<A>(y, of_y)};
  const MeanDistance sums = mean_distance(logs, classes, kept);
  const double mean = sums.weighted / sums.whole;
  static constexpr double kClose = 0.5;
  if (!(-mean < kClose)) return -mean;

  const double sum_of_excess = sum_over_row<V>(classes, [&](auto set, int64_t at, int lanes) {
    using S = decltype(set);
    const auto log_p = logs.template of_p<S>(at, lanes);
    const auto p = kept != nullptr ? S::load(kept + at) : exp<S>(log_p);
    const auto log_q = logs.template of_q<S>(at, lanes);
    const auto m = S::broadcast(mean);
    return excess<S>(p, log_q, S::sub(S::sub(log_q, log_p), m), m);
  });
  const double sum = sum_of_excess / sums.whole;
  // The sum of terms that may each be off by an ulp must not be taken for a negative divergence.
  if (!(sum > 0)) return 0;
  return sum <= 1 ? log1p<V>(sum) : -mean;
}

template <class V>
inline void kl_divergence(const Input& logits, const Input& others, double* divergences,
                          const Share& share) {
  const int64_t classes = logits.layout.classes;
  int guess = 0;
  with_double_rows<V>(logits, others, [&](const auto& x, const auto& y) {
    // Whole vectors are kept.
    double* kept = scratch_for<std::decay_t<decltype(x[Place()])>>(share.scratch, classes + 7);
    for_each_row<V>(logits.layout, share, [&](const Place& place, int64_t number) {
      divergences[number] = divergence_of_rows(x[place], y[place], classes, guess, kept);
    });
  });
}

}  // namespace logits
