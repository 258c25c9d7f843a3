// logSoftmax: out = x - log sum e^x along the class axis. The likeliest class, where it holds more
// than half, takes its value from the sum of the others, since x - log sum would cancel there.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../../platform/lowest-bit.h"
#include "../rows/log-probability.h"
#include "../rows/log-sum-vectors.h"
#include "../rows/row-loop.h"
#include "../rows/scale-panel.h"
#include "../rows/scale.h"
#include "../rows/solve-panels.h"
#include "../rows/stack.h"

namespace logits {

template <class R>
inline void log_softmax_row(const R& row, const typename R::Results& out, int64_t classes,
                            const Team* team) {
  using A = typename R::Arithmetic;
  const RowMax row_max = max_of_row(row, classes, team);
  if (kind_of<A>(row_max) != RowKind::regular) {
    fill_row_with_nan<A>(out, classes);
    return;
  }
  const int64_t likeliest = find_max(row, classes, row_max.max);
  int guess = reference_of(row, row_max.max).exponent;
  const RowSum solved = solve_row(row, classes, likeliest, 1.0, guess, nullptr, team);
  const TargetLoss loss = loss_in_row(row, classes, likeliest, solved);
  const auto logs = broadcast_log_sum<A>(row, solved);
  write_row<A>(out, classes, team, [&](int64_t at, int count) {
    return logs.template below<R::kAccess>(load_elements(row, at, count));
  });
  if (loss.one_minus_p < 0.5) out.store(likeliest, 0 - loss.loss);
}

// The first class that holds the maximum of a row without NaN, of another row any. No branch
// depends on the logits: a processor mistakes it in every other row.
template <class R>
LOGITS_INLINE int64_t first_of_largest(const R& row, int64_t classes) {
  using V = typename R::Arithmetic::Set;
  static constexpr float kFirstNumbers[16] = {0,  -1, -2,  -3,  -4,  -5,  -6,  -7,
                                              -8, -9, -10, -11, -12, -13, -14, -15};
  const auto load = [&](int64_t at) {
    return load_elements(row, at, classes - at < 16 ? static_cast<int>(classes - at) : 16);
  };
  row.prefetch(0, static_cast<int>(classes));
  // Each lane's largest element, and the number of its first class: negative, since vectors have a
  // largest lane and no smallest one.
  auto largest = load(0);
  auto number = V::load(kFirstNumbers);
  auto first = V::bits(number);
  for (int64_t at = 16; at < classes; at += 16) {
    const auto x = load(at);
    number = V::sub(number, V::broadcast(16.0f));
    first = V::select(V::greater(x, largest), V::bits(number), first);
    largest = V::max(largest, x);
  }
  const auto is_less = V::greater(V::broadcast(V::largest(largest)), largest);
  // The seventeenth bit where a NaN leaves none.
  int64_t found = lowest_bit(V::unset(is_less) | 1u << 16);
  if (classes > 16) {
    const auto none = V::bits(V::broadcast(static_cast<float>(-classes)));
    const auto numbers = V::from_bits(V::select(is_less, none, first));
    found = static_cast<int64_t>(-V::largest(numbers));
  }
  return found < classes ? found : 0;
}

template <class V, Access Kind>
inline ExcludedClasses<kStackRows> likeliest_classes(const Stack<V, Kind>& stack) {
  ExcludedClasses<kStackRows> likeliest;
  likeliest.any = true;
  for (int i = 0; i < stack.batch.count; ++i) {
    likeliest.at[i] = static_cast<uint32_t>(first_of_largest(stack.row(i), stack.classes));
  }
  return likeliest;
}

template <class V, Access Kind>
inline ExcludedClasses<kStackRows> likeliest_classes(const Panels<V, Kind>& panels) {
  using P = Panels<V, Kind>;
  BundleMax<P::kRows> found;
  max_of_panels(panels, none_excluded<P>(), found);
  ExcludedClasses<P::kRows> likeliest;
  likeliest.any = true;
  for (int i = 0; i < panels.lanes(); ++i) likeliest.at[i] = found.argmax[i];
  return likeliest;
}

// LogSumVectors of every lane.
template <int Rows>
struct LogSumLanes {
  float offset[Rows];
  float high[Rows];
  float low[Rows];
};

template <class P>
LOGITS_INLINE void split_log_sums(const P& bundle, const BundleSums<P::kRows>& solved,
                                  LogSumLanes<P::kRows>& lanes) {
  using A = typename P::Arithmetic;
  double logs[P::kRows];
  for (int i = 0; i < bundle.lanes(); ++i) lanes.offset[i] = 0;
  if (solved.uniform) {
    log_sums(bundle, solved, logs);
  } else {
    for (int i = 0; i < bundle.lanes(); ++i) {
      const bool regular = bundle.is_active[i] != 0 && solved.is_regular(i);
      const RowSum row = solved[i];
      const SplitLog<double> log = regular ? log_shifted_sum<A>(row) : SplitLog<double>{0, 0};
      logs[i] = log.high + log.low;
      if (regular) lanes.offset[i] = static_cast<float>(row.reference.offset);
    }
  }
  split_factors<typename A::Set>(logs, bundle.lanes(), lanes.high, lanes.low);
}

// x - log sum e^x for every class of every row; NaN throughout where a row is not regular.
template <class V, Access Kind, int Rows>
LOGITS_INLINE void write_below(const Panels<V, Kind>& panels, float* out, int64_t,
                               const BundleSums<Rows>& solved, const LogSumLanes<Rows>& lanes) {
  write_panels(panels, solved, out, [&](const auto& own, int64_t c, int i) {
    const LogSumVectors<Single<V>> logs = {V::load(lanes.offset + i),
                                           V::load(lanes.high + i),
                                           V::load(lanes.low + i),
                                           V::broadcast(static_cast<float>(panels.inverse.high)),
                                           V::broadcast(static_cast<float>(panels.inverse.low)),
                                           panels.is_scaled()};
    return logs.template below<Kind>(own.load(c, i));
  });
}
template <class V, Access Kind>
LOGITS_INLINE void write_below(const Stack<V, Kind>& stack, float* out, int64_t outer_stride,
                               const BundleSums<kStackRows>& solved,
                               const LogSumLanes<kStackRows>& lanes) {
  using A = Single<V>;
  for (int i = 0; i < stack.batch.count; ++i) {
    const Sink<V, float> sink = {out + i * outer_stride, false};
    if (!solved.is_regular(i)) {
      fill_row_with_nan<A>(sink, stack.classes);
      continue;
    }
    const auto row = stack.row(i);
    const LogSumVectors<A> logs = {V::broadcast(lanes.offset[i]),
                                   V::broadcast(lanes.high[i]),
                                   V::broadcast(lanes.low[i]),
                                   V::broadcast(static_cast<float>(stack.inverse.high)),
                                   V::broadcast(static_cast<float>(stack.inverse.low)),
                                   stack.is_scaled()};
    write_row<A>(sink, stack.classes, nullptr, [&](int64_t at, int count) {
      return logs.template below<Kind>(load_elements(row, at, count));
    });
  }
}

template <class P>
inline void log_softmax_bundle(const P& bundle, const Output& out, int& guess, float* scratch) {
  const ExcludedClasses<P::kRows> likeliest = likeliest_classes(bundle);
  BundleSums<P::kRows> solved;
  double losses[P::kRows];
  double one_minus_p[P::kRows];
  LogSumLanes<P::kRows> lanes;
  solve_bundle(bundle, likeliest, 1.0, guess, nullptr, solved);
  target_losses(bundle, likeliest, solved, losses, one_minus_p);
  split_log_sums(bundle, solved, lanes);
  write_results(bundle, out, scratch, [&](float* rows) {
    write_below(bundle, rows, out.outer_stride, solved, lanes);
    for (int i = 0; i < bundle.batch.count; ++i) {
      if (!solved.is_regular(i)) continue;
      // No branch either.
      float* const result = rows + bundle.offset(i, likeliest.at[i], out.outer_stride);
      float unused;
      *(one_minus_p[i] < 0.5 ? result : &unused) = static_cast<float>(0 - losses[i]);
    }
  });
}

template <class V>
inline void log_softmax(const Input& logits, const Output& out, const Share& share) {
  int guess = 0;
  walk<V>(
      logits, out, share, false,
      [&](const auto& bundle) { log_softmax_bundle(bundle, out, guess, share.scratch); },
      [&](const auto& row, const auto& sink) {
        log_softmax_row(row, sink, logits.layout.classes, share.team);
      });
}

}  // namespace logits
