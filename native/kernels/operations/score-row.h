// What is read off one row's logits when they have been summed and scanned. With m the largest
// logit, at class a, and s = log sum e^x:
//
//   log p[c] = x[c] - s       of a class with more than half, from the sum of the others:
//                             log-probability.h
//   entropy  = sum of p[c] (m - x[c]) - log p[a]       terms of one sign, so that nothing cancels
//   square distance from the target y = (1 - p[y])^2 + sum over c but y of p[c]^2
//
// The last two take a second look, at what is by then in the caches.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../rows/log-probability.h"
#include "../rows/scale.h"
#include "scan.h"

namespace logits {

struct Spread {
  double distance;  // sum of p[c] (m - x[c]) / temperature
  double squares;   // sum of p[c]^2 without the target's
};

// Halves of logits that a temperature divides: their own distance may be beyond a float.
LOGITS_INLINE double part_of(bool is_scaled) { return is_scaled ? 0.5 : 1; }

// What a row's second look is about, in its lanes.
template <class A>
struct SpreadNumbers {
  typename A::Lane inverse_total;
  typename A::Lane most;  // the largest logit, in parts
  // Beyond it p is 0. A logit of -inf is taken for one as far away, so that it counts for nothing.
  typename A::Lane least;
};

// 1 / temperature, finite when it is doubled: an infinite one would make a NaN of the distance 0.
LOGITS_INLINE double finite_inverse(const Pair& inverse) {
  static constexpr double kLargest = 0x1.fffffffffffffp1022;
  return inverse.high < kLargest ? inverse.high : kLargest;
}

template <class A>
LOGITS_INLINE SpreadNumbers<A> spread_numbers(const Pair& inverse, bool is_scaled, double largest,
                                              double total) {
  using Lane = typename A::Lane;
  static constexpr double kFarthest = 1000;
  const double lowest = largest - kFarthest / finite_inverse(inverse);
  const double smallest = static_cast<double>(-A::kLargest);
  return {static_cast<Lane>(1 / total), static_cast<Lane>(largest * part_of(is_scaled)),
          static_cast<Lane>(lowest > smallest ? lowest : smallest)};
}

template <class A>
struct SpreadLanes {
  using V = typename A::Set;
  typename A::Vector inverse_total;
  typename A::Vector most;
  typename A::Vector least;

  // (m - x) / temperature.
  LOGITS_INLINE typename A::Vector distance(typename A::Vector x, const Pair& inverse,
                                            bool is_scaled) const {
    using Lane = typename A::Lane;
    x = V::max(least, x);
    if (!is_scaled) return V::sub(most, x);
    const double part = part_of(is_scaled);
    const auto parts = V::sub(most, V::mul(x, V::broadcast(static_cast<Lane>(part))));
    return V::mul(parts, V::broadcast(static_cast<Lane>(finite_inverse(inverse) / part)));
  }
};

// The second look, at terms that the first has kept in `scaled` or, where that is null, computes
// again.
template <class R>
LOGITS_OUTLINE Spread spread_of_row(const R& row, int64_t classes, int64_t target, double largest,
                                    const RowSum& solved,
                                    const typename R::Arithmetic::Lane* scaled) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  using Vector = typename A::Vector;
  constexpr int kVectors = kGroup / A::kLanes;
  const auto reference = broadcast_reference(row, solved.reference);
  const auto numbers = spread_numbers<A>(row.inverse, row.is_scaled(), largest, solved.total());
  const SpreadLanes<A> spread = {V::broadcast(numbers.inverse_total), V::broadcast(numbers.most),
                                 V::broadcast(numbers.least)};
  auto unused = V::broadcast_bits(0);
  GroupSums<A> distance;
  GroupSums<A> squares;
  for (int64_t first = 0; first < classes; first += kGroup) {
    Vector x[kVectors];
    Vector p[kVectors];
    const int64_t count = classes - first < kGroup ? classes - first : kGroup;
    const auto lanes_of = [&](int k) {
      const int64_t left = count - A::kLanes * k;
      return left < 0 ? 0 : left < A::kLanes ? static_cast<int>(left) : A::kLanes;
    };
    for (int k = 0; k < kVectors; ++k) {
      const int64_t at = first + A::kLanes * k;
      const int lanes = lanes_of(k);
      x[k] = lanes > 0 ? load_elements(row, at, lanes) : spread.least;
      p[k] = scaled != nullptr && lanes > 0 ? load_scaled<V>(scaled + at, lanes) : x[k];
    }
    if (scaled == nullptr) scaled_exp<V, Access::typed>(p, reference, unused);
    for (int k = 0; k < kVectors; ++k) {
      const int lanes = lanes_of(k);
      p[k] = V::mul(p[k], spread.inverse_total);
      if (lanes < A::kLanes) p[k] = keep_first<V>(p[k], lanes);
      x[k] = V::mul(p[k], spread.distance(x[k], row.inverse, row.is_scaled()));
      p[k] = V::mul(p[k], p[k]);
    }
    distance.add(fold_group<V>(x));
    if (target >= first && target < first + kGroup) {
      Vector& square = p[(target - first) / A::kLanes];
      square = drop_lane<V>(square, (target - first) % A::kLanes);
    }
    squares.add(fold_group<V>(p));
  }
  return {distance.total(), squares.total()};
}

