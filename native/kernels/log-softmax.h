// logSoftmax: out = x - log sum e^x along the class axis. The likeliest class, where it holds more
// than half, takes its value from the sum of the others, since x - log sum would cancel there.
#pragma once

#include <cstdint>

#include "../kernel-table.h"
#include "log-probability.h"
#include "row-loop.h"
#include "scale-panel.h"
#include "scale.h"

namespace logits {

// (x - offset) / temperature - log(sum e^((x - offset) / temperature)), the logarithm as two
// numbers. The offset stays apart, since a logarithm vanishes beside an offset of 1e38.
template <class A>
struct LogSumVectors {
  using V = typename A::Set;
  using Vector = typename A::Vector;
  Vector offset;
  Vector high;
  Vector low;
  Vector inverse_high;
  Vector inverse_low;

  template <bool Scaled>
  LOGITS_INLINE Vector below(Vector x) const {
    const auto distance = V::sub(x, offset);
    if constexpr (!Scaled) return V::sub(V::sub(distance, high), low);
    // The quotient's remainder joins the lesser part; -inf, and what ends there, has none.
    const auto quotient = V::mul(distance, inverse_high);
    const auto zero = V::broadcast(typename A::Lane{0});
    auto rest = V::fma(distance, inverse_high, V::sub(zero, quotient));
    rest = V::fma(distance, inverse_low, rest);
    rest = keep_where<V>(V::greater(quotient, V::broadcast(-A::infinity())), rest);
    return V::add(V::sub(quotient, high), V::sub(rest, low));
  }
};

template <class V>
LOGITS_INLINE SplitLog<double> parts_of(const Single<V>&, const SplitLog<double>& log) {
  const double sum = log.high + log.low;
  return {static_cast<double>(factor_high<V>(sum)), static_cast<double>(factor_low<V>(sum))};
}
template <class V>
LOGITS_INLINE SplitLog<double> parts_of(const Double<V>&, const SplitLog<double>& log) {
  return log;
}

template <class R>
LOGITS_INLINE LogSumVectors<typename R::Arithmetic> broadcast_log_sum(const R& row,
                                                                      const RowSum& solved) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  using Lane = typename A::Lane;
  const SplitLog<double> sum = parts_of(A(), log_shifted_sum<A>(solved));
  LogSumVectors<A> logs = {};
  logs.offset = V::broadcast(static_cast<Lane>(solved.reference.offset));
  logs.high = V::broadcast(static_cast<Lane>(sum.high));
  logs.low = V::broadcast(static_cast<Lane>(sum.low));
  if constexpr (R::kScaled) {
    logs.inverse_high = V::broadcast(static_cast<Lane>(row.inverse.high));
    logs.inverse_low = V::broadcast(static_cast<Lane>(row.inverse.low));
  }
  return logs;
}

// The same in float64 lanes for a row of either arithmetic.
template <class R>
LOGITS_INLINE LogSumVectors<Double<typename R::Arithmetic::Set>> double_log_sum(
    const R& row, const RowSum& solved) {
  using V = typename R::Arithmetic::Set;
  const SplitLog<double> sum = log_shifted_sum<typename R::Arithmetic>(solved);
  const Pair inverse = row.inverse_temperature();
  return {V::broadcast(solved.reference.offset), V::broadcast(sum.high), V::broadcast(sum.low),
          V::broadcast(inverse.high), V::broadcast(inverse.low)};
}

template <class R>
inline void log_softmax_row(const R& row, const typename R::Results& out, int64_t classes,
                            const Team* team) {
  using A = typename R::Arithmetic;
  const Extent extent = extent_of_row(row, classes, team);
  if (kind_of<A>(extent) != RowKind::regular) {
    fill_row_with_nan<A>(out, classes);
    return;
  }
  const int64_t likeliest = find_max(row, classes, extent.max);
  int guess = reference_of(row, extent.max).exponent;
  const RowSum solved = solve_row(row, classes, likeliest, 1.0, guess, nullptr, team);
  const TargetLoss loss = loss_in_row(row, classes, likeliest, solved);
  const LogSumVectors<A> logs = broadcast_log_sum(row, solved);
  write_row<A>(out, classes, team, [&](int64_t at, int count) {
    return logs.template below<R::kScaled>(load_elements(row, at, count));
  });
  if (loss.complement < 0.5) out.store(likeliest, 0 - loss.loss);
}

template <class P>
inline void log_softmax_panel(const P& panel, const Output& output, int& guess) {
  using A = typename P::Arithmetic;
  using V = typename A::Set;
  const PanelExtent extent = extent_of_panel(panel, no_exclusion<P>());
  float* out = batch_sink<V>(output, panel.batch);
  Exclusion<kPanelRows> likeliest;
  likeliest.any = true;
  for (int i = 0; i < kPanelRows; ++i) likeliest.at[i] = extent.argmax[i];
  BundleSums<kPanelRows> solved;
  double losses[kPanelRows];
  double complements[kPanelRows];
  solve_bundle(panel, likeliest, 1.0, guess, nullptr, solved);
  target_losses(panel, likeliest, solved, losses, complements);
  float offset[kPanelRows];
  float high[kPanelRows];
  float low[kPanelRows];
  for (int i = 0; i < kPanelRows; ++i) {
    const bool regular = panel.is_active[i] != 0 && solved.is_regular(i);
    const SplitLog<double> log = log_shifted_sum<A>(solved[i]);
    const double sum = regular ? log.high + log.low : 0;
    offset[i] = regular ? static_cast<float>(solved[i].reference.offset) : 0;
    high[i] = regular ? factor_high<V>(sum) : A::nan();
    low[i] = factor_low<V>(sum);
  }
  const LogSumVectors<A> logs = {
      V::load(static_cast<const float*>(offset)), V::load(static_cast<const float*>(high)),
      V::load(static_cast<const float*>(low)), V::broadcast(static_cast<float>(panel.inverse.high)),
      V::broadcast(static_cast<float>(panel.inverse.low))};
  const auto nan = V::broadcast_bits(kNanBits);
  const auto is_nan = V::equal(V::bits(logs.high), nan);
  write_panel(panel, out, [&](int64_t c) {
    const auto below = logs.template below<P::kScaled>(panel.load(c));
    return V::from_bits(V::select(is_nan, nan, V::bits(below)));
  });
  for (int i = 0; i < kPanelRows; ++i) {
    if (panel.is_active[i] == 0 || !solved.is_regular(i)) continue;
    if (complements[i] < 0.5) {
      out[likeliest.at[i] * panel.stride + i] = static_cast<float>(0 - losses[i]);
    }
  }
}

template <class V>
inline void log_softmax(const Input& logits, const Output& out, const Share& share) {
  const int64_t classes = logits.layout.classes;
  if (classes == 0) return;  // however many rows of nothing there are
  int guess = 0;
  walk<V>(
      logits, share,
      [&](auto rows, const Batch& batch) {
        for (int i = 0; i < batch.count; ++i) {
          const auto row = rows[batch[i]];
          log_softmax_row(row, sink_of<decltype(rows[batch[i]])>(out, logits, batch[i]), classes,
                          share.team);
        }
      },
      [&](const auto& panel) { log_softmax_panel(panel, out, guess); });
  end_streams<V>(out.streams);
}

}  // namespace logits
