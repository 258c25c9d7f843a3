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

#include "../kernel-table.h"
#include "log-softmax.h"
#include "row-loop.h"

namespace logits {

// compute(at, count) in eight lanes for a whole row, added.
template <class V, class Compute>
LOGITS_INLINE double sum_over_row(int64_t classes, Compute compute) {
  GroupSums<Double<V>> sums;
  for (int64_t at = 0; at < classes; at += 8) {
    const int count = classes - at < 8 ? static_cast<int>(classes - at) : 8;
    sums.add(keep_first<V>(compute(at, count), count));
  }
  return sums.total();
}

template <class V>
inline double divergence_of_rows(const AnyRow<V>& x, const AnyRow<V>& y, int64_t classes,
                                 int& guess) {
  const RowSum of_x = solve_row(x, classes, -1, 1.0, guess, nullptr, nullptr);
  const RowSum of_y = solve_row(y, classes, -1, 1.0, guess, nullptr, nullptr);
  if (of_x.kind != RowKind::regular || of_y.kind != RowKind::regular) {
    return double_of<V>(kNanBitsF64);
  }
  const auto p_logs = broadcast_log_sum(x, of_x);
  const auto q_logs = broadcast_log_sum(y, of_y);
  const auto log_p = [&](int64_t at, int count) {
    return p_logs.template below<true>(x.load(at, count));
  };
  const auto log_q = [&](int64_t at, int count) {
    return q_logs.template below<true>(y.load(at, count));
  };
  const double whole =
      sum_over_row<V>(classes, [&](int64_t at, int count) { return exp<V>(log_p(at, count)); });
  const double weighted = sum_over_row<V>(classes, [&](int64_t at, int count) {
    const auto log = log_p(at, count);
    const auto p = exp<V>(log);
    // Two infinities have no distance, but then p is 0.
    const auto distance = V::sub(log_q(at, count), log);
    return V::select(V::equal(p, V::zero()), V::zero(), V::mul(p, distance));
  });
  const double mean = weighted / whole;
  static constexpr double kClose = 0.5;
  if (!(-mean < kClose)) return -mean;

  const auto m = V::broadcast(mean);
  const double excess = sum_over_row<V>(classes, [&](int64_t at, int count) {
    const auto log = log_p(at, count);
    const auto other = log_q(at, count);
    const auto p = exp<V>(log);
    const auto distance = V::sub(V::sub(other, log), m);
    const auto one = V::broadcast(1.0);
    const auto magnitude = V::max(distance, V::sub(V::zero(), distance));
    // Far apart: p e^distance as one exponential, which is right for a p of 0 too.
    const auto far = V::sub(exp<V>(V::sub(other, m)), times<V>(p, V::add(one, distance)));
    const auto near = V::mul(p, exp_excess<V>(clamp<V>(distance, -1, 1)));
    const auto only_q = V::select(V::equal(p, V::zero()), exp<V>(V::sub(other, m)), far);
    return V::select(V::greater(one, magnitude), near, only_q);
  });
  const double sum = excess / whole;
  // The sum of terms that may each be off by an ulp must not be taken for a negative divergence.
  if (!(sum > 0)) return 0;
  return sum <= 1 ? log1p<V>(sum) : -mean;
}

template <class V>
inline void kl_divergence(const Input& logits, const Input& others, double* divergences,
                          const Share& share) {
  const int64_t classes = logits.layout.classes;
  const auto x = any_rows<V>(logits);
  const auto y = any_rows<V>(others);
  int guess = 0;
  for_each_batch<V>(logits.layout, share, kStackRows, [&](const Batch& batch) {
    for (int i = 0; i < batch.count; ++i) {
      divergences[batch.row + i] = divergence_of_rows<V>(x[batch[i]], y[batch[i]], classes, guess);
    }
  });
}

}  // namespace logits