// One row's results.
template <class V>
class ScoreSinks {
 public:
  LOGITS_INLINE ScoreSinks(const ScoreCall& call, int64_t number) : call_(call), number_(number) {}

  LOGITS_INLINE void store(void* results, double x) const { store(results, number_, x); }
  LOGITS_INLINE void store(void* results, int64_t at, double x) const {
    if (results != nullptr) Sink<V, void>{results, call_.double_results, 1}.store(at, x);
  }

  // Of a row that has nothing else.
  LOGITS_OUTLINE void store_all(double log_sum_exp, double number) const {
    store(call_.log_sum_exps, log_sum_exp);
    if (call_.predictions) call_.predictions[number_] = -1;
    if (call_.ranks) call_.ranks[number_] = 0;
    void* const numbers[] = {call_.max_log_probs, call_.log_probs,   call_.entropies,
                             call_.margins,       call_.confidences, call_.square_distances};
    for (void* results : numbers) store(results, number);
    for (int64_t i = number_ * call_.top; i < (number_ + 1) * call_.top; ++i) {
      if (call_.top_classes) call_.top_classes[i] = -1;
      store(call_.top_log_probs, i, number);
    }
    for (int64_t i = number_ * call_.ids_per_row; i < (number_ + 1) * call_.ids_per_row; ++i) {
      store(call_.id_log_probs, i, number);
    }
  }

 private:
  const ScoreCall& call_;
  int64_t number_;
};

// log p of a row's classes by their logits.
template <class R>
struct ClassLogProbs {
  const R& row;
  const RowSum& solved;
  double largest;     // the largest logit ...
  double of_largest;  // ... and its log p

  LOGITS_INLINE double below(double x) const {
    const SplitLog<double> log = log_shifted_sum<typename R::Arithmetic>(solved);
    const Pair own = row.scaled(x - solved.reference.offset);
    return 0 - (((log.high - own.high) - own.low) + log.low);
  }
  LOGITS_INLINE double of(double x) const {
    if (x == largest) return of_largest;
    return x > -double_of<typename R::Arithmetic>(kInfinityBitsF64) ? below(x) : x;
  }
};

// From this log p on, log sum - x would cancel: about one half.
static constexpr double kLogHalf = -0.6875;

// log p of the likeliest class, which is not the one that `solved` leaves out.
template <class R>
LOGITS_INLINE double log_prob_of_largest(const ClassLogProbs<R>& log_probs, int64_t classes,
                                         int64_t likeliest, const RowSum& solved) {
  const R& row = log_probs.row;
  const double plain = log_probs.below(log_probs.largest);
  if (plain < kLogHalf) return plain;
  int guess = solved.reference.exponent;
  const RowSum others = solve_row(row, classes, likeliest, 1.0, guess, nullptr, nullptr);
  return 0 - loss_in_row(row, classes, likeliest, others).loss;
}

template <class R>
LOGITS_INLINE void store_id_log_probs(const ScoreCall& call, int64_t number,
                                      const ClassLogProbs<R>& log_probs) {
  const ScoreSinks<typename R::Arithmetic::Set> sinks(call, number);
  for (int64_t i = 0; i < call.ids_per_row; ++i) {
    const int64_t at = number * call.ids_per_row + i;
    sinks.store(call.id_log_probs, at, log_probs.of(log_probs.row.value(call.ids[at])));
  }
}

// The likeliest classes in order, behind those of -inf the first of these; and the margin.
template <class R>
LOGITS_OUTLINE void store_top(const ScoreCall& call,
                              const ScoreSinks<typename R::Arithmetic::Set>& sinks, int64_t number,
                              int64_t classes, const ClassLogProbs<R>& log_probs,
                              TopClasses<typename R::Arithmetic>& top) {
  using A = typename R::Arithmetic;
  const R& row = log_probs.row;
  const double none = -double_of<A>(kInfinityBitsF64);
  for (int64_t c = 0; c < classes && !top.is_full(); ++c) {
    if (row.value(c) == none) top.append(c);
  }
  while (!top.is_full()) top.append(-1);  // another thread has written to the row
  for (int64_t i = 0; i < call.top; ++i) {
    const int64_t at = number * call.top + i;
    if (call.top_classes) call.top_classes[at] = top[i].index;
    sinks.store(call.top_log_probs, at, log_probs.of(static_cast<double>(top[i].value)));
  }
  const double second = top.count() > 1 ? static_cast<double>(top[1].value) : none;
  sinks.store(call.margins, row.scaled(log_probs.largest - second).high);
}

// A thread's scratch memory, piece by piece.
class Pieces {
 public:
  LOGITS_INLINE explicit Pieces(float* scratch) : at_(reinterpret_cast<char*>(scratch)) {}

  // Room for so many, or null.
  template <class T>
  LOGITS_INLINE T* take(int64_t count) {
    static constexpr int64_t kLine = 64;
    const int64_t bytes = (count * static_cast<int64_t>(sizeof(T)) + kLine - 1) / kLine * kLine;
    if (bytes > left_) return nullptr;
    T* const piece = reinterpret_cast<T*>(at_);
    at_ += bytes;
    left_ -= bytes;
    return piece;
  }

 private:
  char* at_;
  int64_t left_ = kScratchFloats * static_cast<int64_t>(sizeof(float));
};

// A scan of a row, and where its ranks change their rule.
template <class R>
LOGITS_INLINE ScanRequest<typename R::Arithmetic> scan_request(const ScoreCall& call, const R& row,
                                                               int64_t target, Pieces& scratch) {
  using A = typename R::Arithmetic;
  using Lane = typename A::Lane;
  const int64_t classes = call.logits.layout.classes;
  const bool ranks = call.ranks != nullptr;
  int64_t split = 0;
  if (ranks && call.ties == Ties::max) split = classes;
  if (ranks && call.ties == Ties::index) split = target;
  ScanRequest<A> request = {
      static_cast<Lane>(target < 0 ? 0 : row.value(target)), ranks, split, 0, nullptr, nullptr};
  if (call.top == 0 && call.margins == nullptr) return request;
  // A margin asks for the second largest.
  const int64_t top = call.margins != nullptr && call.top < 2 ? 2 : call.top;
  request.top = top < classes ? top : classes;
  request.entries = scratch.take<TopEntry<Lane>>(request.top);
  request.maxima = scratch.take<Lane>(classes / kGroup * A::kLanes);
  return request;
}

// Stores what is wanted of a row whose sum leaves out the target, if there is one, and whose scan
// is done.
template <class R>
LOGITS_OUTLINE void store_scores(const ScoreCall& call, const R& row, int64_t number,
                                 const RowSum& solved, double log_sum_exp,
                                 const TargetLoss& of_target, Scan<R>& scan,
                                 const typename R::Arithmetic::Lane* scaled) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  const int64_t classes = call.logits.layout.classes;
  const ScoreSinks<V> sinks(call, number);
  if (solved.kind != RowKind::regular) {
    sinks.store_all(log_sum_exp, double_of<A>(kNanBitsF64));
    return;
  }
  const int64_t target = call.targets ? static_cast<int64_t>(call.targets[number]) : -1;
  const int64_t prediction = scan.first_of_largest(row, classes);
  ClassLogProbs<R> log_probs = {row, solved, row.value(prediction), 0};
  log_probs.of_largest = prediction == target
                             ? 0 - of_target.loss
                             : log_prob_of_largest(log_probs, classes, prediction, solved);
  sinks.store(call.log_sum_exps, log_sum_exp);
  sinks.store(call.max_log_probs, log_probs.of_largest);
  sinks.store(call.log_probs, 0 - of_target.loss);
  if (call.predictions) call.predictions[number] = static_cast<int32_t>(prediction);
  if (call.ranks) call.ranks[number] = static_cast<int32_t>(scan.rank(classes));
  store_id_log_probs(call, number, log_probs);
  if (call.confidences) {
    // A quotient, in which most of the term's own error cancels.
    const double term = scaled_exp_of(row, log_probs.largest, solved.reference);
    sinks.store(call.confidences, term / solved.total());
  }
  if (call.entropies || call.square_distances) {
    const Spread spread = spread_of_row(row, classes, target, log_probs.largest, solved, scaled);
    sinks.store(call.entropies, spread.distance - log_probs.of_largest);
    sinks.store(call.square_distances,
                of_target.one_minus_p * of_target.one_minus_p + spread.squares);
  }
  if (scan.wants_top()) {
    store_top(call, sinks, number, classes, log_probs, scan.find_top(row, classes));
  }
}

}  // namespace logits
